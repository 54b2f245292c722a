import { createInterface } from 'node:readline';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Everything a command may touch of the process, so that a test passes an object literal. */
export interface Terminal {
  /** Standard output: results. */
  out(text: string): void;
  /** Standard error: progress and problems. */
  err(text: string): void;
  /** Lines of standard input. */
  lines(): AsyncIterable<string>;
  /** True when standard output is a terminal that can be redrawn. */
  readonly interactive: boolean;
  size(): { readonly columns: number; readonly rows: number };
  readonly colors: Colors;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The project's folder. */
  readonly root: string;
  /** Aborted by Ctrl-C or SIGTERM. Whoever reads it has to end by itself then; until somebody does, a signal ends the process. */
  readonly interrupted: AbortSignal;
}

/** From the first call on, the first signal aborts what is given and a second one ends the process. */
function listenToSignals(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort();
    });
  }
  return interruption.signal;
}

/** The terminal of this process. */
export function processTerminal(root: string): Terminal {
  let interrupted: AbortSignal | null = null;
  const interactive = process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away (`office tasks | head`): nobody is left to tell.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const forced = !['', '0', 'false'].includes(process.env['FORCE_COLOR'] ?? '');
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    lines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
    interactive,
    // A terminal that was never told its size has 0 columns.
    size: () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }),
    colors: pc.createColors(pc.isColorSupported && (interactive || forced)),
    env: process.env,
    cwd: process.cwd(),
    root,
    get interrupted() {
      interrupted ??= listenToSignals();
      return interrupted;
    },
  };
}
