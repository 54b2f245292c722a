import { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

export const MAX_TIMEOUT_SECONDS = 300;

const inputs = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(200_000)
    .describe('Python 3.14 source. The value of its last expression is the result.'),
  stdin: z.string().max(1_000_000).optional().describe('What the program reads from standard input.'),
  files: z
    .array(z.string().min(1).max(1024))
    .max(100)
    .optional()
    .describe(
      'Workspace paths to put into the working directory, where the program opens them by the same path.',
    ),
  timeout_seconds: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional().describe('Default 60.'),
});

const output = z.strictObject({
  stdout: z.string(),
  stderr: z.string(),
  result: jsonSchema.describe(
    'The value of the last expression: as JSON when it is None, bool, int, float, str, or lists, tuples and dicts of these ' +
      '(integers beyond 2**53-1 as their decimal digits), otherwise its repr(); null when the last statement is no expression.',
  ),
  files_written: z
    .array(z.string())
    .describe(
      'Paths of files created or changed below the working directory; they are saved to the workspace.',
    ),
});

/** A manifest for real CPython in WebAssembly: nothing of the host, nothing of earlier runs. */
export const pythonExecDeclaration = {
  name: 'python_exec',
  version: '1.0.0',
  description:
    'Runs Python 3.14 code (standard library; no numpy or pandas, no threads, subprocesses, ctypes, time zone database or network) in a fresh sandbox ' +
    'and returns stdout, stderr, the value of the last expression and the files it wrote. Use it to compute, parse, transform and generate data.',
  inputs,
  output,
  risk: 'medium',
  idempotent: true,
  timeout_seconds: MAX_TIMEOUT_SECONDS,
  memory_mb: 1769,
  network: 'none',
  workspace: 'mounted',
  example: { code: 'import statistics\nstatistics.mean([1, 2, 3, 4])' },
} as const satisfies ToolDeclaration<typeof inputs, typeof output>;

export type PythonExecInputs = z.output<typeof inputs>;
export type PythonExecOutput = z.output<typeof output>;
