import { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';
import { type Tool, ToolFailure, type ToolResult, type ToolRun } from '../../shared/tools/define-tool.ts';
import {
  MAX_TIMEOUT_SECONDS,
  type PythonExecInputs,
  type PythonExecOutput,
  pythonExecDeclaration,
} from './declaration.ts';
import { InterpreterPool } from './interpreter-pool.ts';
import type { Ending } from './interpreter-process.ts';
import { findRuntimeFiles } from './runtime-files.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 60;
/** What an answer may carry in all: a Lambda's answer is at most 6 MB, and files travel in base64 (4/3). */
const MAX_ANSWER_BYTES = 6_000_000;
const MAX_FILE_BYTES = 4_000_000;
const LOAD_NEXT_AFTER_MS = 100;

export interface PythonExecDeps {
  /** Where `OFFICE_PYODIDE_DIR` and `OFFICE_PYTHON_SANDBOX_DIR` are looked up. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Default 512. */
  readonly heap_mb?: number;
  /** Default 128. */
  readonly files_mb?: number;
  /** Milliseconds that a program waits for its interpreter to load. Default 30,000. */
  readonly start_ms?: number;
  /** Loads an interpreter ahead when the tool is created. Default false: the first run starts it. */
  readonly prewarm?: boolean;
}

export interface PythonExec
  extends Tool<typeof pythonExecDeclaration.inputs, typeof pythonExecDeclaration.output> {
  /** Resolves when a clean interpreter is loaded and waiting. */
  warm(): Promise<boolean>;
  /** The walls that stand on this machine, by name. */
  walls(): readonly string[];
  /** Ends the interpreter that waits. */
  close(): void;
}

const programAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('value'), value: jsonSchema }),
  z.strictObject({ kind: z.literal('error'), name: z.string(), message: z.string() }),
  z.strictObject({ kind: z.literal('memory'), message: z.string() }),
]);

/**
 * Runs Python programs, each in its own process that ends with it.
 * @throws ToolFailure `PythonError` (an uncaught exception: the last lines of its traceback), `TimeoutExceeded`,
 *   `MemoryLimitExceeded`, `OutputLimitExceeded`, `RecursionLimitExceeded`, `SandboxViolation`, `FileNotMounted`,
 *   `InvalidInputs`, `InterpreterCrashed`, `InterpreterUnavailable` (retryable)
 */
export function createPythonExec(deps: PythonExecDeps = {}): PythonExec {
  const heapMb = deps.heap_mb ?? 512;
  let pool: InterpreterPool | undefined;
  const interpreters = () => {
    pool ??= new InterpreterPool(findRuntimeFiles(deps.environment ?? process.env), {
      heap_bytes: heapMb * MEBIBYTE,
      file_bytes: (deps.files_mb ?? 128) * MEBIBYTE,
      // Loading and threads that compile count too.
      cpu_seconds: 2 * MAX_TIMEOUT_SECONDS,
      ...(deps.start_ms === undefined ? {} : { start_ms: deps.start_ms }),
    });
    return pool;
  };
  if (deps.prewarm) interpreters().prewarm();

  async function run(inputs: PythonExecInputs, context: ToolRun): Promise<ToolResult<PythonExecOutput>> {
    checkFiles(inputs, context);
    const places = interpreters();
    await places.enter();
    try {
      return await runNow(inputs, context);
    } finally {
      places.leave();
    }
  }

  async function runNow(inputs: PythonExecInputs, context: ToolRun): Promise<ToolResult<PythonExecOutput>> {
    const seconds = Math.min(
      inputs.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS,
      context.policy.timeout_seconds,
      (context.deadline.getTime() - Date.now()) / 1000,
    );
    if (seconds <= 0 || context.signal.aborted) throw timeoutFailure(0);
    const interpreter = await interpreters().take();
    // A short program gets the processor for itself; a long one must not hold up the next.
    const loading = setTimeout(() => interpreters().loadNext(), LOAD_NEXT_AFTER_MS);
    const job = {
      code: inputs.code,
      stdin: inputs.stdin ?? '',
      files: context.files,
      max_output_bytes: context.policy.max_output_bytes,
      max_file_bytes: MAX_FILE_BYTES,
    };
    const ending = await interpreter.run(job, seconds * 1000, context.signal);
    clearTimeout(loading);
    interpreters().loadNext();
    return resultOf(ending, { seconds, heapMb, maxOutputBytes: context.policy.max_output_bytes });
  }

  return {
    declaration: pythonExecDeclaration,
    run,
    warm: () => interpreters().warm(),
    walls: () => interpreters().walls,
    close: () => pool?.close(),
  };
}

/** Mounted paths stay below the working directory, and every path asked for is there. */
function checkFiles(inputs: PythonExecInputs, context: ToolRun): void {
  const mounted = new Set(context.files.map((file) => file.path));
  for (const path of mounted) {
    const parts = path.split('/');
    if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new ToolFailure(
        'InvalidInputs',
        `The file path ${JSON.stringify(path)} does not name a workspace file.`,
      );
    }
  }
  for (const path of inputs.files ?? []) {
    if (!mounted.has(path)) {
      throw new ToolFailure(
        'FileNotMounted',
        `The file ${JSON.stringify(path)} was asked for but not handed to the tool.`,
      );
    }
  }
}

interface Limits {
  readonly seconds: number;
  readonly heapMb: number;
  readonly maxOutputBytes: number;
}

function resultOf(ending: Ending, limits: Limits): ToolResult<PythonExecOutput> {
  if (ending.kind === 'stopped') throw timeoutFailure(limits.seconds);
  if (ending.kind === 'flooded') throw outputFailure(limits.maxOutputBytes);
  if (ending.kind === 'ended') {
    if (ending.out_of_memory) throw memoryFailure(limits.heapMb);
    throw new ToolFailure(
      'InterpreterCrashed',
      `The Python interpreter ended without an answer (${ending.detail}).`,
    );
  }
  const { frame } = ending;
  switch (frame.kind) {
    case 'output':
      throw outputFailure(limits.maxOutputBytes);
    case 'files':
      throw new ToolFailure(
        'OutputLimitExceeded',
        `The code wrote more than ${MAX_FILE_BYTES} bytes of files; write less.`,
      );
    case 'violation':
      throw new ToolFailure('SandboxViolation', frame.message);
    case 'stack':
      throw new ToolFailure(
        'RecursionLimitExceeded',
        'The code recursed deeper than the interpreter can; use a loop.',
      );
    case 'crash':
      throw new ToolFailure('InterpreterCrashed', 'The code crashed the Python interpreter.');
    case 'answer':
      return answered(frame, limits);
  }
}

function answered(
  frame: {
    answer: string;
    stdout: string;
    stderr: string;
    files: { path: string; content_base64: string }[];
  },
  limits: Limits,
): ToolResult<PythonExecOutput> {
  if (frame.answer.length > MAX_ANSWER_BYTES) throw outputFailure(limits.maxOutputBytes);
  const answer = programAnswerSchema.safeParse(parsedJson(frame.answer));
  if (!answer.success) {
    throw new ToolFailure(
      'InterpreterCrashed',
      'The code damaged the Python interpreter, which gave no valid answer.',
    );
  }
  if (answer.data.kind === 'memory') throw memoryFailure(limits.heapMb);
  if (answer.data.kind === 'error') throw new ToolFailure('PythonError', answer.data.message);
  const files = frame.files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const output = {
    stdout: frame.stdout,
    stderr: frame.stderr,
    result: answer.data.value,
    files_written: files.map((file) => file.path),
  };
  const outputBytes = Buffer.byteLength(JSON.stringify(output));
  if (outputBytes > limits.maxOutputBytes) throw outputFailure(limits.maxOutputBytes);
  const fileBytes = files.reduce((sum, file) => sum + file.content_base64.length + file.path.length, 0);
  if (outputBytes + fileBytes > MAX_ANSWER_BYTES) {
    throw new ToolFailure(
      'OutputLimitExceeded',
      `Output and files together exceed ${MAX_ANSWER_BYTES} bytes; write less.`,
    );
  }
  return files.length > 0 ? { output, files } : { output };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function timeoutFailure(seconds: number): ToolFailure {
  return new ToolFailure(
    'TimeoutExceeded',
    `The code did not end within ${Math.round(seconds * 10) / 10} s and was stopped.`,
  );
}

function memoryFailure(heapMb: number): ToolFailure {
  return new ToolFailure(
    'MemoryLimitExceeded',
    `The code needed more than ${heapMb} MB of memory; process the data in parts.`,
  );
}

function outputFailure(maxBytes: number): ToolFailure {
  return new ToolFailure(
    'OutputLimitExceeded',
    `The code produced more than ${maxBytes} bytes of output; print less or write a file.`,
  );
}
