import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { idSchema, tenantIdSchema } from '../../../schemas/identifiers.ts';
import { stepSchema } from '../../../schemas/plan.ts';
import { OfficeError } from '../errors.ts';
import { expiry, sortKey, taskPartition, tenantPartition } from './keys.ts';

/** A question to a human, bound to one plan by its hash. The task token never leaves the store's callers. */
export const approvalSchema = z.object({
  approval_id: z.string(),
  kind: z.enum(['approval', 'escalation']),
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  subtask_id: idSchema,
  iteration: z.int(),
  plan_hash: z.string(),
  reason: z.string(),
  steps: z.array(stepSchema.pick({ step_id: true, action: true, inputs: true })),
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'revoked']),
  requested_at: z.iso.datetime(),
  expires_at_time: z.iso.datetime(),
  decided_at: z.iso.datetime().optional(),
  decided_by: z.string().optional(),
  comment: z.string().optional(),
  /** When the log and the state that waits were told of the decision. */
  told_at: z.iso.datetime().optional(),
  task_token: z.string(),
  /** What a rejection does besides; by the tenant's policies. */
  on_reject: z.literal('cancel_task').optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

export class ApprovalNotPendingError extends OfficeError {
  override readonly name = 'ApprovalNotPendingError';
}

/** Another question has this id; who answers that one must not answer this one with it. */
export class ApprovalIdTakenError extends OfficeError {
  override readonly name = 'ApprovalIdTakenError';
}

/**
 * An approval's id names its place, so that it can be found without an index. Task ids hold no `:`. A redrive that
 * starts over comes to the same places: its questions are the second and later ones there.
 */
export const approvalId = (
  place: { task_id: string; subtask_id: string; iteration: number; kind: string },
  nth = 1,
): string =>
  `${place.task_id}:${place.subtask_id}:${place.iteration}:${place.kind}${nth === 1 ? '' : `:${nth}`}`;

export interface ApprovalStore {
  /**
   * Asks again under the same id when the state is retried: the newest token counts.
   * @throws ApprovalIdTakenError when the id is that of a question about another plan, or of one that was decided
   */
  request(approval: Approval): Promise<void>;
  get(tenantId: string, approvalId: string): Promise<Approval | null>;
  /**
   * pending → decided, once.
   * @throws ApprovalNotPendingError when it was decided, expired or revoked before, or never existed
   */
  decide(
    tenantId: string,
    approvalId: string,
    decision: {
      status: 'approved' | 'rejected' | 'expired' | 'revoked';
      by: string;
      comment: string;
      at: string;
    },
  ): Promise<Approval>;
  /** The log and the state that waits have been told. */
  told(approval: Approval, at: string): Promise<void>;
  /** People's decisions of all tenants that were made before then and are not settled, oldest first: one page. */
  listDecided(before: Date): Promise<Approval[]>;
  /** Nobody needs to be told of it again. */
  settle(approval: Approval): Promise<void>;
  /** Newest first. `cursor` is what the page before gave; a page may hold less than there is, even nothing. */
  list(
    tenantId: string,
    options: { limit: number; status?: Approval['status']; cursor?: string },
  ): Promise<{ approvals: Approval[]; cursor: string | null }>;
  /** The requests of one task. */
  listByTask(key: { tenant_id: string; task_id: string }): Promise<Approval[]>;
}

/** What one look goes through at most, a megabyte each: some ten thousand questions, or six hundred large ones. */
const MAX_PAGES = 20;
/** People decide less than a partition of the index of active things takes. */
const DECIDED = 'DECIDED';

const timeKey = ({ requested_at, approval_id }: Approval) => `${requested_at}#${approval_id}`;

export function createApprovalStore(deps: { client: DynamoDBDocumentClient; table: string }): ApprovalStore {
  const { client, table } = deps;
  const keyOf = (tenant_id: string, id: string) => ({
    pk: taskPartition({ tenant_id, task_id: id.split(':', 1)[0] ?? '' }),
    sk: sortKey.approval(id),
  });

  async function* pagesOf(
    query: Omit<QueryCommandInput, 'TableName'>,
  ): AsyncGenerator<{ approvals: Approval[]; more: boolean }> {
    let start: QueryCommandInput['ExclusiveStartKey'];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const from = start === undefined ? {} : { ExclusiveStartKey: start };
      const answer = await client.send(new QueryCommand({ TableName: table, ...query, ...from }));
      start = answer.LastEvaluatedKey;
      const approvals = (answer.Items ?? []).map((item) => approvalSchema.parse(item));
      yield { approvals, more: start !== undefined };
      if (start === undefined) return;
    }
  }

  return {
    async request(approval) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...approval,
              ...keyOf(approval.tenant_id, approval.approval_id),
              expires_at: expiry(new Date(approval.requested_at)),
              gsi1pk: tenantPartition(approval.tenant_id, 'APPROVALS'),
              gsi1sk: timeKey(approval),
            },
            ConditionExpression: 'attribute_not_exists(pk) OR (#s = :pending AND plan_hash = :hash)',
            ExpressionAttributeNames: { '#s': 'status' },
            ExpressionAttributeValues: { ':pending': 'pending', ':hash': approval.plan_hash },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new ApprovalIdTakenError(`Another question has the id ${approval.approval_id}.`);
      }
    },

    async get(tenantId, id) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(tenantId, id), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : approvalSchema.parse(answer.Item);
    },

    async decide(tenantId, id, decision) {
      const byPerson = decision.status === 'approved' || decision.status === 'rejected';
      try {
        const answer = await client.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(tenantId, id),
            UpdateExpression: `SET #s = :status, decided_at = :at, decided_by = :by, #c = :comment${
              byPerson ? ', gsi2pk = :decided, gsi2sk = :place' : ''
            }`,
            ConditionExpression: '#s = :pending',
            ExpressionAttributeNames: { '#s': 'status', '#c': 'comment' },
            ExpressionAttributeValues: {
              ...(byPerson ? { ':decided': DECIDED, ':place': `${decision.at}#${id}` } : {}),
              ':pending': 'pending',
              ':status': decision.status,
              ':at': decision.at,
              ':by': decision.by,
              ':comment': decision.comment,
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return approvalSchema.parse(answer.Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          throw new ApprovalNotPendingError(`Approval ${id} is not pending.`);
        }
        throw error;
      }
    },

    async told({ tenant_id, approval_id }, at) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(tenant_id, approval_id),
          UpdateExpression: 'SET told_at = :at',
          ExpressionAttributeValues: { ':at': at },
        }),
      );
    },

    async listDecided(before) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by_activity',
          KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :before',
          ExpressionAttributeValues: { ':pk': DECIDED, ':before': before.toISOString() },
        }),
      );
      return (page.Items ?? []).map((item) => approvalSchema.parse(item));
    },

    async settle({ tenant_id, approval_id }) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(tenant_id, approval_id),
          UpdateExpression: 'REMOVE gsi2pk, gsi2sk',
        }),
      );
    },

    async list(tenantId, { limit, status, cursor }) {
      const approvals: Approval[] = [];
      const query = {
        IndexName: 'by_time',
        // The cursor is the sort key of the last question seen: it can only point into the tenant's own partition.
        KeyConditionExpression: cursor === undefined ? 'gsi1pk = :pk' : 'gsi1pk = :pk AND gsi1sk < :cursor',
        ExpressionAttributeValues: {
          ':pk': tenantPartition(tenantId, 'APPROVALS'),
          ...(cursor === undefined ? {} : { ':cursor': cursor }),
        },
        ScanIndexForward: false,
      };
      let seen: string | null = null;
      let isLast = true;
      for await (const page of pagesOf(query)) {
        for (const approval of page.approvals) {
          if (approvals.length === limit) return { approvals, cursor: seen };
          seen = timeKey(approval);
          if (status === undefined || approval.status === status) approvals.push(approval);
        }
        isLast = !page.more;
      }
      return { approvals, cursor: isLast ? null : seen };
    },

    async listByTask(key) {
      const found: Approval[] = [];
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': taskPartition(key), ':prefix': sortKey.approval('') },
        ConsistentRead: true,
      };
      for await (const { approvals } of pagesOf(query)) found.push(...approvals);
      return found;
    },
  };
}
