/**
 * What was used, summed by tenant, day, role and model: items `pk = TENANT#<tenant>`,
 * `sk = USAGE#<yyyy-mm-dd>#<role>#<model>`, kept for 400 days.
 */
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { OfficeError } from '../errors.ts';
import { toUsd } from './prices.ts';
import type { ModelRole, TokenUsage } from './provider.ts';

export interface UsageEntry {
  readonly tenant_id: string;
  readonly role: ModelRole | 'embeddings';
  readonly model: string;
  readonly usage: TokenUsage;
  readonly cost_nano: number;
  /** What the store, or the provider's prefix cache, saved. */
  readonly saved_nano: number;
  /** No provider was asked. */
  readonly from_store?: boolean;
}

export const usageRowSchema = z.strictObject({
  day: z.string(),
  role: z.string(),
  model: z.string(),
  calls: z.number(),
  cache_hits: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cached_input_tokens: z.number(),
  usd: z.number(),
  saved_usd: z.number(),
});
export type UsageRow = z.infer<typeof usageRowSchema>;

const sumsSchema = usageRowSchema.omit({ day: true, role: true, model: true });
/** Body of `GET /usage`. */
export const usageReportSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  total: sumsSchema,
  by_day: z.record(z.string(), sumsSchema),
  by_model: z.record(z.string(), sumsSchema),
  by_role: z.record(z.string(), sumsSchema),
  rows: z.array(usageRowSchema),
});
export type UsageReport = z.infer<typeof usageReportSchema>;

export interface UsageStore {
  record(entry: UsageEntry): Promise<void>;
  /** Both days included, `yyyy-mm-dd`. @throws UsageInputError */
  read(tenant: string, from: string, to: string): Promise<UsageReport>;
}

export class UsageInputError extends OfficeError {
  override readonly name = 'UsageInputError';
}

const storedSchema = z.object({
  sk: z.string(),
  calls: z.number().default(0),
  cache_hits: z.number().default(0),
  input_tokens: z.number().default(0),
  output_tokens: z.number().default(0),
  cached_input_tokens: z.number().default(0),
  cost_nano: z.number().default(0),
  saved_nano: z.number().default(0),
});

export function createUsageStore(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
  readonly now?: () => number;
}): UsageStore {
  const now = deps.now ?? (() => Date.now());
  return {
    async record(entry) {
      const day = new Date(now()).toISOString().slice(0, 10);
      const hit = entry.from_store ?? false;
      await deps.client.send(
        new UpdateCommand({
          TableName: deps.table,
          Key: { pk: `TENANT#${entry.tenant_id}`, sk: `USAGE#${day}#${entry.role}#${entry.model}` },
          UpdateExpression:
            'ADD calls :calls, cache_hits :hits, input_tokens :input, output_tokens :output, cached_input_tokens :cached, cost_nano :cost, saved_nano :saved SET expires_at = :ttl',
          ExpressionAttributeValues: {
            ':calls': hit ? 0 : 1,
            ':hits': hit ? 1 : 0,
            ':input': entry.usage.input_tokens,
            ':output': entry.usage.output_tokens,
            ':cached': entry.usage.cached_input_tokens,
            ':cost': entry.cost_nano,
            ':saved': entry.saved_nano,
            ':ttl': Math.floor(now() / 1000) + 400 * 86_400,
          },
        }),
      );
    },

    async read(tenant, from, to) {
      const days = z.tuple([z.iso.date(), z.iso.date()]).safeParse([from, to]);
      if (!days.success || from > to)
        throw new UsageInputError('from and to must be days (yyyy-mm-dd), from not after to.');
      const rows: UsageRow[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await deps.client.send(
          new QueryCommand({
            TableName: deps.table,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            ExpressionAttributeValues: {
              ':pk': `TENANT#${tenant}`,
              ':from': `USAGE#${from}`,
              ':to': `USAGE#${to}#\uffff`,
            },
            ExclusiveStartKey: start,
          }),
        );
        for (const item of page.Items ?? []) rows.push(rowOf(storedSchema.parse(item)));
        start = page.LastEvaluatedKey;
      } while (start);
      const by = (name: 'day' | 'model' | 'role') => {
        const groups: Record<string, Sums> = {};
        for (const row of rows) groups[row[name]] = add(groups[row[name]] ?? nothing, row);
        return groups;
      };
      return {
        from,
        to,
        total: rows.reduce(add, nothing),
        by_day: by('day'),
        by_model: by('model'),
        by_role: by('role'),
        rows,
      };
    },
  };
}

type Sums = z.infer<typeof sumsSchema>;
const nothing: Sums = {
  calls: 0,
  cache_hits: 0,
  input_tokens: 0,
  output_tokens: 0,
  cached_input_tokens: 0,
  usd: 0,
  saved_usd: 0,
};

function add(sums: Sums, row: Sums): Sums {
  const exact = (a: number, b: number) => toUsd(Math.round((a + b) * 1e9));
  return {
    calls: sums.calls + row.calls,
    cache_hits: sums.cache_hits + row.cache_hits,
    input_tokens: sums.input_tokens + row.input_tokens,
    output_tokens: sums.output_tokens + row.output_tokens,
    cached_input_tokens: sums.cached_input_tokens + row.cached_input_tokens,
    usd: exact(sums.usd, row.usd),
    saved_usd: exact(sums.saved_usd, row.saved_usd),
  };
}

function rowOf(item: z.infer<typeof storedSchema>): UsageRow {
  const [, day = '', role = '', ...model] = item.sk.split('#');
  const { sk: _, cost_nano: cost, saved_nano: saved, ...counts } = item;
  return { day, role, model: model.join('#'), ...counts, usd: toUsd(cost), saved_usd: toUsd(saved) };
}
