import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { idSchema, tenantIdSchema } from '../../../schemas/identifiers.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { expiry, range, sortKey, taskPartition, tenantPartition } from './keys.ts';

/** An execution parked on a task token because the tenant's budget is exhausted. */
export const holdSchema = z.object({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  subtask_id: idSchema.optional(),
  place: z.string(),
  held_at: z.iso.datetime(),
  /** What the refused call may cost at most; null when that is not known. */
  needed_usd: z.number().nullable().default(null),
  task_token: z.string(),
});
export type Hold = z.infer<typeof holdSchema>;

export interface HoldStore {
  park(hold: Hold): Promise<void>;
  /** Of one tenant, oldest first. */
  list(tenantId: string): Promise<Hold[]>;
  /** Of all tenants, oldest first: one page, the rest is for the next look. */
  listAll(): Promise<Hold[]>;
  /** Forgets a hold whose token was answered. */
  lift(hold: Hold): Promise<void>;
  /** Forgets every hold of a task that has ended: a top-up must not wake it. */
  forget(key: TaskKey): Promise<void>;
}

/** Executions that wait for money are few: one partition of the index of active things. */
const ALL_HOLDS = 'HOLDS';

export function createHoldStore(deps: { client: DynamoDBDocumentClient; table: string }): HoldStore {
  // The token makes holds of parallel steps distinct; its tail is random enough.
  const keyOf = (hold: Hold) => ({
    pk: taskPartition(hold),
    sk: sortKey.hold(`${hold.subtask_id ?? ''}#${hold.place}#${hold.task_token.slice(-32)}`),
  });
  return {
    async park(hold) {
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: {
            ...hold,
            ...keyOf(hold),
            expires_at: expiry(new Date(hold.held_at)),
            gsi1pk: tenantPartition(hold.tenant_id, 'HOLDS'),
            gsi1sk: `${hold.held_at}#${hold.task_id}`,
            gsi2pk: ALL_HOLDS,
            gsi2sk: `${hold.held_at}#${hold.task_id}`,
          },
        }),
      );
    },
    async list(tenantId) {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          IndexName: 'by_time',
          KeyConditionExpression: 'gsi1pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'HOLDS') },
        }),
      );
      return (page.Items ?? []).map((item) => holdSchema.parse(item));
    },
    async listAll() {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          IndexName: 'by_activity',
          KeyConditionExpression: 'gsi2pk = :pk',
          ExpressionAttributeValues: { ':pk': ALL_HOLDS },
        }),
      );
      return (page.Items ?? []).map((item) => holdSchema.parse(item));
    },
    async forget(key) {
      const [first, last] = range(sortKey.hold(''));
      const pk = taskPartition(key);
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
          ConsistentRead: true,
        }),
      );
      await Promise.all(
        (page.Items ?? []).map(({ sk }) =>
          deps.client.send(new DeleteCommand({ TableName: deps.table, Key: { pk, sk } })),
        ),
      );
    },
    async lift(hold) {
      await deps.client.send(new DeleteCommand({ TableName: deps.table, Key: keyOf(hold) }));
    },
  };
}
