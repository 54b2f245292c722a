import { createRedactor, detect } from '../../../lambdas/shared/privacy/redact.ts';
import { printJson } from '../context.ts';
import type { Terminal } from '../terminal.ts';

export interface RedactOptions {
  readonly json?: boolean;
}

/** `office redact`: what was found in each line of standard input, or the line with placeholders instead of it. */
export async function redact(options: RedactOptions, terminal: Terminal): Promise<number> {
  const redactor = createRedactor();
  for await (const text of terminal.lines()) {
    if (options.json) {
      printJson(terminal, {
        text,
        spans: detect(text).map(({ start, end, type }) => ({ start, end, type })),
      });
    } else {
      terminal.out(`${redactor.redact(text)}\n`);
    }
  }
  return 0;
}
