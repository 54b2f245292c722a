import type { NewEvent } from '../../schemas/events.ts';
import type { PlanDocument } from '../../schemas/roles.ts';

/** What the log says of a new plan. */
export function createdEvent(
  subtask_id: string,
  iteration: number,
  document: PlanDocument,
  planHash: string,
  stepsHash: string,
): NewEvent {
  const { plan } = document;
  return {
    type: 'plan.created',
    status: 'validating',
    subtask_id,
    iteration,
    message: `Plan ${document.note?.reused === true ? 'reused from memory' : 'generated'} with ${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}`,
    data: {
      plan_hash: planHash,
      steps_hash: stepsHash,
      confidence: plan.confidence ?? null,
      source: document.source.provider,
      ...(document.note?.reused === true ? { reused: document.note.key } : {}),
      steps: plan.steps.map(({ step_id, action, dependencies }) => ({ step_id, action, dependencies })),
    },
  };
}
