import type { RecalledPlan } from '../../../schemas/briefs.ts';
import { estimateTokens } from '../llm/tokens.ts';
import type { MemoryRecord } from './record.ts';

const SHOWN = { succeeded: 3, failed: 2 } as const;
/** What all recalled plans together may take of a prompt. */
const SHOWN_TOKENS = 2_000;

/** A memory as a planner sees it. */
export function shown(
  record: MemoryRecord,
  similarity: number,
  succeeded: boolean,
  rating: number | null,
): RecalledPlan {
  return {
    description: record.description.slice(0, 1_000),
    similarity: Math.max(0, Math.min(1, similarity)),
    outcome: succeeded ? 'succeeded' : 'failed',
    rating,
    steps: record.steps.map(({ step_id, action, inputs, dependencies }) => ({
      step_id,
      action,
      inputs,
      dependencies,
    })),
    result: record.result,
    lesson: [record.lesson, ...record.pitfalls.map((pitfall) => pitfall.lesson)]
      .filter((lesson, at, all) => lesson !== '' && all.indexOf(lesson) === at)
      .slice(-3)
      .concat(record.comment === '' ? [] : [`A person says: ${record.comment}`])
      .join(' '),
  };
}

/** The first of each outcome that together fit into the budget. */
export function withinBudget(plans: readonly RecalledPlan[]): RecalledPlan[] {
  const left = { ...SHOWN } as { succeeded: number; failed: number };
  let tokens = SHOWN_TOKENS;
  /** Chosen texts that were not counted: none has more tokens than characters, and few short ones fit in any case. */
  let uncounted: string[] = [];
  let characters = 0;
  return plans.filter((plan) => {
    if (left[plan.outcome] === 0) return false;
    const text = JSON.stringify(plan);
    if (characters + text.length > tokens) {
      for (const chosen of uncounted) tokens -= estimateTokens(chosen);
      uncounted = [];
      characters = 0;
      if (estimateTokens(text) > tokens) return false;
    }
    uncounted.push(text);
    characters += text.length;
    left[plan.outcome] -= 1;
    return true;
  });
}
