import { InterpreterProcess, startFailure } from './interpreter-process.ts';
import { type InterpreterLimits, type Walls, wallsFor } from './process-walls.ts';
import type { RuntimeFiles } from './runtime-files.ts';

/** Loading takes 1 to 2 s on an idle core; a busy machine gets ten times that. */
const START_MS = 30_000;

/** Hands out clean interpreters, each for one program, and keeps one loaded ahead. */
export class InterpreterPool {
  readonly #files: RuntimeFiles;
  readonly #limits: InterpreterLimits;
  #walls: Walls | undefined;
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
    this.#walls ??= wallsFor(this.#files, this.#limits);
    this.#next = new InterpreterProcess(this.#walls);
  }

  get walls(): readonly string[] {
    this.#walls ??= wallsFor(this.#files, this.#limits);
    return this.#walls.names;
  }

  /** Whether the interpreter ahead is loaded. */
  async warm(): Promise<boolean> {
    this.prewarm();
    return (await this.#next?.waitReady(START_MS)) ?? false;
  }

  /**
   * A loaded, unused interpreter; its successor starts loading.
   * @throws ToolFailure `InterpreterUnavailable`
   */
  async take(): Promise<InterpreterProcess> {
    this.prewarm();
    const taken = this.#next;
    this.#next = undefined;
    if (!taken || !(await taken.waitReady(START_MS))) {
      taken?.kill();
      throw startFailure('it ended or took too long while loading');
    }
    this.prewarm();
    return taken;
  }

  close(): void {
    this.#closed = true;
    this.#next?.kill();
    process.removeListener('exit', this.#onExit);
  }
}
