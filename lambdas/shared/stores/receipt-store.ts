import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type StepOutcome, stepOutcomeSchema } from '../../../schemas/roles.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import type { LoggedDocument } from './event-log.ts';
import { expiry, sortKey, taskPartition } from './keys.ts';

/** Which effect a receipt is for: one idempotency key of one subtask. */
export interface ReceiptPlace extends TaskKey {
  readonly subtask_id: string;
  readonly idempotency_key: string;
}

/**
 * `claimed`: someone runs the step, or died in it; nobody else may run it blindly.
 * `done`: here is the outcome, whoever asks again gets it.
 */
export const receiptSchema = z.object({
  state: z.enum(['claimed', 'done']),
  claimed_by: z.string(),
  claimed_at: z.iso.datetime(),
  /** When the claimer is certainly gone: its Lambda's time limit has passed. */
  claim_expires_at: z.iso.datetime(),
  inputs_hash: z.string(),
  /** The gate of the execution and iteration in which it was done. */
  ended_in: z.string().optional(),
  outcome: stepOutcomeSchema.optional(),
  attempts: z.int().optional(),
  duration_ms: z.number().optional(),
});
export type Receipt = z.infer<typeof receiptSchema>;

export interface ReceiptStore {
  /** Claims the effect, or tells who did before: null means that it is now the caller's. One conditional write. */
  claim(place: ReceiptPlace, receipt: Receipt): Promise<Receipt | null>;
  /** Takes over a claim whose holder is gone, or one that came to nothing; false when another was faster. */
  takeOver(place: ReceiptPlace, from: Receipt, to: Receipt): Promise<boolean>;
  get(place: ReceiptPlace): Promise<Receipt | null>;
  /** The finished receipt as a document, to be written with the events that announce it. */
  done(place: ReceiptPlace, receipt: Receipt & { outcome: StepOutcome }): LoggedDocument;
}

export function createReceiptStore(deps: { client: DynamoDBDocumentClient; table: string }): ReceiptStore {
  const { client, table } = deps;
  const keyOf = (place: ReceiptPlace) => ({
    pk: taskPartition(place),
    sk: sortKey.receipt(place.subtask_id, place.idempotency_key),
  });

  return {
    async claim(place, receipt) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...keyOf(place), ...receipt, expires_at: expiry(new Date(receipt.claimed_at)) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return null;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return this.get(place);
      }
    },

    async takeOver(place, from, to) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...keyOf(place), ...to, expires_at: expiry(new Date(to.claimed_at)) },
            ConditionExpression: '#s = :state AND claimed_by = :by',
            ExpressionAttributeNames: { '#s': 'state' },
            ExpressionAttributeValues: { ':state': from.state, ':by': from.claimed_by },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async get(place) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(place), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : receiptSchema.parse(answer.Item);
    },

    done: (place, receipt) => ({
      sk: sortKey.receipt(place.subtask_id, place.idempotency_key),
      body: receipt,
    }),
  };
}
