import { type ChildProcess, spawn } from 'node:child_process';
import { z } from 'zod';
import { jsonObjectSchema } from '../../../schemas/json.ts';
import type { Walls } from '../python-exec/process-walls.ts';

const replySchema = z.union([
  z.strictObject({ id: z.int(), output: jsonObjectSchema }),
  z.strictObject({ id: z.int(), error: z.strictObject({ name: z.string(), message: z.string() }) }),
]);
export type Reply = z.infer<typeof replySchema>;

/** Why a process gave no answer. */
export type Failure = 'too_slow' | 'out_of_memory' | 'gone';

const MAX_STDERR_CHARACTERS = 4_096;

/**
 * One calculator in its own process; it answers one expression at a time and is ended when one takes too
 * long. It does not keep this process alive while it is idle.
 */
export class CalculatorProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<boolean>;
  readonly #closed: Promise<void>;
  #alive = true;
  #loaded = false;
  #stderr = '';
  #nextId = 1;
  #waiting: { id: number; resolve: (outcome: Reply | Failure) => void } | undefined;
  uses = 0;

  constructor(walls: Walls) {
    this.#child = spawn(walls.command, [...walls.args], {
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#closed = new Promise((resolve) => {
      const end = () => {
        this.#alive = false;
        this.#waiting?.resolve(
          this.#loaded && /out of memory/i.test(this.#stderr) ? 'out_of_memory' : 'gone',
        );
        resolve();
      };
      this.#child.once('close', end);
      this.#child.once('error', end);
    });
    const { stdin, stdout, stderr } = this.#child;
    if (!stdin || !stdout || !stderr) throw new TypeError('The calculator was started without pipes.');
    // A write to a process that has just ended is reported by `close`.
    stdin.on('error', () => this.kill());
    stderr.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < MAX_STDERR_CHARACTERS) this.#stderr += chunk.toString('utf8');
    });
    this.#ready = new Promise((resolve) => {
      let received = '';
      stdout.setEncoding('utf8').on('data', (text: string) => {
        received += text;
        // It says one line at a time: that it is loaded, then one answer to each question.
        if (!text.endsWith('\n')) return;
        if (this.#loaded) this.#take(received);
        this.#loaded = true;
        resolve(true);
        received = '';
      });
      void this.#closed.then(() => resolve(false));
    });
    this.#keepAlive(false);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it can answer at once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  #take(line: string): void {
    const reply = replyOf(line);
    if (reply === undefined) this.kill();
    else if (this.#waiting?.id === reply.id) this.#waiting.resolve(reply);
  }

  #keepAlive(keep: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    // Pipes are sockets, which can be let go of like the process itself.
    const parts = [this.#child, stdin, stdout, stderr] as unknown as { ref(): void; unref(): void }[];
    for (const part of parts) keep ? part.ref() : part.unref();
  }

  /** Waits until the calculator is loaded; false when it ended instead. */
  async waitReady(): Promise<boolean> {
    this.#keepAlive(true);
    try {
      return await this.#ready;
    } finally {
      this.#keepAlive(false);
    }
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  /**
   * One calculation. `limitMs` counts once the process has loaded; `startMs` bounds the loading. The timer of either
   * keeps this process alive meanwhile.
   */
  async calculate(
    request: { expression: string; variables: object; precision?: number | undefined },
    limits: { startMs: number; limitMs: number },
    signal: AbortSignal,
  ): Promise<Reply | Failure> {
    const id = this.#nextId++;
    let timer: NodeJS.Timeout | undefined;
    let stop: () => void = () => undefined;
    try {
      const outcome = await new Promise<Reply | Failure>((resolve) => {
        this.#waiting = { id, resolve };
        stop = () => resolve('too_slow');
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) return stop();
        if (!this.#alive) return resolve('gone');
        const ask = () => {
          clearTimeout(timer);
          timer = setTimeout(stop, limits.limitMs);
          this.uses += 1;
          this.#child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
        };
        if (this.#loaded) return ask();
        timer = setTimeout(stop, limits.startMs);
        // It may have been given up meanwhile.
        void this.#ready.then((loaded) => loaded && this.#waiting?.id === id && ask());
      });
      if (typeof outcome === 'string') this.kill();
      return outcome;
    } finally {
      this.#waiting = undefined;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}

/** What the process said, when it is a reply; it is on the other side of the walls, and may say anything. */
function replyOf(line: string): Reply | undefined {
  try {
    return replySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
