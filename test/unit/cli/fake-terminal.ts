import pc from 'picocolors';
import type { Terminal } from '../../../scripts/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  /** What was written so far. */
  output(): string;
  problems(): string;
  /** Output parsed as one JSON document a line. */
  documents(): Record<string, unknown>[];
}

/** A terminal without a screen, whose environment is empty. */
export function aTerminal(
  overrides: Partial<Terminal> & { readonly input?: readonly string[] } = {},
): FakeTerminal {
  let out = '';
  let err = '';
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    lines: async function* () {
      yield* overrides.input ?? [];
    },
    interactive: false,
    size: () => ({ columns: 100, rows: 24 }),
    colors: pc.createColors(false),
    env: {},
    cwd: process.cwd(),
    root: process.cwd(),
    interrupted: new AbortController().signal,
    output: () => out,
    problems: () => err,
    documents: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    ...overrides,
  };
}
