import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Priority, prioritySchema, taskKeySchema } from '../../../schemas/task.ts';
import { expiry, tenantPartition } from './keys.ts';

/** The message that starts a task once there is a place for it. */
export const waitingTaskSchema = z.object({
  message: z.looseObject(taskKeySchema.shape),
  priority: prioritySchema,
});
export type WaitingTask = z.infer<typeof waitingTaskSchema>;

/**
 * Tasks of a tenant that wait until one of its own ends: urgent ones first, then in the order of their acceptance.
 *
 * Items (tasks table): `pk = T#<tenant>#WAITING`, `sk = <rank>#<task>`, a ULID.
 */
export interface WaitingLine {
  /** Takes a place at the end of its priority; the same task has one place, however often it comes. */
  join(task: WaitingTask): Promise<void>;
  leave(task: WaitingTask): Promise<void>;
  /** Whose turn is next, at most `limit` of those that nobody calls already; and whether the line is empty. */
  head(tenantId: string, limit: number): Promise<{ next: WaitingTask[]; isEmpty: boolean }>;
  /** One caller has the right to call a task, for half a minute; false for everybody else. */
  claim(task: WaitingTask): Promise<boolean>;
}

/** A call arrives within seconds; a caller that died is forgotten after that long. */
const CALL_MS = 30_000;
const PAGE = 50;
const RANK: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

export function createWaitingLine(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
  now: () => Date;
}): WaitingLine {
  const TableName = deps.table;
  const keyOf = ({ message, priority }: WaitingTask) => ({
    pk: tenantPartition(message.tenant_id, 'WAITING'),
    sk: `${RANK[priority]}#${message.task_id}`,
  });

  return {
    async join(task) {
      const Item = { ...keyOf(task), ...task, expires_at: expiry(deps.now()) };
      await deps.client.send(new PutCommand({ TableName, Item }));
    },
    async leave(task) {
      await deps.client.send(new DeleteCommand({ TableName, Key: keyOf(task) }));
    },
    async head(tenantId, limit) {
      const next: WaitingTask[] = [];
      let isEmpty = true;
      let start: Record<string, unknown> | undefined;
      do {
        const page = await deps.client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'WAITING') },
            ConsistentRead: true,
            Limit: PAGE,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        for (const item of page.Items ?? []) {
          isEmpty = false;
          if (!(Number(item['called_until'] ?? 0) > deps.now().getTime()))
            next.push(waitingTaskSchema.parse(item));
        }
        start = page.LastEvaluatedKey;
      } while (start !== undefined && next.length < limit);
      return { next: next.slice(0, limit), isEmpty };
    },
    async claim(task) {
      const now = deps.now().getTime();
      try {
        await deps.client.send(
          new UpdateCommand({
            TableName,
            Key: keyOf(task),
            UpdateExpression: 'SET called_until = :until',
            ConditionExpression:
              'attribute_exists(pk) AND (attribute_not_exists(called_until) OR called_until <= :now)',
            ExpressionAttributeValues: { ':until': now + CALL_MS, ':now': now },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
