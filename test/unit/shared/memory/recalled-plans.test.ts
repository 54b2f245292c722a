import { describe, expect, it } from '@jest/globals';
import { withinBudget } from '../../../../lambdas/shared/memory/recalled-plans.ts';
import type { RecalledPlan } from '../../../../schemas/briefs.ts';

const plan = (description: string, outcome: RecalledPlan['outcome'] = 'succeeded'): RecalledPlan => ({
  description,
  similarity: 0.9,
  outcome,
  rating: null,
  steps: [],
  result: {},
  lesson: '',
});
/** A plan of so many tokens, besides those of its fields; five characters each. */
const planOf = (tokens: number): RecalledPlan => plan('plan '.repeat(tokens));
const chosenOf = (...tokens: number[]): number[] =>
  withinBudget(tokens.map(planOf)).map(({ description }) => description.length / 5);

describe('withinBudget', () => {
  it('keeps three that succeeded and two that failed', () => {
    const plans = ['a', 'b', 'c', 'd'].flatMap((name) => [plan(name), plan(name, 'failed')]);
    expect(withinBudget(plans).map(({ description }) => description)).toEqual(['a', 'a', 'b', 'b', 'c']);
  });

  it('counts tokens, not characters, and takes what fits behind what does not', () => {
    expect(chosenOf(600, 100, 600, 100)).toEqual([600, 100, 600]);
    expect(chosenOf(500, 1_800, 500, 500, 100)).toEqual([500, 500, 500]);
    expect(chosenOf(100, 1_500, 400, 100)).toEqual([100, 1_500, 100]);
    expect(chosenOf(2_100)).toEqual([]);
  });
});
