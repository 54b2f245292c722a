import type { NewEvent } from '../../schemas/events.ts';
import type { ApprovalView } from '../../schemas/http.ts';
import { type Approval, ApprovalNotPendingError } from '../shared/stores/approval-store.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { LoggedDocument } from '../shared/stores/event-log.ts';
import { cancelTask } from './cancellation.ts';
import type { Caller } from './endpoint.ts';
import type { ReceptionistDeps } from './ports.ts';
import { conflict, notFound } from './problem.ts';

/** After this long a decision whose state still waits was decided by someone who died before telling it. */
const UNHEARD_MS = 15_000;

/** Task, subtask, iteration and kind, joined by colons. */
const APPROVAL_ID = /^[A-Za-z0-9_.:-]{1,400}$/;

/** What a person may see of a question: everything but the token. */
export function approvalView(approval: Approval): ApprovalView {
  const { task_token: _token, tenant_id: _tenant, on_reject: _then, expires_at_time, ...rest } = approval;
  return {
    ...rest,
    expires_at: expires_at_time,
    decided_at: approval.decided_at ?? null,
    decided_by: approval.decided_by ?? null,
    comment: approval.comment ?? null,
  };
}

/**
 * Decides a question once and tells the state that waits for it, or cancels the task where a policy wants that.
 * @throws HttpProblem 404, or 409 when it was decided before or nobody waits for it any more
 */
export async function decideApproval(
  deps: ReceptionistDeps,
  caller: Caller,
  approvalId: string,
  decision: { decision: 'approve' | 'reject'; comment?: string | undefined },
): Promise<Approval> {
  const known = APPROVAL_ID.test(approvalId) ? await deps.approvals.get(caller.tenant_id, approvalId) : null;
  if (known === null)
    throw notFound('There is no such approval; GET /approvals lists those that are pending.');
  const status = decision.decision === 'approve' ? 'approved' : 'rejected';
  const decided = await decideOrRepeat(deps, caller, known, status, decision.comment ?? '');
  // The log first: the execution goes on at once, and the planner reads there why a plan was turned down.
  await deps.events.append(
    { tenant_id: caller.tenant_id, task_id: decided.task_id },
    [decidedEvent(decided)],
    [decidedEntry(decided, caller, deps.now())],
  );
  if (status === 'rejected' && decided.on_reject === 'cancel_task') {
    const by = `${decided.decided_by ?? caller.actor}, who rejected a plan`;
    await cancelTask(deps, { tenant_id: caller.tenant_id, task_id: decided.task_id }, by);
    return decided;
  }
  const heard = await deps.executions.answer(decided.task_token, {
    outcome: status,
    by: decided.decided_by ?? caller.actor,
    comment: decided.comment ?? '',
  });
  if (!heard)
    throw conflict('The task no longer waits for this decision: it has ended, or the time is over.');
  return decided;
}

async function decideOrRepeat(
  deps: ReceptionistDeps,
  caller: Caller,
  known: Approval,
  status: 'approved' | 'rejected',
  comment: string,
): Promise<Approval> {
  try {
    return await deps.approvals.decide(caller.tenant_id, known.approval_id, {
      status,
      by: caller.actor,
      comment,
      at: deps.now().toISOString(),
    });
  } catch (error) {
    if (!(error instanceof ApprovalNotPendingError)) throw error;
    const now = (await deps.approvals.get(caller.tenant_id, known.approval_id)) ?? known;
    const age = deps.now().getTime() - Date.parse(now.decided_at ?? deps.now().toISOString());
    // The same decision again, long after: repeats the answer to the state, in case the first one never got there.
    if (now.status === status && age > UNHEARD_MS) return now;
    throw conflict(`This was ${now.status} before, by ${now.decided_by ?? 'the office'}.`);
  }
}

const decidedEvent = (approval: Approval): NewEvent => ({
  type: 'approval.decided',
  subtask_id: approval.subtask_id,
  iteration: approval.iteration,
  message: `${approval.kind === 'approval' ? 'The plan' : 'The escalation'} was ${approval.status} by ${approval.decided_by ?? ''}`,
  data: {
    approval_id: approval.approval_id,
    outcome: approval.status,
    by: approval.decided_by ?? '',
    comment: approval.comment ?? '',
  },
});

const decidedEntry = (approval: Approval, caller: Caller, at: Date): LoggedDocument =>
  auditDocument(caller.tenant_id, at, {
    action: 'approval.decided',
    actor: approval.decided_by ?? caller.actor,
    task_id: approval.task_id,
    subtask_id: approval.subtask_id,
    detail: {
      approval_id: approval.approval_id,
      kind: approval.kind,
      outcome: approval.status,
      plan_hash: approval.plan_hash,
      comment: approval.comment ?? '',
    },
  });
