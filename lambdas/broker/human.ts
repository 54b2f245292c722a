import type { z } from 'zod';
import { type brokerEventSchema, type HumanDecision, planDocumentSchema } from '../../schemas/roles.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import {
  type Approval,
  ApprovalNotPendingError,
  type ApprovalStore,
  approvalId,
} from '../shared/stores/approval-store.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';

type BrokerEvent = z.output<typeof brokerEventSchema>;
type AskEvent = Extract<BrokerEvent, { action: 'ask_human' }>;
type ExpireEvent = Extract<BrokerEvent, { action: 'expire' }>;

export interface HumanDeps {
  readonly approvals: Pick<ApprovalStore, 'request' | 'decide' | 'listByTask'>;
  readonly log: Pick<EventLog, 'append'>;
  readonly claims: ClaimChecks;
  readonly approvalTimeoutSeconds: number;
  /** Whether the tenant's policies have a rejection cancel the task. */
  readonly rejectionCancelsTask?: (tenantId: string) => Promise<boolean>;
  /** Tells whoever the task names that a person is asked. It must not fail: the question stands without it. */
  readonly announce?: (approval: Approval) => Promise<void>;
  readonly now: () => Date;
}

/** Questions to people: asked with a task token, bound to one plan's hash, answered once. */
export function createHumanDesk(deps: HumanDeps) {
  return {
    async ask(event: AskEvent): Promise<void> {
      const { plan } = await deps.claims.checkOut(event.document, planDocumentSchema);
      const at = deps.now();
      const approval_id = approvalId(event);
      const seconds = event.timeout_seconds ?? deps.approvalTimeoutSeconds;
      const cancels =
        event.kind === 'approval' && ((await deps.rejectionCancelsTask?.(event.tenant_id)) ?? false);
      const approval: Approval = {
        approval_id,
        kind: event.kind,
        tenant_id: event.tenant_id,
        task_id: event.task_id,
        subtask_id: event.subtask_id,
        iteration: event.iteration,
        plan_hash: event.plan_hash,
        reason: cancels ? `${event.reason} A rejection cancels the whole task.` : event.reason,
        steps: plan.steps.map(({ step_id, action, inputs }) => ({ step_id, action, inputs })),
        status: 'pending',
        requested_at: at.toISOString(),
        expires_at_time: new Date(at.getTime() + seconds * 1000).toISOString(),
        task_token: event.task_token,
        ...(cancels ? { on_reject: 'cancel_task' } : {}),
      };
      await deps.approvals.request(approval);
      await deps.log.append(event, [
        {
          type: 'approval.requested',
          status: 'awaiting_approval',
          subtask_id: event.subtask_id,
          iteration: event.iteration,
          message:
            event.kind === 'approval'
              ? `A person must approve: ${event.reason}`
              : `A person must judge: ${event.reason}`,
          data: { approval_id, kind: event.kind, plan_hash: event.plan_hash },
        },
      ]);
      await deps.announce?.(approval);
    },

    /** Nobody answered in time: closes what is still pending for this plan. */
    async expire(event: ExpireEvent): Promise<HumanDecision> {
      const pending = (await deps.approvals.listByTask(event)).filter(
        (approval) =>
          approval.subtask_id === event.subtask_id &&
          approval.iteration === event.iteration &&
          approval.status === 'pending',
      );
      const decision: HumanDecision = {
        outcome: 'expired',
        by: 'office',
        comment: 'Nobody answered in time.',
      };
      for (const { approval_id } of pending) {
        try {
          await deps.approvals.decide(event.tenant_id, approval_id, {
            status: 'expired',
            by: decision.by,
            comment: decision.comment,
            at: deps.now().toISOString(),
          });
        } catch (error) {
          // Decided in the same instant: the answer came too late for the execution, the record shows both.
          if (!(error instanceof ApprovalNotPendingError)) throw error;
        }
      }
      await deps.log.append(
        event,
        [
          {
            type: 'approval.decided',
            subtask_id: event.subtask_id,
            iteration: event.iteration,
            message: 'The request for a human decision expired',
            data: { ...decision },
          },
        ],
        pending.map(({ approval_id, kind, plan_hash }) =>
          auditDocument(event.tenant_id, deps.now(), {
            action: 'approval.decided',
            actor: decision.by,
            task_id: event.task_id,
            subtask_id: event.subtask_id,
            detail: { approval_id, kind, outcome: 'expired', plan_hash, comment: decision.comment },
          }),
        ),
      );
      return decision;
    },
  };
}
