/**
 * Answers kept for an hour, and one flight for identical calls under way, in this function or in another.
 *
 * Item (table ACCOUNTS_TABLE): `pk = TENANT#<tenant>`, `sk = CACHE#<hash>`, either `state: "flying"` with `token` and
 * `flying_until` (epoch milliseconds), or `state: "answered"` with `answer` (JSON text); both with `expires_at`.
 * The text is what went over the wire: redacted values are placeholders in the store too.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { unlessAborted } from '../unless-aborted.ts';

export const cachedAnswerSchema = z.object({
  text: z.string(),
  stop_reason: z.enum(['end', 'length', 'refusal']),
  input_tokens: z.number(),
  output_tokens: z.number(),
  /** What it cost when it was asked: the savings of each hit. */
  cost_nano: z.number(),
});
export type CachedAnswer = z.infer<typeof cachedAnswerSchema>;

export interface AnswerCache {
  /**
   * The stored answer, or what another identical call is about to get, or else what `produce` gets.
   * A failure of `produce` is its caller's alone: the others go on by themselves.
   */
  answer(
    key: { readonly tenant_id: string; readonly hash: string },
    produce: () => Promise<CachedAnswer>,
    signal: AbortSignal,
  ): Promise<{ readonly answer: CachedAnswer; readonly shared: boolean }>;
}

const KEEP_SECONDS = 3_600;
/** DynamoDB's limit is 400 KB for an item; larger answers are not kept. */
const LARGEST = 350_000;
/** A flight whose function died is taken over after this. */
const FLIGHT_MS = 180_000;
const POLL_MS = 250;

const storedSchema = z.object({
  state: z.enum(['flying', 'answered']),
  flying_until: z.number().default(0),
  expires_at: z.number(),
  answer: z.string().optional(),
});

function answerIn(text: string): CachedAnswer | null {
  try {
    return cachedAnswerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function createAnswerCache(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
  readonly now?: () => number;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onTrouble?: (what: string, error: unknown) => void;
}): AnswerCache {
  const now = deps.now ?? (() => Date.now());
  const wait = deps.pause ?? ((ms, signal) => pause(ms, undefined, { signal }));
  const flights = new Map<string, Promise<CachedAnswer>>();
  type Key = { readonly pk: string; readonly sk: string };

  async function look(key: Key): Promise<'none' | 'flying' | 'unreadable' | CachedAnswer> {
    const found = await deps.client.send(
      new GetCommand({ TableName: deps.table, Key: key, ConsistentRead: true }),
    );
    if (!found.Item) return 'none';
    const stored = storedSchema.safeParse(found.Item);
    if (!stored.success) return 'unreadable';
    const item = stored.data;
    if (item.expires_at * 1000 <= now()) return 'none';
    if (item.state === 'flying') return item.flying_until > now() ? 'flying' : 'none';
    return answerIn(item.answer ?? '') ?? 'unreadable';
  }

  async function claim(key: Key, token: string): Promise<boolean> {
    try {
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: {
            ...key,
            state: 'flying',
            token,
            flying_until: now() + FLIGHT_MS,
            expires_at: Math.floor(now() / 1000) + KEEP_SECONDS,
          },
          ConditionExpression:
            'attribute_not_exists(pk) OR expires_at <= :seconds OR (#state = :flying AND flying_until <= :now)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':seconds': Math.floor(now() / 1000),
            ':now': now(),
            ':flying': 'flying',
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function land(key: Key, token: string, answer: CachedAnswer | null): Promise<void> {
    const mine = {
      ConditionExpression: '#token = :token',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: { ':token': token },
    };
    const text = answer === null ? '' : JSON.stringify(answer);
    try {
      if (answer !== null && Buffer.byteLength(text) <= LARGEST)
        await deps.client.send(
          new PutCommand({
            TableName: deps.table,
            Item: {
              ...key,
              state: 'answered',
              answer: text,
              expires_at: Math.floor(now() / 1000) + KEEP_SECONDS,
            },
            ...mine,
          }),
        );
      else await deps.client.send(new DeleteCommand({ TableName: deps.table, Key: key, ...mine }));
    } catch (error) {
      // Taken over after FLIGHT_MS: the other flight's answer is as good as this one.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  return {
    async answer({ tenant_id, hash }, produce, signal) {
      const key = { pk: `TENANT#${tenant_id}`, sk: `CACHE#${hash}` };
      const id = `${key.pk}|${key.sk}`;
      for (;;) {
        const underway = flights.get(id);
        if (underway) {
          const landed = await unlessAborted(
            underway.catch(() => null),
            signal,
          );
          if (landed) return { answer: landed, shared: true };
          continue;
        }
        const found = await look(key);
        if (typeof found === 'object') return { answer: found, shared: true };
        // Of another version, or damaged: it is in the way until it expires, and no reason to fail.
        if (found === 'unreadable') return { answer: await produce(), shared: false };
        if (flights.has(id)) continue;
        if (found === 'flying') {
          await wait(POLL_MS, signal);
          continue;
        }
        const token = randomUUID();
        const flight = (async () => {
          if (!(await claim(key, token))) return null;
          try {
            const answer = await produce();
            // A paid answer stands, kept or not; the flight's own time frees its place.
            await land(key, token, answer).catch((error: unknown) => deps.onTrouble?.('cache', error));
            return answer;
          } catch (error) {
            await land(key, token, null).catch((trouble: unknown) => deps.onTrouble?.('cache', trouble));
            throw error;
          }
        })();
        flights.set(
          id,
          flight.then((answer) => {
            if (answer === null) throw new Error('Another function is asking.');
            return answer;
          }),
        );
        flights.get(id)?.catch(() => undefined);
        try {
          const answer = await flight;
          if (answer !== null) return { answer, shared: false };
        } finally {
          flights.delete(id);
        }
      }
    },
  };
}
