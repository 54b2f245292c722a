import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { idSchema, tenantIdSchema } from '../../../schemas/identifiers.ts';
import { costSchema, type TaskKey } from '../../../schemas/task.ts';
import { OfficeError } from '../errors.ts';
import type { LoggedDocument } from './event-log.ts';
import { DEAD_LETTER, expiry, taskPartition, tenantPartition } from './keys.ts';

/** What a failed task's steps had done. `in_doubt`: effects that may have happened and were not repeated. */
export const receiptSummarySchema = z.object({
  succeeded: z.int(),
  failed: z.int(),
  in_doubt: z.array(z.object({ step: z.string(), action: z.string() })),
});
export type ReceiptSummary = z.infer<typeof receiptSummarySchema>;

/** A failed task, with what a person needs to decide what becomes of it. */
export const deadLetterSchema = z.object({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  /** Kind of the failure, for statistics and runbooks, e.g. `tool_failed`, `iterations_exhausted`. */
  class: z.string(),
  /** The state that failed, by its name in the console. */
  failed_state: z.string(),
  subtask_id: idSchema.optional(),
  error: z.object({ name: z.string(), message: z.string() }),
  plan_hash: z.string().optional(),
  cost: costSchema,
  receipts: receiptSummarySchema.optional(),
  /** Which execution failed: the task's `runs` then. */
  run: z.int().optional(),
  execution_arn: z.string(),
  failed_at: z.iso.datetime(),
  /** How often it was redriven before. */
  redrives: z.int().min(0),
  status: z.enum(['open', 'redriven']),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

export class DeadLetterNotOpenError extends OfficeError {
  override readonly name = 'DeadLetterNotOpenError';
}

/** One item per task (`sk = DEADLETTER`): a task that fails again after a redrive overwrites it. */
export interface DeadLetterStore {
  put(letter: DeadLetter): Promise<void>;
  /** The letter as a document, to be written with the event that announces the failure (EventLog.append). */
  document(letter: DeadLetter): LoggedDocument;
  get(key: TaskKey): Promise<DeadLetter | null>;
  /** Newest first. `cursor` is what the page before gave. */
  list(
    tenantId: string,
    options: { limit: number; cursor?: string },
  ): Promise<{ letters: DeadLetter[]; cursor: string | null }>;
  /**
   * open → redriven, once, counting the redrive.
   * @throws DeadLetterNotOpenError when there is none or it was redriven before
   */
  resolve(key: TaskKey): Promise<DeadLetter>;
}

export function createDeadLetterStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): DeadLetterStore {
  const { client, table } = deps;
  const keyOf = (key: TaskKey) => ({ pk: taskPartition(key), sk: DEAD_LETTER });
  const body = (letter: DeadLetter) => ({
    ...letter,
    expires_at: expiry(new Date(letter.failed_at)),
    gsi1pk: tenantPartition(letter.tenant_id, 'DEADLETTERS'),
    gsi1sk: `${letter.failed_at}#${letter.task_id}`,
  });

  return {
    async put(letter) {
      await client.send(new PutCommand({ TableName: table, Item: { ...body(letter), ...keyOf(letter) } }));
    },

    document: (letter) => ({ sk: DEAD_LETTER, body: body(letter) }),

    async get(key) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(key), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : deadLetterSchema.parse(answer.Item);
    },

    async list(tenantId, options) {
      const gsi1pk = tenantPartition(tenantId, 'DEADLETTERS');
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by_time',
          // The cursor is the sort key of the last letter seen: it can only point into the tenant's own partition.
          KeyConditionExpression:
            options.cursor === undefined ? 'gsi1pk = :pk' : 'gsi1pk = :pk AND gsi1sk < :cursor',
          ExpressionAttributeValues: {
            ':pk': gsi1pk,
            ...(options.cursor === undefined ? {} : { ':cursor': options.cursor }),
          },
          ScanIndexForward: false,
          Limit: options.limit,
        }),
      );
      const letters = (page.Items ?? []).map((item) => deadLetterSchema.parse(item));
      const last = letters.at(-1);
      const more = page.LastEvaluatedKey !== undefined && last !== undefined;
      return { letters, cursor: more ? `${last.failed_at}#${last.task_id}` : null };
    },

    async resolve(key) {
      try {
        const answer = await client.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(key),
            UpdateExpression: 'SET #s = :redriven ADD redrives :one',
            ConditionExpression: '#s = :open',
            ExpressionAttributeNames: { '#s': 'status' },
            ExpressionAttributeValues: { ':open': 'open', ':redriven': 'redriven', ':one': 1 },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return deadLetterSchema.parse(answer.Attributes);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new DeadLetterNotOpenError(`Task ${key.task_id} has no open dead letter.`);
      }
    },
  };
}
