import type { FileGlance } from '../../schemas/briefs.ts';
import type { NewEvent, TaskEvent } from '../../schemas/events.ts';
import type { Plan, PlanDraft } from '../../schemas/plan.ts';
import type { PlanDocument, TaskContext } from '../../schemas/roles.ts';
import type { Subtask, TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import type { Archives, ReusedPlan, Work } from '../shared/memory/archives.ts';
import type { History, Leftovers } from './history.ts';
import { foundation, pitfallsOf } from './remembering.ts';

/** A plan before it is made one of the contract, and where it comes from. */
export interface Sketch {
  readonly draft: PlanDraft;
  readonly source: PlanDocument['source'];
  readonly reused: ReusedPlan | null;
  readonly events: NewEvent[];
  /** Of the model calls that made it. */
  readonly cost: { readonly usd: number; readonly tokens: number };
}

/** The subtask as memory knows it. */
export const workOf = (
  key: TaskKey,
  context: TaskContext,
  subtask: Subtask,
  workspace: readonly FileGlance[],
): Work => ({
  tenant_id: key.tenant_id,
  task_id: key.task_id,
  description: subtask.description,
  // The analyst's own criteria for a task that stays whole only say the task in other words.
  criteria:
    subtask.description === context.description
      ? context.criteria
      : [...context.criteria, ...subtask.criteria],
  workspace,
});

/** Whether a tool that sees the workspace has run since the analyst looked at it; a tool nobody knows may have. */
export const filesMayHaveChanged = (
  events: readonly TaskEvent[],
  manifests: ReadonlyMap<string, ToolManifest>,
): boolean =>
  events.some(
    ({ type, data }) =>
      type === 'step.finished' && manifests.get(String(data?.['action']))?.workspace !== 'none',
  );

/** The plan as memory hands it over. */
export const sketchOf = (reused: ReusedPlan): Sketch => ({
  draft: reused.draft,
  source: { provider: 'memory', model: 'none' },
  reused,
  events: [],
  cost: { usd: 0, tokens: 0 },
});

/** The plan with a calibrated confidence and what similar tasks took, where the planner did not say. */
export async function informed(
  archives: Pick<Archives, 'expect'>,
  work: Work,
  plan: Plan,
  reused: boolean,
): Promise<Plan> {
  const stated = plan.confidence ?? null;
  const estimate = await archives.expect(work, stated);
  if (estimate === null) return plan;
  const { estimated_duration_seconds: seconds = estimate.seconds } = plan.metadata;
  return {
    ...plan,
    // A reused plan's confidence is its own record already.
    ...(reused ? {} : { confidence: Math.min(1, Math.max(0, estimate.confidence)) }),
    metadata: {
      ...plan.metadata,
      ...(seconds === null ? {} : { estimated_duration_seconds: seconds }),
      ...(estimate.tokens === null ? {} : { estimated_cost_tokens: Math.round(estimate.tokens) }),
    },
  };
}

/** The document with its note for the archivist. */
export function noted(
  archives: Pick<Archives, 'note'>,
  work: Work,
  document: PlanDocument,
  history: History,
  left: Leftovers,
  made: Pick<Sketch, 'reused' | 'cost'> & {
    readonly stated_confidence: number | null;
    readonly follows: string | null;
  },
): PlanDocument {
  const { plan, result } = document;
  const { cost } = history;
  const finished = [...left.finishedSteps.values()].map(({ iteration: _iteration, ...step }) => step);
  return {
    ...document,
    note: archives.note(work, {
      steps: plan.steps,
      result,
      stated_confidence: made.stated_confidence,
      ...foundation(finished, { steps: plan.steps, result }),
      pitfalls: pitfallsOf(history, left.failed),
      reused: made.reused,
      follows: made.follows,
      shown: document.source.provider === 'caller',
      instead_of: [...history.followed.keys()],
      cost: { usd: cost.usd + made.cost.usd, tokens: cost.tokens + made.cost.tokens },
    }),
  };
}
