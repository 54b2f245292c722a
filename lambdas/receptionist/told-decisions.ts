import type { NewEvent } from '../../schemas/events.ts';
import type { HumanDecision } from '../../schemas/roles.ts';
import type { Approval, ApprovalStore } from '../shared/stores/approval-store.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { EventLog, LoggedDocument } from '../shared/stores/event-log.ts';

/** After this long a decision whose state still waits was decided by someone who died before telling it. */
export const UNHEARD_MS = 15_000;

export interface TellDeps {
  readonly approvals: Pick<ApprovalStore, 'told'>;
  readonly events: Pick<EventLog, 'append'>;
  /** Answers a waiting state; false when it no longer waits. */
  readonly answer: (taskToken: string, decision: HumanDecision) => Promise<boolean>;
  readonly now: () => Date;
}

export const cancelsTask = ({ status, on_reject }: Approval): boolean =>
  status === 'rejected' && on_reject === 'cancel_task';

export async function logDecision(deps: Omit<TellDeps, 'answer' | 'approvals'>, decided: Approval) {
  const { tenant_id, task_id } = decided;
  const entry = decidedEntry(decided, deps.now());
  await deps.events.append({ tenant_id, task_id }, [decidedEvent(decided)], [entry]);
}

const answerOf = ({ status, decided_by = '', comment = '' }: Approval): HumanDecision => ({
  outcome: status === 'approved' ? 'approved' : 'rejected',
  by: decided_by,
  comment,
});

/** @returns whether the state still waited */
export async function tellDecision(deps: TellDeps, decided: Approval): Promise<boolean> {
  // The log first: the execution goes on at once, and the planner reads there why a plan was turned down.
  await logDecision(deps, decided);
  const heard = await deps.answer(decided.task_token, answerOf(decided));
  await deps.approvals.told(decided, deps.now().toISOString());
  return heard;
}

const tellAgain = (deps: TellDeps, decided: Approval): Promise<boolean> =>
  decided.told_at === undefined
    ? tellDecision(deps, decided)
    : deps.answer(decided.task_token, answerOf(decided));

/**
 * Tells every decision once more, some seconds after it was made: who made it may have died before telling it, or the
 * engine after it was told and before it had noted that. A state that has heard it ignores the second time. A rejection
 * that cancels its task waits for nothing of the sort.
 *
 * @returns how many states had not heard
 */
export async function repeatDecisions(
  deps: Omit<TellDeps, 'approvals'> & {
    readonly approvals: Pick<ApprovalStore, 'told' | 'listDecided' | 'settle'>;
    /** For one that could not be told; the next look tries again. */
    readonly warn: (problem: unknown, decided: Approval) => void;
  },
): Promise<number> {
  const decisions = await deps.approvals.listDecided(new Date(deps.now().getTime() - UNHEARD_MS));
  let unheard = 0;
  for (const decided of decisions) {
    try {
      if (!cancelsTask(decided) && (await tellAgain(deps, decided))) unheard += 1;
      await deps.approvals.settle(decided);
    } catch (problem) {
      deps.warn(problem, decided);
    }
  }
  return unheard;
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

const decidedEntry = (approval: Approval, at: Date): LoggedDocument =>
  auditDocument(approval.tenant_id, at, {
    action: 'approval.decided',
    actor: approval.decided_by ?? '',
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
