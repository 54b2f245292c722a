import { availableParallelism } from 'node:os';
import { InterpreterProcess, startFailure } from './interpreter-process.ts';
import { type Walls, wallsAround } from './process-walls.ts';
import type { RuntimeFiles } from './runtime-files.ts';
import { makeSnapshot } from './snapshot.ts';

export interface InterpreterLimits {
  /** Linear memory of the interpreter. */
  readonly heap_bytes: number;
  /** What files of the program may hold. */
  readonly file_bytes: number;
  readonly cpu_seconds: number;
  /** Milliseconds that a program waits for its interpreter to load. Default 30,000. */
  readonly start_ms?: number;
}

/** The interpreter's own memory is outside of the JavaScript heap, which holds the runner and the file tree. */
const JS_HEAP_MB = 256;

/** Loading takes 1 to 2 s on an idle core; a busy machine gets ten times that. */
const START_MS = 30_000;

/** Programs that run at once; the others wait, for each takes a core and up to a gigabyte. */
const MAX_RUNNING = Math.max(2, availableParallelism());

/** Hands out clean interpreters, each for one program, and keeps one loaded ahead. */
export class InterpreterPool {
  readonly #files: RuntimeFiles;
  readonly #limits: InterpreterLimits;
  #snapshot: Buffer | undefined;
  #snapshotTried = false;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #next: InterpreterProcess | undefined;
  #closed = false;
  readonly #onExit = () => this.#next?.kill();

  constructor(files: RuntimeFiles, limits: InterpreterLimits) {
    this.#files = files;
    this.#limits = limits;
    process.once('exit', this.#onExit);
  }

  /** Starts the interpreter that the next program will get. */
  prewarm(): void {
    if (this.#closed || this.#next?.alive) return;
    this.#next = new InterpreterProcess(this.#walls(this.#snapshot?.length ?? 0), this.#snapshot);
  }

  /** Starts the next interpreter. After the first program more will come: they start from a snapshot, made once. */
  loadNext(): void {
    if (this.#closed) return;
    if (this.#snapshot || this.#snapshotTried) {
      this.prewarm();
      return;
    }
    this.#snapshotTried = true;
    const { pyodideDir, sandboxDir } = this.#files;
    void makeSnapshot(
      wallsAround({
        script: `${sandboxDir}/snapshot.mjs`,
        args: [pyodideDir],
        readable: [pyodideDir, sandboxDir],
        js_heap_mb: JS_HEAP_MB,
        cpu_seconds: this.#limits.cpu_seconds,
      }),
    ).then((snapshot) => {
      this.#snapshot = snapshot;
      this.prewarm();
    });
  }

  #walls(snapshotBytes: number): Walls {
    const { pyodideDir, sandboxDir } = this.#files;
    const { heap_bytes, file_bytes, cpu_seconds } = this.#limits;
    return wallsAround({
      script: `${sandboxDir}/runner.mjs`,
      args: [pyodideDir, ...[heap_bytes, file_bytes, snapshotBytes].map(String)],
      readable: [pyodideDir, sandboxDir],
      js_heap_mb: JS_HEAP_MB,
      cpu_seconds,
    });
  }

  get walls(): readonly string[] {
    return this.#walls(0).names;
  }

  /** Waits for a place among the running programs; give it back with `leave`. */
  async enter(): Promise<void> {
    if (this.#running >= MAX_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
  }

  /** The place goes to who waits longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }

  /** Whether the interpreter ahead is loaded. */
  async warm(): Promise<boolean> {
    this.prewarm();
    return (await this.#next?.waitReady(START_MS)) ?? false;
  }

  /**
   * A loaded, unused interpreter. Its successor starts loading with `loadNext`.
   * @throws ToolFailure `InterpreterUnavailable`
   */
  async take(): Promise<InterpreterProcess> {
    this.prewarm();
    const taken = this.#next;
    this.#next = undefined;
    if (taken && (await taken.waitReady(this.#limits.start_ms ?? START_MS))) return taken;
    if (!taken?.alive) throw startFailure('it ended while loading');
    // What it has loaded so far is not thrown away: the next attempt waits for the rest only.
    if (this.#closed || this.#next) taken.kill();
    else this.#next = taken;
    throw startFailure('the machine is busy and it is still loading');
  }

  close(): void {
    this.#closed = true;
    this.#next?.kill();
    process.removeListener('exit', this.#onExit);
  }
}
