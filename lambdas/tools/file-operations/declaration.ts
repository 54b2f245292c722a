import { z } from 'zod';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

/** Largest file the tool reads or writes: as text it fits a function's 6 MB. What base64 makes too large is refused. */
export const MAX_FILE_BYTES = 5_000_000;
export const DEFAULT_MAX_RESULTS = 200;
export const MAX_PATTERN_LENGTH = 500;

const operationSchema = z.enum(['read', 'write', 'append', 'list', 'search', 'stat', 'delete']);

export const fileOperationsInputsSchema = z
  .strictObject({
    operation: operationSchema,
    path: z
      .string()
      .default('')
      .describe(
        'file in the workspace, e.g. "data/report.csv"; for list and search also a folder, "" for all',
      ),
    content: z
      .string()
      .max(6_000_000)
      .optional()
      .describe('for write and append: text, or base64 with encoding "base64"'),
    pattern: z
      .string()
      .min(1)
      .max(MAX_PATTERN_LENGTH)
      .optional()
      .describe('search: the text to find; list: a glob such as "*.csv" or "src/**/*.py"'),
    encoding: z.enum(['utf8', 'base64']).default('utf8').describe('of content'),
    regex: z
      .boolean()
      .default(false)
      .describe('search: pattern is a JavaScript regular expression, tried line by line'),
    ignore_case: z.boolean().default(false).describe('search: upper and lower case are the same'),
    max_results: z.int().min(1).max(1000).default(DEFAULT_MAX_RESULTS).describe('list and search'),
    if_etag: z
      .string()
      .max(128)
      .nullable()
      .optional()
      .describe(
        'write and append: only when the file still has this etag (null: only when it does not exist)',
      ),
  })
  .superRefine((inputs, context) => {
    const writes = inputs.operation === 'write' || inputs.operation === 'append';
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (writes && inputs.content === undefined) wrong('content', `${inputs.operation} needs content`);
    if (!writes && inputs.content !== undefined) wrong('content', `${inputs.operation} takes no content`);
    if (!writes && inputs.if_etag !== undefined) wrong('if_etag', `${inputs.operation} takes no if_etag`);
    if (inputs.operation === 'search' && inputs.pattern === undefined)
      wrong('pattern', 'search needs a pattern');
    if (!['list', 'search'].includes(inputs.operation) && inputs.path === '') {
      wrong('path', `${inputs.operation} needs the path of a file`);
    }
  });
export type FileOperationsInputs = z.output<typeof fileOperationsInputsSchema>;

const entrySchema = z.strictObject({
  path: z.string(),
  /** In bytes. */
  size: z.int().min(0),
  etag: z.string(),
  modified_at: z.string(),
});

export const fileOperationsOutputSchema = z.discriminatedUnion('operation', [
  z.strictObject({
    operation: z.literal('read'),
    path: z.string(),
    content: z.string(),
    encoding: z.enum(['utf8', 'base64']),
    size: z.int().min(0),
    etag: z.string(),
  }),
  entrySchema.extend({ operation: z.literal('write') }),
  entrySchema.extend({ operation: z.literal('append') }),
  z.strictObject({
    operation: z.literal('list'),
    path: z.string(),
    entries: z.array(entrySchema),
    truncated: z.boolean(),
  }),
  z.strictObject({
    operation: z.literal('search'),
    path: z.string(),
    /** `line` counts from 1; `text` is the line, cut at 500 characters. */
    matches: z.array(z.strictObject({ path: z.string(), line: z.int().min(1), text: z.string() })),
    files_searched: z.int().min(0),
    /** Files that are no UTF-8 text or too large. */
    skipped: z.array(z.string()),
    truncated: z.boolean(),
  }),
  /** Only `path` and `exists` when there is no such file. */
  entrySchema.partial().extend({ operation: z.literal('stat'), path: z.string(), exists: z.boolean() }),
  z.strictObject({
    operation: z.literal('delete'),
    path: z.string(),
    /** False when there was no such file. */
    deleted: z.boolean(),
  }),
]);
export type FileOperationsOutput = z.output<typeof fileOperationsOutputSchema>;

export const fileOperationsDeclaration: ToolDeclaration<
  typeof fileOperationsInputsSchema,
  typeof fileOperationsOutputSchema
> = {
  name: 'file_operations',
  version: '1.0.0',
  description:
    "Reads, writes, appends, lists, searches, inspects and deletes files of the task's own workspace. Files written here are the task's artifacts.",
  inputs: fileOperationsInputsSchema,
  output: fileOperationsOutputSchema,
  risk: 'low',
  idempotent: false,
  timeout_seconds: 60,
  memory_mb: 256,
  network: 'aws',
  workspace: 'direct',
  example: { operation: 'write', path: 'results/summary.md', content: '# Summary\n' },
};

/**
 * Whether doing it twice is doing it once. An append is not: its outcome is found by `reconcile`, through the mark
 * that the append leaves on the file. Neither is a write with `if_etag`, whose second try conflicts with its first.
 */
export function isIdempotentOperation(inputs: {
  readonly operation: FileOperationsInputs['operation'];
  readonly if_etag?: string | null | undefined;
}): boolean {
  return inputs.operation !== 'append' && inputs.if_etag === undefined;
}
