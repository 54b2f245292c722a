import { Console } from 'node:console';
import { createWriteStream } from 'node:fs';

/**
 * Sends the functions' log to a file: the terminal belongs to the person at it.
 * The logger writes to its `console`, which Powertools makes for standard output.
 */
export async function logFunctionsTo(file: string): Promise<void> {
  const { logger } = await import('../../lambdas/shared/telemetry.ts');
  const stream = createWriteStream(file, { flags: 'a' });
  Reflect.set(logger, 'console', new Console(stream, stream));
}

/** What is said of a promise that a function forgot. */
export const strayLine = (reason: unknown): string =>
  `A function left a rejection unhandled: ${reason instanceof Error ? reason.stack : String(reason)}`;
