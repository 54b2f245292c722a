import { z } from 'zod';
import { type Finding, type Plan, planSchema, type Quote } from '../../schemas/plan.ts';
import { canonicalHash } from '../shared/canonical.ts';
import type { ToolShelf } from '../shared/tools/shelf.ts';
import { boundedTime, fittingInputs, knownTools, noSecrets } from './input-rules.ts';
import {
  honestMetadata,
  knownDependencies,
  noCycles,
  type PlanRule,
  presentIdempotencyKeys,
  references,
  spelling,
  uniqueIdempotencyKeys,
  uniqueSteps,
} from './structure-rules.ts';

/** Prices a plan at its worst case with the table the router bills with. */
export type PricePlan = (plan: Plan) => Quote;

export interface Ground {
  readonly shelf: ToolShelf;
  readonly allowed: readonly string[] | null;
  /** Steps of earlier iterations whose outputs may be referred to. */
  readonly finished: ReadonlySet<string>;
  readonly price: PricePlan;
  /** USD the plan may cost at most; null without a limit. */
  readonly max_cost_usd: number | null;
}

export interface Judgement {
  readonly verdict: 'APPROVED' | 'REJECTED';
  readonly feedback: Finding[];
  readonly hash: string;
  readonly quote: Quote;
}

/** Everything rules can see, without running or asking anything. */
export function judgePlan(plan: Plan, ground: Ground): Judgement {
  const rules: PlanRule[] = [
    uniqueSteps,
    presentIdempotencyKeys,
    uniqueIdempotencyKeys,
    knownDependencies,
    noCycles,
    references(ground.finished),
    spelling(ground.finished),
    honestMetadata,
    knownTools(ground.shelf, ground.allowed),
    fittingInputs(ground.shelf),
    boundedTime(ground.shelf),
    noSecrets,
  ];
  const feedback = rules.flatMap((rule) => rule(plan));
  const quote = ground.price(plan);
  if (ground.max_cost_usd !== null && quote.max_usd > ground.max_cost_usd) {
    feedback.push({
      rule: 'budget',
      path: 'steps',
      message: `The plan may cost up to $${quote.max_usd.toFixed(4)}; the task allows $${ground.max_cost_usd}.`,
    });
  }
  return {
    verdict: feedback.length === 0 ? 'APPROVED' : 'REJECTED',
    feedback,
    hash: canonicalHash(plan),
    quote,
  };
}

/** The contract itself as the first rule, for plans that come from outside. */
export function judgeUnknown(plan: unknown, ground: Ground): Judgement {
  const parsed = planSchema.safeParse(plan);
  if (parsed.success) return judgePlan(parsed.data, ground);
  return {
    verdict: 'REJECTED',
    feedback: parsed.error.issues.map((issue) => ({
      rule: 'contract',
      path: issue.path.join('.'),
      message: issue.message,
    })),
    hash: canonicalHash(z.json().parse(plan)),
    quote: { max_usd: 0, max_tokens: 0 },
  };
}
