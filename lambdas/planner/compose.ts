import { MAX_STEPS, type Plan, type PlanDraft, type Step } from '../../schemas/plan.ts';
import type { PlannerResult } from '../../schemas/roles.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { topologicalOrder } from '../shared/plans/order.ts';

/** What a plan does, without ids and times: plans that do the same have the same. */
export const hashOfSteps = (steps: readonly Step[]): string =>
  canonicalHash(
    steps.map(({ step_id, action, inputs, dependencies }) => ({ step_id, action, inputs, dependencies })),
  );

const sortSteps = (steps: readonly Step[]): Step[] => {
  const order = topologicalOrder(steps.map((step) => ({ id: step.step_id, needs: step.dependencies })));
  // A cycle is the validator's to report, with the plan as it was written.
  if (order === null || new Set(order).size !== steps.length) return [...steps];
  return order.flatMap((id) => steps.filter((step) => step.step_id === id));
};

/**
 * A draft made a plan of the contract: ids, idempotency keys that stay the same for the same step and inputs,
 * metadata, and topological order. Steps that have finished in an earlier iteration are left out.
 */
export function composePlan(
  draft: PlanDraft,
  place: { task_id: string; subtask_id: string; iteration: number; priority: number; now: Date },
  finished: ReadonlyMap<string, { action: string; inputs: unknown }>,
): Plan {
  const same = (step: PlanDraft['steps'][number]): boolean => {
    const before = finished.get(step.step_id);
    return (
      before !== undefined &&
      canonicalHash([before.action, before.inputs]) === canonicalHash([step.action, step.inputs])
    );
  };
  const fresh = draft.steps.filter((step) => !same(step));
  // A draft of finished steps only asks for all of them again.
  const planned = fresh.length > 0 ? fresh : draft.steps;
  const steps = planned.map((step): Step => {
    const inputsHash = canonicalHash([step.action, step.inputs]).slice(0, 16);
    return {
      ...step,
      idempotency_key: step.idempotency_key ?? `${place.subtask_id}:${step.step_id}:${inputsHash}`,
      dependencies: step.dependencies.filter(
        (id) => !finished.has(id) || planned.some((other) => other.step_id === id),
      ),
    };
  });
  const sorted = sortSteps(steps).slice(0, MAX_STEPS);
  return {
    plan_id: `${place.task_id}-${place.subtask_id}-${place.iteration}`,
    task_id: place.task_id,
    generated_at: place.now.toISOString(),
    confidence: draft.confidence,
    metadata: {
      priority: place.priority,
      required_tools: [...new Set(sorted.map((step) => step.action))],
      ...(draft.estimated_duration_seconds === undefined
        ? {}
        : { estimated_duration_seconds: draft.estimated_duration_seconds }),
    },
    steps: sorted,
  };
}

/** The steps as the execution's Map needs them: who waits for whom, nothing else. */
export function stepItems(steps: readonly Step[]): PlannerResult['steps'] {
  const ids = new Set(steps.map((step) => step.step_id));
  return sortSteps(steps).map((step) => {
    const prerequisites = step.dependencies.filter((id) => ids.has(id) && id !== step.step_id);
    return {
      step_id: step.step_id,
      gated: prerequisites.length > 0,
      prerequisites,
      has_dependents: steps.some((other) => other.dependencies.includes(step.step_id)),
    };
  });
}
