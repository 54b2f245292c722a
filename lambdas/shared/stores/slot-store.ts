import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { TaskKey } from '../../../schemas/task.ts';
import { tenantPartition } from './keys.ts';

/**
 * Which tasks of a tenant are running, as one set: taking and releasing a slot twice changes nothing, so a repeated
 * delivery can't make the count drift. 100 ids of 26 characters are 2.6 KB, three write units.
 */
export interface SlotStore {
  /** False when the tenant already runs as many tasks as it may; true also when the task holds a slot already. */
  take(key: TaskKey, limit: number): Promise<boolean>;
  release(key: TaskKey): Promise<void>;
}

export function createSlotStore(deps: { client: DynamoDBDocumentClient; table: string }): SlotStore {
  const itemOf = (key: TaskKey) => ({
    TableName: deps.table,
    Key: { pk: tenantPartition(key.tenant_id, 'SLOTS'), sk: 'RUNNING' },
    ExpressionAttributeNames: { '#running': 'running' },
  });
  return {
    async take(key, limit) {
      try {
        await deps.client.send(
          new UpdateCommand({
            ...itemOf(key),
            UpdateExpression: 'ADD #running :task',
            ConditionExpression: 'attribute_not_exists(#running) OR size(#running) < :limit OR contains(#running, :id)',
            ExpressionAttributeValues: { ':task': new Set([key.task_id]), ':limit': limit, ':id': key.task_id },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    async release(key) {
      await deps.client.send(
        new UpdateCommand({
          ...itemOf(key),
          UpdateExpression: 'DELETE #running :task',
          ExpressionAttributeValues: { ':task': new Set([key.task_id]) },
        }),
      );
    },
  };
}
