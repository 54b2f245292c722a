import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { idSchema, tenantIdSchema } from '../../../schemas/identifiers.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { type Delivery, deliverySchema } from '../../../schemas/webhooks.ts';
import { idsInOrder } from '../ids.ts';
import { expiry, range, taskPartition, tenantPartition } from './keys.ts';

/** What is still to be said to a task's webhook: the outbox, of which the queue's messages are only reminders. */
export const noticeSchema = z.object({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  /** The same for every attempt, so that receivers can drop repeats. */
  message_id: z.string(),
  status: z.enum(['pending', 'delivered', 'failed', 'disabled']),
  /** Made so far. */
  attempts: z.int().min(0),
  /** Not before then, while pending. */
  next_at: z.iso.datetime(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** A receiver that has let attempts wait for an answer; nobody else waits for it until then. */
export const silenceSchema = z.object({ times: z.int().min(1), until: z.iso.datetime() });
export type Silence = z.infer<typeof silenceSchema>;

/**
 * Items of the tasks table: `WEBHOOK` (the notice of the end), `ASKED#<message id>` (of a question to a person) and
 * `WEBHOOK#<ulid>` (a delivery) in the task's partition, and
 * `T#<tenant>#WEBHOOKS` / `<SHA-256 of the URL>` for an address that has answered 410, `…` / `SILENT#<SHA-256 of the
 * origin>` for a receiver that does not answer.
 */
export interface WebhookStore {
  put(notice: Notice): Promise<void>;
  /** What became of an attempt; false when the notice has been replaced or taken up anew since it was read. */
  change(read: Notice, changed: Notice): Promise<boolean>;
  /** The notice of the task's end, or the one that a question's message id names. */
  get(key: TaskKey, messageId?: string): Promise<Notice | null>;
  log(key: TaskKey, delivery: Omit<Delivery, 'delivery_id'>): Promise<void>;
  /** Oldest first. */
  deliveries(key: TaskKey): Promise<Delivery[]>;
  /** Pending notices whose time came before then, over all tenants: their messages were lost. */
  overdue(before: Date, limit: number): Promise<Notice[]>;
  disable(tenantId: string, url: string): Promise<void>;
  enable(tenantId: string, url: string): Promise<void>;
  isDisabled(tenantId: string, url: string): Promise<boolean>;
  silence(tenantId: string, url: string): Promise<Silence | null>;
  /** Notes or prolongs a silence; false when somebody else has since it was read (null: there was none). */
  hush(tenantId: string, url: string, read: Silence | null, silence: Silence): Promise<boolean>;
  /** The receiver answers again. */
  hear(tenantId: string, url: string): Promise<void>;
}

const NOTICE = 'WEBHOOK';
const QUESTION = 'ask_';

/** The message id of a question to a person, and the question that a message id names; null for that of an end. */
export const questionMessage = (approvalId: string): string => `${QUESTION}${approvalId}`;
export const questionOf = (messageId: string): string | null =>
  messageId.startsWith(QUESTION) ? messageId.slice(QUESTION.length) : null;

const placeOf = (messageId: string): string =>
  questionOf(messageId) === null ? NOTICE : `ASKED#${messageId}`;
const PENDING = 'WEBHOOK#PENDING';
const nextId = idsInOrder();

export function createWebhookStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
  now?: () => Date;
}): WebhookStore {
  const { client, table } = deps;
  const now = deps.now ?? (() => new Date());
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const addressKey = (tenantId: string, url: string) => ({
    pk: tenantPartition(tenantId, 'WEBHOOKS'),
    sk: hash(url),
  });
  const receiverKey = (tenantId: string, url: string) => ({
    pk: tenantPartition(tenantId, 'WEBHOOKS'),
    sk: `SILENT#${hash(new URL(url).origin)}`,
  });

  const itemOf = (notice: Notice) => {
    const pending =
      notice.status === 'pending'
        ? { gsi2pk: PENDING, gsi2sk: `${notice.next_at}#${notice.tenant_id}#${notice.message_id}` }
        : {};
    return {
      ...notice,
      ...pending,
      pk: taskPartition(notice),
      sk: placeOf(notice.message_id),
      expires_at: expiry(now()),
    };
  };

  /** One conditional write; false when its condition did not hold. */
  async function putIf(
    Item: Record<string, unknown>,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, unknown>,
  ): Promise<boolean> {
    const values = Object.keys(ExpressionAttributeValues).length === 0 ? {} : { ExpressionAttributeValues };
    try {
      await client.send(new PutCommand({ TableName: table, Item, ConditionExpression, ...values }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async put(notice) {
      await client.send(new PutCommand({ TableName: table, Item: itemOf(notice) }));
    },

    change: (read, changed) =>
      putIf(itemOf(changed), 'message_id = :id AND attempts = :attempts', {
        ':id': read.message_id,
        ':attempts': read.attempts,
      }),

    async get(key, messageId = '') {
      const answer = await client.send(
        new GetCommand({
          TableName: table,
          Key: { pk: taskPartition(key), sk: placeOf(messageId) },
          ConsistentRead: true,
        }),
      );
      return answer.Item === undefined ? null : noticeSchema.parse(answer.Item);
    },

    async log(key, delivery) {
      const delivery_id = nextId(Date.parse(delivery.at));
      const place = { pk: taskPartition(key), sk: `${NOTICE}#${delivery_id}` };
      const Item = { ...delivery, delivery_id, ...place, expires_at: expiry(now()) };
      await client.send(new PutCommand({ TableName: table, Item }));
    },

    async deliveries(key) {
      const [first, last] = range(`${NOTICE}#`);
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': taskPartition(key), ':first': first, ':last': last },
          ConsistentRead: true,
        }),
      );
      return (page.Items ?? []).map((item) => deliverySchema.parse(item));
    },

    async overdue(before, limit) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by_activity',
          KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :before',
          ExpressionAttributeValues: { ':pk': PENDING, ':before': before.toISOString() },
          Limit: limit,
        }),
      );
      return (page.Items ?? []).map((item) => noticeSchema.parse(item));
    },

    async disable(tenantId, url) {
      const Item = { ...addressKey(tenantId, url), url, at: now().toISOString(), expires_at: expiry(now()) };
      await client.send(new PutCommand({ TableName: table, Item }));
    },
    async enable(tenantId, url) {
      await client.send(new DeleteCommand({ TableName: table, Key: addressKey(tenantId, url) }));
    },
    async isDisabled(tenantId, url) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: addressKey(tenantId, url), ConsistentRead: true }),
      );
      return answer.Item !== undefined;
    },

    async silence(tenantId, url) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: receiverKey(tenantId, url), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : silenceSchema.parse(answer.Item);
    },
    async hush(tenantId, url, read, silence) {
      const Item = { ...receiverKey(tenantId, url), ...silence, expires_at: expiry(now()) };
      return read === null
        ? putIf(Item, 'attribute_not_exists(pk)', {})
        : putIf(Item, 'times = :times', { ':times': read.times });
    },
    async hear(tenantId, url) {
      await client.send(new DeleteCommand({ TableName: table, Key: receiverKey(tenantId, url) }));
    },
  };
}
