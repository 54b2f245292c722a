import type { z } from 'zod';
import { type brokerEventSchema, type HumanDecision, planDocumentSchema } from '../../schemas/roles.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import {
  type Approval,
  ApprovalIdTakenError,
  ApprovalNotPendingError,
  type ApprovalStore,
  approvalId,
} from '../shared/stores/approval-store.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';
import { shownSteps } from './shown-steps.ts';

type BrokerEvent = z.output<typeof brokerEventSchema>;
type AskEvent = Extract<BrokerEvent, { action: 'ask_human' }>;
type ExpireEvent = Extract<BrokerEvent, { action: 'expire' }>;

export interface HumanDeps {
  readonly approvals: Pick<ApprovalStore, 'request' | 'decide' | 'listByTask'>;
  readonly tasks: Pick<TaskStore, 'get'>;
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
/** Redrives that start over are made by people, one at a time. */
const MAX_QUESTIONS_AT_A_PLACE = 1_000;

export function createHumanDesk(deps: HumanDeps) {
  /** Puts the question under the first id of its place that no other question has. */
  async function request(question: Omit<Approval, 'approval_id'>): Promise<Approval> {
    for (let nth = 1; ; nth += 1) {
      const approval: Approval = { ...question, approval_id: approvalId(question, nth) };
      try {
        await deps.approvals.request(approval);
        return approval;
      } catch (error) {
        if (!(error instanceof ApprovalIdTakenError) || nth === MAX_QUESTIONS_AT_A_PLACE) throw error;
      }
    }
  }

  /**
   * Takes the question back when its task has ended while it was asked. Who ends a task writes that first and takes
   * back its questions then; this is the other order: one of the two sees what the other one wrote.
   */
  async function isTooLate({ tenant_id, task_id, approval_id }: Approval): Promise<boolean> {
    const record = await deps.tasks.get({ tenant_id, task_id });
    if (record?.stage !== 'ended') return false;
    const [by, comment] = ['the office', `The task was ${record.status}.`];
    const at = deps.now().toISOString();
    try {
      await deps.approvals.decide(tenant_id, approval_id, { status: 'revoked', by, comment, at });
    } catch (error) {
      // Whoever ended the task has taken it back.
      if (!(error instanceof ApprovalNotPendingError)) throw error;
    }
    return true;
  }

  return {
    async ask(event: AskEvent): Promise<void> {
      const { plan } = await deps.claims.checkOut(event.document, planDocumentSchema);
      const at = deps.now();
      const seconds = event.timeout_seconds ?? deps.approvalTimeoutSeconds;
      const cancels =
        event.kind === 'approval' && ((await deps.rejectionCancelsTask?.(event.tenant_id)) ?? false);
      const approval = await request({
        kind: event.kind,
        tenant_id: event.tenant_id,
        task_id: event.task_id,
        subtask_id: event.subtask_id,
        iteration: event.iteration,
        plan_hash: event.plan_hash,
        reason: cancels ? `${event.reason} A rejection cancels the whole task.` : event.reason,
        steps: shownSteps(plan.steps),
        status: 'pending',
        requested_at: at.toISOString(),
        expires_at_time: new Date(at.getTime() + seconds * 1000).toISOString(),
        task_token: event.task_token,
        ...(cancels ? { on_reject: 'cancel_task' as const } : {}),
      });
      if (await isTooLate(approval)) return;
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
          data: { approval_id: approval.approval_id, kind: event.kind, plan_hash: event.plan_hash },
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
