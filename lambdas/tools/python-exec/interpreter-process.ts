import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { mountedFileSchema } from '../../../schemas/tool.ts';
import { ToolFailure } from '../../shared/tools/define-tool.ts';
import type { Walls } from './process-walls.ts';

/** One program and its limits, as the runner reads it. */
export interface Job {
  readonly code: string;
  readonly stdin: string;
  readonly files: readonly { path: string; content_base64: string }[];
  readonly max_output_bytes: number;
  readonly max_file_bytes: number;
}

const frameSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    nonce: z.string(),
    kind: z.literal('answer'),
    answer: z.string(),
    stdout: z.string(),
    stderr: z.string(),
    files: z.array(mountedFileSchema),
  }),
  z.strictObject({ nonce: z.string(), kind: z.enum(['output', 'files', 'stack', 'crash']) }),
  z.strictObject({ nonce: z.string(), kind: z.literal('violation'), message: z.string() }),
]);
export type Frame = z.infer<typeof frameSchema>;

/** How a process ended that gave no answer. */
export type Ending =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'flooded' }
  | { readonly kind: 'ended'; readonly out_of_memory: boolean; readonly detail: string };

/** An answer carries text and files, escaped at worst sixfold; more than this is no answer. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const MAX_STDERR_BYTES = 16 * 1024;

/**
 * One interpreter in its own process, good for one program. It starts at once, holds nothing of the
 * parent's environment, does not keep the parent alive while it is idle, and ends when the pipe closes.
 */
export class InterpreterProcess {
  readonly #child: ChildProcess;
  readonly #chunks: Buffer[] = [];
  #received = 0;
  #stderr = '';
  #readyLineLength = 0;
  #flooded = false;
  #stopped = false;
  #settle: (() => void) | undefined;
  readonly ready: Promise<boolean>;
  readonly #closed: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(walls: Walls, snapshot?: Buffer) {
    this.#child = spawn(walls.command, [...walls.args], {
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', (error) => {
        this.#stderr += error.message;
        resolve({ code: null, signal: null });
      });
    });
    this.ready = new Promise((resolve) => {
      this.#settle = () => resolve(true);
      void this.#closed.then(() => resolve(false));
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < MAX_STDERR_BYTES) this.#stderr += chunk.toString('utf8');
    });
    // A write to a process that has just ended is reported by `close`.
    this.#child.stdin?.on('error', () => this.kill());
    if (snapshot) this.#child.stdin?.write(snapshot);
    this.#idle(true);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#stopped;
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > MAX_FRAME_BYTES) {
      this.#flooded = true;
      this.kill();
      return;
    }
    this.#chunks.push(chunk);
    if (this.#readyLineLength > 0) return;
    const end = Buffer.concat(this.#chunks).indexOf(10);
    if (end < 0) return;
    this.#readyLineLength = end + 1;
    this.#settle?.();
  }

  /** An idle process must not keep this one from ending; a busy one must. */
  #idle(idle: boolean): void {
    const streams = [this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as (
      | { ref(): void; unref(): void }
      | undefined
    )[];
    for (const part of [this.#child, ...streams]) idle ? part?.unref() : part?.ref();
  }

  kill(): void {
    this.#stopped = true;
    this.#child.kill('SIGKILL');
  }

  /** Waits until the interpreter is loaded; false when it ended or `startMs` passed first. */
  async waitReady(startMs: number): Promise<boolean> {
    this.#idle(false);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), startMs);
    });
    try {
      return await Promise.race([this.ready, late]);
    } finally {
      clearTimeout(timer);
      this.#idle(true);
    }
  }

  /** Runs one program; the process is gone when this returns. `limitMs` counts from now. */
  async run(job: Job, limitMs: number, signal: AbortSignal): Promise<Ending> {
    this.#idle(false);
    const nonce = randomUUID();
    const stop = () => this.kill();
    const timer = setTimeout(stop, limitMs);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      this.#child.stdin?.write(`${JSON.stringify({ nonce, ...job })}\n`);
      const { code, signal: endedBy } = await this.#closed;
      if (this.#flooded) return { kind: 'flooded' };
      const frame = this.#frame(nonce);
      if (frame) return { kind: 'frame', frame };
      if (this.#stopped) return { kind: 'stopped' };
      return {
        kind: 'ended',
        out_of_memory: /heap out of memory|allocation failed/i.test(this.#stderr),
        detail: endedBy ? `signal ${endedBy}` : `exit code ${code ?? 'unknown'}`,
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** The line after the ready line, when it is one whole frame with this run's nonce. */
  #frame(nonce: string): Frame | undefined {
    const text = Buffer.concat(this.#chunks).subarray(this.#readyLineLength).toString('utf8');
    if (!text.endsWith('\n')) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
    const parsed = frameSchema.safeParse(value);
    return parsed.success && parsed.data.nonce === nonce ? parsed.data : undefined;
  }
}

/** The interpreter could not be started: a fault of the machine, so the same call may succeed later. */
export function startFailure(detail: string): ToolFailure {
  return new ToolFailure('InterpreterUnavailable', `The Python interpreter did not start (${detail}).`, {
    retryable: true,
  });
}
