import { z } from 'zod';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

export const MAX_PATHS = 100;
export const MAX_RESULTS = 20_000;

export const languageSchema = z.enum(['python', 'javascript', 'typescript', 'go', 'java']);

export const codeAnalyzerInputsSchema = z
  .strictObject({
    operation: z.enum(['call_path', 'call_graph', 'outline']).default('call_path'),
    folder: z
      .string()
      .max(600)
      .default('.')
      .describe('folder in the workspace, e.g. "./src"; "." for all of it'),
    start_func: z
      .string()
      .min(1)
      .max(400)
      .optional()
      .describe('call_path: where the path starts, as f, Class.method, module.f or f()'),
    end_func: z.string().min(1).max(400).optional().describe('call_path: where it ends'),
    include_external: z
      .boolean()
      .default(false)
      .describe('also calls of builtins and of code outside the folder'),
    language: languageSchema
      .optional()
      .describe('only files of this language; all supported ones without it'),
    all_paths: z.boolean().default(false).describe('call_path: every path without repeated functions'),
    max_paths: z
      .int()
      .min(1)
      .max(MAX_PATHS)
      .default(10)
      .describe('call_path with all_paths: at most this many'),
    search: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('outline and call_graph: only names containing this, in any case'),
    max_results: z
      .int()
      .min(1)
      .max(MAX_RESULTS)
      .default(2_000)
      .describe('call_graph and outline: at most so many'),
  })
  .superRefine((inputs, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (inputs.operation !== 'call_path') return;
    if (inputs.start_func === undefined) wrong('start_func', 'call_path needs start_func');
    if (inputs.end_func === undefined) wrong('end_func', 'call_path needs end_func');
  });
export type CodeAnalyzerInputs = z.output<typeof codeAnalyzerInputsSchema>;

/** Lines count from 1; files are relative to the workspace. */
const locationSchema = z.strictObject({
  name: z.string(),
  qualified: z.string(),
  file: z.string(),
  line: z.int().min(1),
});

const callSchema = z.strictObject({
  caller: z.string(),
  callee: z.string(),
  file: z.string(),
  line: z.int().min(1),
});

const edgeSchema = callSchema.extend({ caller_qualified: z.string(), callee_qualified: z.string() });

const skippedSchema = z.array(z.strictObject({ file: z.string(), reason: z.string() }));

const statisticsSchema = z.strictObject({
  files: z.int(),
  lines: z.int(),
  functions: z.int(),
  calls: z.int(),
  languages: z.array(z.string()),
});

export const callPathOutputSchema = z.strictObject({
  operation: z.literal('call_path'),
  status: z.enum(['success', 'not_found']),
  summary: z.string(),
  start: z.string(),
  end: z.string(),
  /** Function names from start to end; empty when there is no path. */
  path: z.array(z.string()),
  qualified: z.array(z.string()),
  locations: z.array(locationSchema),
  calls: z.array(callSchema),
  mermaid: z.string(),
  /** With all_paths: every path found, shortest first. */
  paths: z.array(z.array(z.string())).optional(),
  paths_complete: z.boolean().optional(),
  /** Names that fit more than one function. */
  candidates: z.strictObject({ start: z.array(locationSchema), end: z.array(locationSchema) }).optional(),
  /** When there is no path: how far calls get from the start, and from where the end can be reached. */
  reachable_from_start: z.array(z.string()).optional(),
  reaching_end: z.array(z.string()).optional(),
  statistics: statisticsSchema,
  skipped: skippedSchema,
});

export const callGraphOutputSchema = z.strictObject({
  operation: z.literal('call_graph'),
  summary: z.string(),
  functions: z.array(locationSchema.extend({ kind: z.string() })),
  edges: z.array(edgeSchema),
  truncated: z.boolean(),
  statistics: statisticsSchema,
  skipped: skippedSchema,
});

export const outlineOutputSchema = z.strictObject({
  operation: z.literal('outline'),
  summary: z.string(),
  functions: z.array(locationSchema.extend({ kind: z.string() })),
  classes: z.array(locationSchema.extend({ bases: z.array(z.string()) })),
  imports: z.array(
    z.strictObject({ file: z.string(), line: z.int(), module: z.string(), names: z.array(z.string()) }),
  ),
  truncated: z.boolean(),
  statistics: statisticsSchema,
  skipped: skippedSchema,
});

export const codeAnalyzerOutputSchema = z.discriminatedUnion('operation', [
  callPathOutputSchema,
  callGraphOutputSchema,
  outlineOutputSchema,
]);
export type CallPathOutput = z.output<typeof callPathOutputSchema>;
export type CallGraphOutput = z.output<typeof callGraphOutputSchema>;
export type OutlineOutput = z.output<typeof outlineOutputSchema>;

export const codeAnalyzerDeclaration = {
  name: 'code_analyzer',
  version: '1.0.0',
  description:
    'Reads a folder of Python, JavaScript, TypeScript, Go or Java without running it: the call path between two functions, the call graph, or an outline of functions, classes and imports.',
  inputs: codeAnalyzerInputsSchema,
  output: codeAnalyzerOutputSchema,
  risk: 'low',
  idempotent: true,
  timeout_seconds: 120,
  memory_mb: 2048,
  network: 'none',
  workspace: 'direct',
  example: { operation: 'call_path', folder: './src', start_func: 'main', end_func: 'process_data' },
} as const satisfies ToolDeclaration<typeof codeAnalyzerInputsSchema, typeof codeAnalyzerOutputSchema>;
