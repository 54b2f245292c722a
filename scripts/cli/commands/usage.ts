import { z } from 'zod';
import { withQuery } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { table, usd } from '../format.ts';
import type { Terminal } from '../terminal.ts';

export interface UsageOptions extends OfficeOptions {
  readonly from?: string;
  readonly to?: string;
}

const sumsSchema = z.looseObject({
  calls: z.number(),
  cache_hits: z.number().default(0),
  input_tokens: z.number(),
  output_tokens: z.number(),
  usd: z.number(),
  saved_usd: z.number().default(0),
});
type Sums = z.infer<typeof sumsSchema>;
const groupSchema = z.record(z.string(), sumsSchema);
const usageSchema = z.looseObject({
  from: z.string(),
  to: z.string(),
  total: sumsSchema,
  by_day: groupSchema,
  by_model: groupSchema,
  by_role: groupSchema,
});

const cells = (name: string, sums: Sums): string[] => [
  name,
  sums.calls.toLocaleString('en-US'),
  sums.cache_hits.toLocaleString('en-US'),
  sums.input_tokens.toLocaleString('en-US'),
  sums.output_tokens.toLocaleString('en-US'),
  usd(sums.usd),
  usd(sums.saved_usd),
];

/** `office usage`: calls, tokens and cost by day, model and role. */
export async function usage(options: UsageOptions, terminal: Terminal): Promise<number> {
  const { from, to } = options;
  const answer = await connect(terminal, options).get(withQuery('/usage', { from, to }), usageSchema);
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  const total = cells('total', answer.total);
  terminal.out(`${answer.from} to ${answer.to}\n`);
  for (const [title, group] of [
    ['day', answer.by_day],
    ['model', answer.by_model],
    ['role', answer.by_role],
  ] as const) {
    const rows = Object.entries(group).map(([name, sums]) => cells(name, sums));
    if (rows.length === 0) continue;
    const titles = [title, 'calls', 'cached', 'tokens in', 'tokens out', 'cost', 'saved'];
    terminal.out(`\n${table(titles, [...rows, total], tableWidth(terminal)).join('\n')}\n`);
  }
  if (answer.total.calls === 0) terminal.out('No model that costs money was called.\n');
  return 0;
}
