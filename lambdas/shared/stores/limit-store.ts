import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { tenantPartition } from './keys.ts';

/** What a tenant, or one of its keys, may ask of the office; absent: the office's own limit, or none. */
export const limitsSchema = z.object({
  requests_per_minute: z.int().min(1).optional(),
  /** Accepted tasks in a day (UTC). */
  tasks_per_day: z.int().min(0).optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** Of a tenant as a whole, and of its keys by `key_id` (or `user:<subject>`). */
export interface TenantLimits {
  readonly tenant: Limits;
  readonly keys: ReadonlyMap<string, Limits>;
}

export interface LimitStore {
  read(tenantId: string): Promise<TenantLimits>;
  /** Replaces the limits of the tenant, or of one of its keys. */
  set(tenantId: string, keyId: string | null, limits: Limits): Promise<void>;
}

const WHOLE = 'TENANT';
const KEY = 'KEY#';

/** Limits are settings: they are kept until they are changed, and read by every process once a minute. */
export function createLimitStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): LimitStore {
  return {
    async read(tenantId) {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'LIMITS') },
        }),
      );
      const items = new Map((page.Items ?? []).map((item) => [String(item['sk']), limitsSchema.parse(item)]));
      const keys = [...items].filter(([sk]) => sk.startsWith(KEY));
      return {
        tenant: items.get(WHOLE) ?? {},
        keys: new Map(keys.map(([sk, limits]) => [sk.slice(KEY.length), limits])),
      };
    },
    async set(tenantId, keyId, limits) {
      const sk = keyId === null ? WHOLE : KEY + keyId;
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: { ...limitsSchema.parse(limits), pk: tenantPartition(tenantId, 'LIMITS'), sk },
        }),
      );
    },
  };
}
