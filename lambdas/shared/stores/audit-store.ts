import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { jsonObjectSchema } from '../../../schemas/json.ts';
import { idsInOrder } from '../ids.ts';
import type { LoggedDocument } from './event-log.ts';
import { tenantPartition } from './keys.ts';

/** Who did what, when: decisions of people, registrations, and runs of tools. */
export const auditEntrySchema = z.object({
  /** A ULID: orders and pages. */
  id: z.string(),
  at: z.iso.datetime(),
  /** e.g. `approval.decided`, `tool.invoked`, `tool.registered`, `dead_letter.redriven`. */
  action: z.string(),
  /** e.g. `key:<key id>`, or the role that acted. */
  actor: z.string(),
  task_id: z.string().optional(),
  subtask_id: z.string().optional(),
  step_id: z.string().optional(),
  detail: jsonObjectSchema,
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'>;

/** Append-only: there is no method that changes or removes an entry. */
export interface AuditStore {
  append(tenantId: string, entry: NewAuditEntry): Promise<AuditEntry>;
  /** Newest first. `cursor` is the id of the last entry seen. */
  list(
    tenantId: string,
    options: { limit: number; cursor?: string },
  ): Promise<{ entries: AuditEntry[]; cursor: string | null }>;
}

/** Entries stay 400 days: a year, and time to look at it. */
const KEPT_SECONDS = 400 * 86_400;
const nextId = idsInOrder();

const stamped = (at: Date, entry: NewAuditEntry): AuditEntry => ({
  ...entry,
  id: nextId(at.getTime()),
  at: at.toISOString(),
});
const partition = (tenantId: string): string => tenantPartition(tenantId, 'AUDIT');
const expiryOf = (at: Date): number => Math.floor(at.getTime() / 1000) + KEPT_SECONDS;

/**
 * An entry as a document, to be written with the event that announces what it is about (EventLog.append): the audit of
 * the hot path costs no request of its own, and neither is there without the other.
 */
export function auditDocument(tenantId: string, at: Date, entry: NewAuditEntry): LoggedDocument {
  const body = { ...stamped(at, entry), expires_at: expiryOf(at) };
  return { pk: partition(tenantId), sk: body.id, body };
}

export function createAuditStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
  now?: () => Date;
}): AuditStore {
  const { client, table } = deps;
  const now = deps.now ?? (() => new Date());

  return {
    async append(tenantId, entry) {
      const at = now();
      const logged = stamped(at, entry);
      await client.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...logged,
            pk: partition(tenantId),
            sk: logged.id,
            expires_at: expiryOf(at),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return logged;
    },

    async list(tenantId, options) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: options.cursor === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :cursor',
          ExpressionAttributeValues: {
            ':pk': partition(tenantId),
            ...(options.cursor === undefined ? {} : { ':cursor': options.cursor }),
          },
          ScanIndexForward: false,
          Limit: options.limit,
          ConsistentRead: true,
        }),
      );
      const entries = (page.Items ?? []).map((item) => auditEntrySchema.parse(item));
      return { entries, cursor: page.LastEvaluatedKey === undefined ? null : (entries.at(-1)?.id ?? null) };
    },
  };
}
