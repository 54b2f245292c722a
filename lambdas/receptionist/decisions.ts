import type { ApprovalView } from '../../schemas/http.ts';
import { type Approval, ApprovalNotPendingError } from '../shared/stores/approval-store.ts';
import { cancelTask } from './cancellation.ts';
import type { Caller } from './endpoint.ts';
import type { ReceptionistDeps } from './ports.ts';
import { conflict, notFound } from './problem.ts';
import { cancelsTask, logDecision, tellDecision, UNHEARD_MS } from './told-decisions.ts';

/** Task, subtask, iteration and kind, joined by colons. */
const APPROVAL_ID = /^[A-Za-z0-9_.:-]{1,400}$/;

/** What a person may see of a question: everything but the token. */
export function approvalView(approval: Approval): ApprovalView {
  const {
    task_token: _token,
    tenant_id: _tenant,
    on_reject: _then,
    told_at: _told,
    expires_at_time,
    ...rest
  } = approval;
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
  if (cancelsTask(decided)) {
    await logDecision(deps, decided);
    const by = `${decided.decided_by ?? caller.actor}, who rejected a plan`;
    await cancelTask(deps, { tenant_id: caller.tenant_id, task_id: decided.task_id }, by);
    return decided;
  }
  if (!(await tellDecision({ ...deps, answer: deps.executions.answer }, decided)))
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
