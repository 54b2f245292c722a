import type { NewEvent } from '../../schemas/events.ts';
import type { PlanDocument } from '../../schemas/roles.ts';

/** What the log says of a new plan. */
export function createdEvent(
  subtask_id: string,
  iteration: number,
  document: PlanDocument,
  of: {
    readonly planHash: string;
    readonly stepsHash: string;
    /** Plans and failures of other tasks that the plan was made with: words that the broker does not trust. */
    readonly recalled: number;
  },
): NewEvent {
  const { plan } = document;
  return {
    type: 'plan.created',
    status: 'validating',
    subtask_id,
    iteration,
    message: `Plan ${document.note?.reused === true ? 'reused from memory' : 'generated'} with ${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}`,
    data: {
      plan_hash: of.planHash,
      steps_hash: of.stepsHash,
      recalled: of.recalled,
      confidence: plan.confidence ?? null,
      source: document.source.provider,
      reused: document.note?.reused ?? false,
      ...(document.note?.follows === true ? { memory: document.note.key } : {}),
      steps: plan.steps.map(({ step_id, action, dependencies }) => ({ step_id, action, dependencies })),
    },
  };
}
