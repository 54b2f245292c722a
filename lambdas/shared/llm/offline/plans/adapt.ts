/** Plans made of remembered ones: the same request with other names and numbers. */
import type { PlannerBrief, RecalledPlan } from '../../../../../schemas/briefs.ts';
import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type { PlanDraft } from '../../../../../schemas/plan.ts';
import { doingOf } from '../../../plans/doing.ts';
import { escapeRegExp } from '../language/mask.ts';

const SIMILAR_ENOUGH = 0.8;
/** Words that decide what is done: a plan for one is no plan for another. */
const DECISIVE =
  /^(?:mean|average|median|sum|total|min|max|minimum|maximum|count|highest|lowest|largest|smallest|first|last|ascending|descending|not|no|without|except|before|after|lines?|words?|characters?|rows?|columns?|read|write|append|delete|copy|move|rename|list|search|fetch|sort|filter|group|join|convert|more|less|above|below|over|under|and|or|longest|shortest|upper|lower|all|each|per|by|top|bottom|unique|distinct|summary|translate|english|replace|remove|add|multiply|divide|subtract|plus|minus|times)$/i;

/**
 * The best remembered plan that fits the subtask with its parameters exchanged; null when there is none, or when two
 * would do different things: likeness of words does not tell which of them is right.
 */
export function adaptRecalled(brief: PlannerBrief, offered: ReadonlySet<string>): PlanDraft | null {
  const best = [...brief.recalled]
    .filter(
      ({ outcome, similarity, rating }) =>
        outcome === 'succeeded' && similarity >= SIMILAR_ENOUGH && (rating === null || rating >= 3),
    )
    .sort((a, b) => b.similarity - a.similarity || (b.rating ?? 3) - (a.rating ?? 3));
  const drafts = best.flatMap((recalled) => adapt(recalled, brief.subtask.description, offered) ?? []);
  const [first] = drafts;
  return first !== undefined && new Set(drafts.map(({ steps }) => doingOf(steps))).size === 1 ? first : null;
}

function adapt(recalled: RecalledPlan, description: string, offered: ReadonlySet<string>): PlanDraft | null {
  if (recalled.steps.length === 0 || recalled.steps.some((step) => !offered.has(step.action))) return null;
  const exchanged = exchangesBetween(recalled.description, description);
  if (exchanged === null) return null;
  const inputs = JSON.stringify(recalled.steps.map((step) => step.inputs));
  for (const [old] of exchanged) if (!wholeWord(old).test(inputs)) return null;
  const swap = (value: Json): Json => exchange(value, exchanged);
  return {
    confidence: Math.min(0.8, recalled.similarity),
    rationale: `Adapted from a plan that succeeded for: ${recalled.description.slice(0, 500)}`,
    steps: recalled.steps.map((step) => ({
      step_id: step.step_id,
      action: step.action,
      inputs: swap(step.inputs) as JsonObject,
      dependencies: [...step.dependencies],
      timeout_seconds: 300,
      parallelizable: false,
    })),
    result: swap(recalled.result) as JsonObject,
  };
}

const tokensOf = (text: string): string[] =>
  text.match(/"[^"]*"|'[^']*'|`[^`]*`|https?:\/\/[^\s,;]+|[\w./@+-]*\w|[^\s\w]/g) ?? [];
const bare = (token: string): string => token.replace(/^(["'`])(.*)\1$/, '$2');

/** What stands in one text where another stands in the other; null when they differ in more than single words. */
export function exchangesBetween(before: string, now: string): ReadonlyMap<string, string> | null {
  const old = tokensOf(before.trim().replace(/[.?!\s]+$/, ''));
  const fresh = tokensOf(now.trim().replace(/[.?!\s]+$/, ''));
  if (old.length !== fresh.length) return null;
  const exchanged = new Map<string, string>();
  for (const [at, token] of old.entries()) {
    const from = bare(token);
    const to = bare(fresh[at] ?? '');
    const known = exchanged.get(from);
    if (known !== undefined && known !== to) return null;
    if (from.toLowerCase() === to.toLowerCase() && !/[\W\d_]/.test(from)) continue;
    if (from === to) continue;
    if (DECISIVE.test(from) || DECISIVE.test(to) || !/\w/.test(from) || !/^[\w ./:@%?=&+-]+$/.test(to))
      return null;
    exchanged.set(from, to);
  }
  return exchanged;
}

const wholeWord = (word: string): RegExp => new RegExp(`(?<![\\w])${escapeRegExp(word)}(?![\\w])`, 'g');

function exchange(value: Json, exchanged: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') {
    if (exchanged.size === 0) return value;
    // One pass, so that two names that change places do.
    const any = new RegExp(
      [...exchanged.keys()]
        .sort((a, b) => b.length - a.length)
        .map((word) => `(?<![\\w])${escapeRegExp(word)}(?![\\w])`)
        .join('|'),
      'g',
    );
    return value.replace(any, (word) => exchanged.get(word) ?? word);
  }
  if (typeof value === 'number') {
    const other = exchanged.get(String(value));
    return other !== undefined && Number.isFinite(Number(other)) ? Number(other) : value;
  }
  if (Array.isArray(value)) return value.map((item) => exchange(item, exchanged));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exchange(item, exchanged)]));
  return value;
}
