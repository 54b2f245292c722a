import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { tenantPartition } from './keys.ts';

/** An answer as it was given, to be given again. */
export const storedAnswerSchema = z.object({
  status: z.int(),
  /** JSON text. */
  body: z.string(),
  headers: z.record(z.string(), z.string()),
});
export type StoredAnswer = z.infer<typeof storedAnswerSchema>;

const itemSchema = z.object({
  fingerprint: z.string(),
  subject: z.string(),
  holder: z.string(),
  lease_until: z.number(),
  expires_at: z.number(),
  answer: storedAnswerSchema.optional(),
});

export interface IdempotencyRequest {
  readonly tenant_id: string;
  readonly key: string;
  /** Hash of method, path and body: the same key with another one is an error of the caller. */
  readonly fingerprint: string;
}

/** What a claim finds. */
export type Claim =
  /** The caller does the work, for `subject`; `again` when an earlier holder may have begun it. */
  | { readonly outcome: 'claimed'; readonly subject: string; readonly again: boolean }
  | { readonly outcome: 'answered'; readonly answer: StoredAnswer }
  /** Another request with the same key and body is at work. */
  | { readonly outcome: 'busy' }
  /** The key was used with another body. */
  | { readonly outcome: 'mismatch' };

/**
 * Idempotency keys by Stripe's rules, kept 24 hours.
 *
 * A claim is a lease: when its holder dies, the next request with the same key takes over after 30 seconds and
 * works on the same `subject` (the task's id), so that the conditional write of the task decides whether
 * it was accepted before. At most two writes a request.
 */
export interface IdempotencyStore {
  claim(request: IdempotencyRequest, wanted: { holder: string; subject: string }): Promise<Claim>;
  /** Looks without claiming, for a request that waits for another's answer. */
  look(request: IdempotencyRequest): Promise<Claim | null>;
  /** Stores the holder's answer; a holder that lost its lease stores nothing. */
  answer(request: IdempotencyRequest, holder: string, answer: StoredAnswer): Promise<void>;
  /** The holder failed: ends its lease at once, keeping the subject for the next try. */
  giveUp(request: IdempotencyRequest, holder: string): Promise<void>;
}

export const KEPT_SECONDS = 86_400;
/** Longer than the receptionist's own time limit of 29 seconds (API Gateway's). */
export const LEASE_SECONDS = 30;

export function createIdempotencyStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
  now?: () => Date;
}): IdempotencyStore {
  const { client, table } = deps;
  const epoch = () => (deps.now ?? (() => new Date()))().getTime() / 1000;
  // Hashed, because a caller's key may hold anything.
  const keyOf = (request: IdempotencyRequest) => ({
    pk: tenantPartition(
      request.tenant_id,
      `IDEMPOTENCY#${createHash('sha256').update(request.key).digest('hex')}`,
    ),
    sk: 'CLAIM',
  });

  async function read(request: IdempotencyRequest): Promise<z.infer<typeof itemSchema> | null> {
    const answer = await client.send(
      new GetCommand({ TableName: table, Key: keyOf(request), ConsistentRead: true }),
    );
    return answer.Item === undefined ? null : itemSchema.parse(answer.Item);
  }

  /** One conditional update; null when its condition did not hold. */
  async function update(
    request: IdempotencyRequest,
    expression: string,
    condition: string,
    values: Record<string, unknown>,
  ): Promise<Record<string, unknown> | null> {
    try {
      const answer = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(request),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return answer.Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }

  const find = (request: IdempotencyRequest, item: z.infer<typeof itemSchema>): Claim => {
    if (item.fingerprint !== request.fingerprint) return { outcome: 'mismatch' };
    return item.answer === undefined ? { outcome: 'busy' } : { outcome: 'answered', answer: item.answer };
  };

  return {
    async claim(request, wanted) {
      for (;;) {
        const now = epoch();
        const taken = await update(
          request,
          'SET fingerprint = :fingerprint, holder = :holder, lease_until = :until, ' +
            'expires_at = if_not_exists(expires_at, :expiry), subject = if_not_exists(subject, :subject)',
          'attribute_not_exists(pk) OR (attribute_not_exists(answer) AND fingerprint = :fingerprint ' +
            'AND lease_until < :now AND expires_at > :now)',
          {
            ':fingerprint': request.fingerprint,
            ':holder': wanted.holder,
            ':until': now + LEASE_SECONDS,
            ':expiry': Math.floor(now) + KEPT_SECONDS,
            ':subject': wanted.subject,
            ':now': now,
          },
        );
        if (taken !== null) {
          const { subject } = itemSchema.parse(taken);
          return { outcome: 'claimed', subject, again: subject !== wanted.subject };
        }
        const item = await read(request);
        if (item === null) continue;
        // The SDK repeats a write whose answer was lost; the repeated one finds the holder's own claim.
        if (item.holder === wanted.holder && item.answer === undefined) {
          return { outcome: 'claimed', subject: item.subject, again: item.subject !== wanted.subject };
        }
        if (item.expires_at > now) return find(request, item);
        // Past its 24 hours and not yet swept by the table's time to live: it no longer counts.
        try {
          await client.send(
            new DeleteCommand({
              TableName: table,
              Key: keyOf(request),
              ConditionExpression: 'expires_at = :seen',
              ExpressionAttributeValues: { ':seen': item.expires_at },
            }),
          );
        } catch (error) {
          // Another request was faster; the next round sees what it left.
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }
    },

    async look(request) {
      const item = await read(request);
      return item === null || item.expires_at <= epoch() ? null : find(request, item);
    },

    async answer(request, holder, answer) {
      await update(request, 'SET answer = :answer', 'holder = :holder AND attribute_not_exists(answer)', {
        ':answer': answer,
        ':holder': holder,
      });
    },

    async giveUp(request, holder) {
      await update(request, 'SET lease_until = :ended', 'holder = :holder AND attribute_not_exists(answer)', {
        ':ended': 0,
        ':holder': holder,
      });
    },
  };
}
