/**
 * Which model first: a tier by role, kind of task, confidence, budget and experience, and the route's list ordered by it.
 */
import { type Model, type Tier, tierRank } from './models.ts';
import type { ModelRole } from './provider.ts';

export interface PolicyInput {
  readonly role: ModelRole;
  /** The route's usable models, in the file's order. */
  readonly models: readonly Model[];
  readonly min_tier?: 'small' | 'medium' | 'large' | undefined;
  readonly plan_confidence?: number | undefined;
  readonly rejections?: number | undefined;
  /** Share of the budget that is left, 0 to 1. */
  readonly remaining_share: number;
  /** The smallest tier that has done well enough at this kind of work; null when too little is known. */
  readonly proven_tier: Tier | null;
}

/** From here on a plan is judged by a tier less. */
const CONFIDENT = 0.9;
/** Below this share of the budget the office comes down a tier. */
const SCARCE = 0.2;
const judges: ReadonlySet<ModelRole> = new Set<ModelRole>(['validator', 'broker', 'reviewer']);

/** The rank to start at, 1 to 3 (see `tierRank`). */
export function targetRank(input: PolicyInput): { readonly base: number; readonly target: number } {
  const first = input.models.find((model) => !model.last_resort);
  const base = first ? tierRank[first.tier] : 1;
  let target = base;
  if (judges.has(input.role) && (input.plan_confidence ?? 0) >= CONFIDENT) target -= 1;
  if (input.proven_tier) target = Math.min(target, tierRank[input.proven_tier]);
  if (input.remaining_share < SCARCE) target -= 1;
  if (input.rejections) target = base + input.rejections;
  if (input.min_tier) target = Math.max(target, tierRank[input.min_tier]);
  return { base, target: Math.min(3, Math.max(1, target)) };
}

/**
 * The models in the order to try them. With nothing known the file's order stands. When the tier moved, models of
 * that tier come first, then larger ones (smaller ones when money is scarce). The rule-based provider stays last.
 */
export function orderModels(input: PolicyInput): readonly Model[] {
  const { base, target } = targetRank(input);
  const minimum = input.min_tier ? tierRank[input.min_tier] : 0;
  const scarce = input.remaining_share < SCARCE;
  const weight = (model: Model): number => {
    if (model.last_resort) return 100;
    const distance = tierRank[model.tier] - target;
    if (tierRank[model.tier] < minimum) return 50 - distance;
    if (target === base) return 0;
    const isSecondChoice = scarce ? distance > 0 : distance < 0;
    return Math.abs(distance) + (isSecondChoice ? 10 : 0);
  };
  return input.models
    .map((model, index) => ({ model, index, weight: weight(model) }))
    .sort((a, b) => a.weight - b.weight || a.index - b.index)
    .map(({ model }) => model);
}
