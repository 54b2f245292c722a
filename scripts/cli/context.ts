import { OfficeApi } from './api.ts';
import { type ConnectionOptions, resolveConnection } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** Options every command that talks to an office takes. */
export interface OfficeOptions extends ConnectionOptions {
  readonly json?: boolean | undefined;
}

export function connect(terminal: Terminal, options: ConnectionOptions): OfficeApi {
  return new OfficeApi(resolveConnection(options, terminal.env, terminal.root));
}

/** Tables end at the terminal's edge; a file or another program gets all of every line. */
export const tableWidth = (terminal: Terminal): number =>
  terminal.interactive ? terminal.size().columns : Number.POSITIVE_INFINITY;

/** Machine-readable output: one JSON document on one line. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value)}\n`);
}
