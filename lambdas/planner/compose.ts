import { isDeepStrictEqual } from 'node:util';
import { MAX_STEPS, type Plan, type PlanDraft, type Step } from '../../schemas/plan.ts';
import type { StepChain, StepItem } from '../../schemas/roles.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { topologicalOrder } from '../shared/plans/order.ts';
import { findReferences } from '../shared/plans/references.ts';

/** What a plan does, without ids and times: plans that do the same have the same. */
export const hashOfSteps = (steps: readonly Step[]): string =>
  canonicalHash(
    steps.map(({ step_id, action, inputs, dependencies }) => ({ step_id, action, inputs, dependencies })),
  );

type DraftStep = PlanDraft['steps'][number];

const sortSteps = <S extends DraftStep>(steps: readonly S[]): S[] => {
  const order = topologicalOrder(steps.map((step) => ({ id: step.step_id, needs: step.dependencies })));
  const byId = new Map(steps.map((step) => [step.step_id, step]));
  // A cycle is the validator's to report, with the plan as it was written; so are two steps of one id.
  if (order === null || byId.size !== steps.length) return [...steps];
  return order.flatMap((id) => byId.get(id) ?? []);
};

/** A step that has succeeded, as it was planned then. */
export interface FinishedStep {
  readonly action: string;
  readonly inputs: unknown;
  readonly iteration: number;
}

/** The steps of a draft that need not run again: they have finished, and so has all they build on, before them. */
function stillFinished(
  steps: readonly DraftStep[],
  finished: ReadonlyMap<string, FinishedStep>,
): ReadonlySet<string> {
  const kept = new Set<string>();
  if (finished.size === 0) return kept;
  const drafted = new Set(steps.map((step) => step.step_id));
  for (const step of sortSteps(steps)) {
    const before = finished.get(step.step_id);
    if (before === undefined) continue;
    const needs = [...step.dependencies, ...findReferences(step.inputs).map(({ step_id }) => step_id)];
    const isUpToDate = needs.every(
      (id) =>
        (finished.get(id)?.iteration ?? Infinity) <= before.iteration && (kept.has(id) || !drafted.has(id)),
    );
    if (isUpToDate && before.action === step.action && isDeepStrictEqual(before.inputs, step.inputs))
      kept.add(step.step_id);
  }
  return kept;
}

/**
 * A draft made a plan of the contract: ids, idempotency keys that stay the same for the same step and inputs,
 * metadata, and topological order. Steps that have finished in an earlier iteration are left out, unless something they
 * build on is planned anew or ran after them.
 */
export function composePlan(
  draft: PlanDraft,
  place: { task_id: string; subtask_id: string; iteration: number; priority: number; now: Date },
  finished: ReadonlyMap<string, FinishedStep>,
): Plan {
  const kept = stillFinished(draft.steps, finished);
  const fresh = draft.steps.filter((step) => !kept.has(step.step_id));
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

/**
 * The steps as the execution's Map needs them: in chains, so that a step that waits for one other, which nobody else
 * waits for, needs no gate between the two. The gate is told of a step within a chain only when a step of another
 * chain refers to its output.
 */
export function stepChains(steps: readonly Step[]): StepChain[] {
  const byId = new Map(steps.map((step) => [step.step_id, step]));
  // Two steps of one id are the validator's to report; in a chain they would go round for ever.
  const sorted = sortSteps([...byId.values()]);
  const prerequisitesOf = ({ step_id, dependencies }: Step): string[] =>
    dependencies.filter((id) => byId.has(id) && id !== step_id);
  const dependentsOf = (id: string): Step[] => sorted.filter((step) => prerequisitesOf(step).includes(id));
  /** The step that goes on where this one ends. */
  const nextOf = (id: string): Step | undefined => {
    const [next, ...others] = dependentsOf(id);
    return next !== undefined && others.length === 0 && prerequisitesOf(next).length === 1 ? next : undefined;
  };
  const inner = new Set(sorted.map(({ step_id }) => nextOf(step_id)?.step_id));
  const chains = sorted
    .filter(({ step_id }) => !inner.has(step_id))
    .map((head) => {
      const chain = [head];
      for (let step = nextOf(head.step_id); step !== undefined; step = nextOf(step.step_id)) chain.push(step);
      return chain;
    });
  const referredTo = new Set(chains.flatMap(referencesOutOf));
  const itemOf = (step: Step): StepItem => {
    const isInner = inner.has(step.step_id);
    const prerequisites = prerequisitesOf(step);
    const isLast = nextOf(step.step_id) === undefined;
    return {
      step_id: step.step_id,
      gated: prerequisites.length > 0 && !isInner,
      prerequisites,
      has_dependents: (isLast && dependentsOf(step.step_id).length > 0) || referredTo.has(step.step_id),
    };
  };
  return chains.map(([head, ...rest]) => ({
    step: head === undefined ? null : itemOf(head),
    rest: rest.map(itemOf),
    decision: { decision: 'run', outcomes: {} },
    ended: [],
    left: rest.length + 1,
  }));
}

/** The steps of other chains whose outputs a chain needs. */
function referencesOutOf(chain: readonly Step[]): string[] {
  const own = new Set(chain.map((step) => step.step_id));
  return chain
    .flatMap((step) => findReferences(step.inputs))
    .map((reference) => reference.step_id)
    .filter((id) => !own.has(id));
}
