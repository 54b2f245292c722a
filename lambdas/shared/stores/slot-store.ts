import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { TaskKey } from '../../../schemas/task.ts';

/**
 * Which tasks of a tenant are running, as one set: taking and releasing a slot twice changes nothing, so a repeated
 * delivery can't make the count drift. 100 ids of 26 characters are 2.6 KB, three write units.
 *
 * Items (accounts table): `pk = SLOTS#<shard>`, `sk = <tenant>`. Tenants share four partitions, so that the office's
 * own load can be read in four queries; a partition takes 1,000 write units, about 170 tasks a second.
 */
export interface SlotStore {
  /** False when the tenant already runs as many tasks as it may; true also when the task holds a slot already. */
  take(key: TaskKey, limit: number): Promise<boolean>;
  /** Returns how often tasks of the tenant were announced to be waiting; 0 when none is. */
  release(key: TaskKey): Promise<number>;
  /**
   * Says that a task of the tenant waits for a slot: whoever releases one from now on hears of it.
   * Returns how many of its tasks run at that moment.
   */
  announce(tenantId: string): Promise<number>;
  /** Says that none waits any more, unless another one was announced since. */
  withdraw(tenantId: string, announced: number): Promise<void>;
  load(tenantId: string): Promise<{ running: number; announced: number }>;
  /** Tasks running over all tenants. */
  running(): Promise<number>;
}

const SHARDS = 4;
const runningOf = (item: Record<string, unknown> | undefined): number =>
  item?.['running'] instanceof Set ? item['running'].size : 0;
const announcedIn = (item: Record<string, unknown> | undefined): number =>
  typeof item?.['announced'] === 'number' ? item['announced'] : 0;
const shardOf = (tenantId: string): string => {
  let sum = 0;
  for (const character of tenantId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % SHARDS;
  return `SLOTS#${sum}`;
};

export function createSlotStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): SlotStore {
  const placeOf = (tenantId: string) => ({
    TableName: deps.table,
    Key: { pk: shardOf(tenantId), sk: tenantId },
  });
  const itemOf = (key: TaskKey) => ({
    ...placeOf(key.tenant_id),
    ExpressionAttributeNames: { '#running': 'running' },
  });

  async function runningIn(shard: number): Promise<number> {
    let sum = 0;
    let start: Record<string, unknown> | undefined;
    do {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `SLOTS#${shard}` },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) sum += runningOf(item);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return sum;
  }

  return {
    async take(key, limit) {
      try {
        await deps.client.send(
          new UpdateCommand({
            ...itemOf(key),
            UpdateExpression: 'ADD #running :task',
            ConditionExpression:
              'attribute_not_exists(#running) OR size(#running) < :limit OR contains(#running, :id)',
            ExpressionAttributeValues: {
              ':task': new Set([key.task_id]),
              ':limit': limit,
              ':id': key.task_id,
            },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    async release(key) {
      const { Attributes } = await deps.client.send(
        new UpdateCommand({
          ...itemOf(key),
          UpdateExpression: 'DELETE #running :task',
          ExpressionAttributeValues: { ':task': new Set([key.task_id]) },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return announcedIn(Attributes);
    },
    async announce(tenantId) {
      const { Attributes } = await deps.client.send(
        new UpdateCommand({
          ...placeOf(tenantId),
          UpdateExpression: 'ADD announced :one',
          ExpressionAttributeValues: { ':one': 1 },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return runningOf(Attributes);
    },
    async withdraw(tenantId, announced) {
      try {
        await deps.client.send(
          new UpdateCommand({
            ...placeOf(tenantId),
            UpdateExpression: 'REMOVE announced',
            ConditionExpression: 'announced = :seen',
            ExpressionAttributeValues: { ':seen': announced },
          }),
        );
      } catch (error) {
        // Another task has come to wait meanwhile.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async load(tenantId) {
      const { Item } = await deps.client.send(new GetCommand({ ...placeOf(tenantId), ConsistentRead: true }));
      return { running: runningOf(Item), announced: announcedIn(Item) };
    },
    async running() {
      const sums = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => runningIn(shard)));
      return sums.reduce((a, b) => a + b, 0);
    },
  };
}
