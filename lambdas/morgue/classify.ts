import type { TaskEvent } from '../../schemas/events.ts';
import type { StateFailure } from '../../schemas/roles.ts';
import { causeOf } from '../executor/executor.ts';
import type { SubtasksFailedError } from '../finisher/finisher.ts';

export interface Diagnosis {
  /** For analytics and runbooks; the values of `classOf` or `unknown`. */
  readonly class: string;
  readonly failed_state: string;
  readonly subtask_id?: string;
  readonly plan_hash?: string;
  readonly error: { name: string; message: string };
}

/** Error name to failure class and to the state that throws it. */
const known: Readonly<Record<string, readonly [kind: string, state: string]>> = {
  ModelRequiredError: ['model_required', 'Plan the subtask'],
  NoModelAnsweredError: ['models_unavailable', 'Plan the subtask'],
  TaskCostLimitError: ['cost_limit', 'Plan the subtask'],
  PlanningStuckError: ['planning_stuck', 'Plan the subtask'],
  PlanRejected: ['plan_rejected', 'Validate the plan'],
  PlanHashMismatchError: ['plan_tampered', 'Validate the plan'],
  UnauthorizedPlanError: ['plan_tampered', 'Authorize the tools'],
  PlanDenied: ['policy_denied', 'Authorize the tools'],
  ApprovalRejected: ['approval_rejected', 'Ask a human to approve'],
  ApprovalExpired: ['approval_expired', 'Ask a human to approve'],
  StepInDoubtError: ['in_doubt', 'Execute the plan'],
  UnauthorizedStepError: ['policy_denied', 'Execute the plan'],
  IterationsExhausted: ['iterations_exhausted', 'Review the result'],
  DeadlineExceededError: ['deadline_exceeded', 'Work on the subtasks'],
  ExecutionLost: ['execution_lost', 'Work on the subtasks'],
  UploadAbandoned: ['upload_abandoned', 'Decompose the task'],
  TaskEndedError: ['ended_early', 'Decompose the task'],
  'States.Timeout': ['deadline_exceeded', 'Work on the subtasks'],
  'States.DataLimitExceeded': ['too_large', 'Work on the subtasks'],
  'Sandbox.Timedout': ['worker_timeout', 'Work on the subtasks'],
};

const WHOLE = new Set(['DeadlineExceededError', 'ExecutionLost', 'UploadAbandoned']);

const SUBTASKS_FAILED: SubtasksFailedError['name'] = 'SubtasksFailedError';
/** An engine that ends an execution itself lets nothing in it record why. */
const SILENT =
  'An execution ended without a word, as one may that ran while the office was updated: a redrive goes on from what is finished.';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a failed execution means, from the stored events first: Step Functions' own Cause may be cut or lost. */
export function diagnose(
  failure: StateFailure,
  events: readonly TaskEvent[],
  /** The task's deadline, when it has passed. */
  passed: string | null = null,
): Diagnosis {
  // What ended the whole execution explains more than a subtask that had failed before it.
  const whole = WHOLE.has(failure.Error ?? '');
  // At the deadline the engine stops subtasks before they can say anything.
  if (!whole && passed !== null && !events.some(({ type }) => type === 'subtask.failed')) {
    const Cause = `The task did not end before its deadline, ${passed}.`;
    return diagnose({ Error: 'DeadlineExceededError', Cause }, events);
  }
  const isSilent = failure.Error === SUBTASKS_FAILED && !events.some(({ type }) => type === 'subtask.failed');
  if (isSilent) {
    const Cause = `${causeOf(failure.Cause)} ${SILENT}`;
    return diagnose({ Error: 'ExecutionLost', Cause }, events);
  }
  const failed = whole ? undefined : events.findLast((event) => event.type === 'subtask.failed');
  const name = failed === undefined ? (failure.Error ?? 'UnknownError') : text(failed.data?.['error']);
  const message = failed === undefined ? causeOf(failure.Cause) : text(failed.data?.['cause']);
  const decomposed = events.some((event) => event.type === 'task.decomposed');
  const [kind, state] = known[name] ?? ['unknown', 'Work on the subtasks'];
  const planHash = text(failed?.data?.['plan_hash']);
  return {
    class: kind,
    failed_state: decomposed ? state : 'Decompose the task',
    ...(failed?.subtask_id === undefined ? {} : { subtask_id: failed.subtask_id }),
    ...(planHash === '' ? {} : { plan_hash: planHash }),
    error: { name, message },
  };
}
