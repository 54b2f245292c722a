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
  task_token: z.string(),
  /** What a rejection does besides; by the tenant's policies. */
  on_reject: z.literal('cancel_task').optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

export class ApprovalNotPendingError extends OfficeError {
  override readonly name = 'ApprovalNotPendingError';
}

/** An approval's id names its place, so that it can be found without an index. Task ids hold no `:`. */
export const approvalId = (place: {
  task_id: string;
  subtask_id: string;
  iteration: number;
  kind: string;
}): string => `${place.task_id}:${place.subtask_id}:${place.iteration}:${place.kind}`;

export interface ApprovalStore {
  /** Asks again under the same id when the state is retried: the newest token counts. */
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
  list(tenantId: string, options: { limit: number }): Promise<Approval[]>;
  /** The requests of one task. */
  listByTask(key: { tenant_id: string; task_id: string }): Promise<Approval[]>;
}

export function createApprovalStore(deps: { client: DynamoDBDocumentClient; table: string }): ApprovalStore {
  const { client, table } = deps;
  const keyOf = (tenant_id: string, id: string) => ({
    pk: taskPartition({ tenant_id, task_id: id.split(':', 1)[0] ?? '' }),
    sk: sortKey.approval(id),
  });

  return {
    async request(approval) {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...approval,
            ...keyOf(approval.tenant_id, approval.approval_id),
            expires_at: expiry(new Date(approval.requested_at)),
            gsi1pk: tenantPartition(approval.tenant_id, 'APPROVALS'),
            gsi1sk: `${approval.requested_at}#${approval.approval_id}`,
          },
        }),
      );
    },

    async get(tenantId, id) {
      const answer = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(tenantId, id), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : approvalSchema.parse(answer.Item);
    },

    async decide(tenantId, id, decision) {
      try {
        const answer = await client.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(tenantId, id),
            UpdateExpression: 'SET #s = :status, decided_at = :at, decided_by = :by, #c = :comment',
            ConditionExpression: '#s = :pending',
            ExpressionAttributeNames: { '#s': 'status', '#c': 'comment' },
            ExpressionAttributeValues: {
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

    async list(tenantId, options) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by_time',
          KeyConditionExpression: 'gsi1pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'APPROVALS') },
          ScanIndexForward: false,
          Limit: options.limit,
        }),
      );
      return (page.Items ?? []).map((item) => approvalSchema.parse(item));
    },

    async listByTask(key) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': taskPartition(key), ':prefix': sortKey.approval('') },
          ConsistentRead: true,
        }),
      );
      return (page.Items ?? []).map((item) => approvalSchema.parse(item));
    },
  };
}
