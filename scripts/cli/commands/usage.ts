import { z } from 'zod';
import { withQuery } from '../api.ts';
import { connect, type OfficeOptions, printJson } from '../context.ts';
import { table, usd } from '../format.ts';
import type { Terminal } from '../terminal.ts';

export interface UsageOptions extends OfficeOptions {
  readonly from?: string;
  readonly to?: string;
}

const recordSchema = z.record(z.string(), z.unknown());

const isMoney = (name: string) => /usd|cost/.test(name);
const title = (name: string) => name.replaceAll('_', ' ').replace(/ usd$/, '');

function cell(name: string, value: unknown): string {
  if (typeof value === 'number') return isMoney(name) ? usd(value) : value.toLocaleString('en-US');
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `office usage`: tokens and cost by day, model and role; every list of the answer becomes a table. */
export async function usage(options: UsageOptions, terminal: Terminal): Promise<number> {
  const { from, to } = options;
  const answer = await connect(terminal, options).get(withQuery('/usage', { from, to }), recordSchema);
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  const { colors } = terminal;
  for (const [name, value] of Object.entries(answer)) {
    const rows = z.array(recordSchema).safeParse(value);
    const totals = recordSchema.safeParse(value);
    if (rows.success) {
      const names = [...new Set(rows.data.flatMap((row) => Object.keys(row)))];
      terminal.out(`${colors.bold(title(name))}\n`);
      if (names.length === 0) terminal.out(colors.dim('nothing yet\n'));
      const lines = table(
        names.map(title),
        rows.data.map((row) => names.map((each) => cell(each, row[each]))),
        10_000,
      );
      if (names.length > 0) terminal.out(`${lines.join('\n')}\n`);
    } else if (totals.success) {
      const parts = Object.entries(totals.data).map(([key, each]) => `${title(key)} ${cell(key, each)}`);
      terminal.out(`${colors.bold(title(name))}  ${parts.join(' · ')}\n`);
    } else {
      terminal.out(`${colors.bold(title(name))}  ${cell(name, value)}\n`);
    }
  }
  return 0;
}
