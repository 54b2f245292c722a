import type { StepReport } from '../../schemas/briefs.ts';
import type { Step } from '../../schemas/plan.ts';
import type { Archives } from '../shared/memory/archives.ts';
import { stepKindOf } from '../shared/memory/failure-patterns.ts';
import type { Pitfall } from '../shared/memory/record.ts';
import type { History } from './history.ts';

/** Errors that may pass say nothing about the plan. */
const PASSING = /timeout|timed out|throttl|too many|unavailable|ECONN|network/i;

/** What earlier iterations got wrong: each failed step, or, without one, the last objection. */
export function pitfallsOf(history: History, failed: readonly StepReport[]): Pitfall[] {
  const why = history.feedback.at(-1) ?? '';
  const steps = failed.filter((step) => step.status === 'failed');
  if (steps.length === 0) return why === '' ? [] : [{ action: null, error: null, lesson: why }];
  return steps.map((step) => ({
    action: step.action,
    error: step.error?.name ?? null,
    lesson: `Step "${step.step_id}" failed: ${step.error?.message ?? ''}. ${why}`.trim(),
  }));
}

/** Plans from memory that did not hold are counted against their memory, unless the failure was nobody's. */
export async function blameMemories(
  archives: Pick<Archives, 'blame'>,
  tenantId: string,
  history: History,
  pitfalls: readonly Pitfall[],
): Promise<void> {
  const [pitfall] = pitfalls;
  if (pitfall === undefined || PASSING.test(`${pitfall.error ?? ''} ${pitfall.lesson}`)) return;
  // Counted by the iteration that follows, once.
  for (const [key, iteration] of history.followed)
    if (iteration === history.iterations) await archives.blame(tenantId, key, pitfall);
}

const PURE = new Set(['math_calculator', 'code_analyzer', 'web_search']);
const changesNothing = ({ action, inputs }: Step): boolean =>
  PURE.has(action) || stepKindOf(action, inputs) === 'read';

/**
 * Finished steps that a plan builds on, as they were planned; `left_behind` when it ignores some that may have had an
 * effect, so that it might not work without them.
 */
export function foundation(
  finished: readonly Step[],
  plan: { readonly steps: readonly Step[]; readonly result: unknown },
): { earlier: Step[]; left_behind: boolean } {
  const planned = new Set(plan.steps.map((step) => step.step_id));
  const candidates = finished.filter((step) => !planned.has(step.step_id));
  const needed = new Set<string>();
  let text = JSON.stringify([plan.steps.map((step) => step.inputs), plan.result]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const step of candidates) {
      if (needed.has(step.step_id) || !text.includes(`\${steps.${step.step_id}.`)) continue;
      needed.add(step.step_id);
      text += JSON.stringify(step.inputs);
      grown = true;
    }
  }
  const earlier = candidates.filter((step) => needed.has(step.step_id));
  const ignored = candidates.filter((step) => !needed.has(step.step_id) && !changesNothing(step));
  return { earlier, left_behind: ignored.length > 0 };
}
