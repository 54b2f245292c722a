/**
 * A remembered plan made to fit another request of the same words with other parameters, without a model.
 * Whatever is not plainly a parameter makes it refuse: then a model plans, as for any new task.
 */
import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { PlanDraft, Step } from '../../../schemas/plan.ts';

/** Words that decide what is done: a plan for one is no plan for another. */
const DECISIVE = new Set(
  `mean average median mode sum total min max minimum maximum variance deviation count number highest lowest largest
   smallest longest shortest newest oldest earliest latest first last next previous ascending descending not no never
   without except excluding including only before after until since lines line words word characters character rows
   row columns column read write append prepend delete remove create copy move rename list search find fetch download
   get post put sort filter group join merge split convert translate more less most least above below over under at
   between within and or nor xor upper lower uppercase lowercase title all any each every some per by top bottom
   unique distinct duplicate duplicates summary english multiply divide subtract add plus minus times power square
   root even odd true false yes no replace with from to into in on of as for if unless round ceiling floor percent`
    .trim()
    .split(/\s+/),
);

const TOKENS = /"[^"]*"|'[^']*'|`[^`]*`|\[[A-Z_]+_\d+\]|https?:\/\/[^\s,;]+|[\w./@+-]*\w|[^\s\w]/g;
const REFERENCE = /\$\{[^}]*\}/;

const tokensOf = (text: string): string[] =>
  text
    .trim()
    .replace(/[.?!\s]+$/, '')
    .match(TOKENS) ?? [];
const bare = (token: string): string => token.replace(/^(["'`])(.*)\1$/, '$2');
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const wholeWord = (words: readonly string[]): RegExp =>
  new RegExp(
    [...words]
      .sort((a, b) => b.length - a.length)
      .map((word) => `(?<![\\w])${escaped(word)}(?![\\w])`)
      .join('|'),
    'g',
  );

type Kind = 'quoted' | 'placeholder' | 'url' | 'number' | 'path' | 'word' | 'sign';
function kindOf(token: string): Kind {
  if (/^["'`]/.test(token)) return 'quoted';
  if (/^\[[A-Z_]+_\d+\]$/.test(token)) return 'placeholder';
  if (/^https?:\/\//.test(token)) return 'url';
  if (/^-?\d+(?:\.\d+)?$/.test(token)) return 'number';
  if (/[./]/.test(token)) return 'path';
  return /\w/.test(token) ? 'word' : 'sign';
}
const extension = (token: string): string => /\.([A-Za-z]\w{0,7})$/.exec(token)?.[1]?.toLowerCase() ?? '';

/**
 * What stands in the new request where something else stands in the old one; null when they differ in more than
 * parameters. A token that changes in one place must change in every place, and to the same.
 */
export function parametersBetween(before: string, now: string): ReadonlyMap<string, string> | null {
  const old = tokensOf(before);
  const fresh = tokensOf(now);
  if (old.length === 0 || old.length !== fresh.length) return null;
  const pairs = new Map<string, string>();
  for (const [at, token] of old.entries()) {
    const other = fresh[at] ?? '';
    const from = bare(token);
    const to = bare(other);
    const known = pairs.get(from);
    if (known !== undefined && known !== to) return null;
    pairs.set(from, to);
    if (from === to) continue;
    // A sentence may begin with a capital or not.
    if (at === 0 && from.toLowerCase() === to.toLowerCase()) {
      pairs.delete(from);
      continue;
    }
    const kind = kindOf(token);
    if (kind === 'sign' || kind !== kindOf(other) || extension(from) !== extension(to)) return null;
    if (DECISIVE.has(from.toLowerCase()) || DECISIVE.has(to.toLowerCase())) return null;
    if (from === '' || to === '' || REFERENCE.test(to) || /\p{Cc}|\\/u.test(to)) return null;
  }
  for (const [from, to] of pairs) if (from === to) pairs.delete(from);
  return pairs;
}

/** Every string and number of a JSON value, as text. */
function texts(value: Json): string[] {
  if (typeof value === 'string') return value.split(REFERENCE);
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(texts);
  return [];
}
const occurrences = (all: readonly string[], word: string): number =>
  all.reduce((sum, text) => sum + (text.match(wholeWord([word]))?.length ?? 0), 0);

function exchange(value: Json, pairs: ReadonlyMap<string, string>): Json {
  if (pairs.size === 0) return value;
  if (typeof value === 'string') {
    const words = wholeWord([...pairs.keys()]);
    // References name steps, not parameters. One pass, so that two names that change places do.
    return value
      .split(/(\$\{[^}]*\})/)
      .map((part) => (REFERENCE.test(part) ? part : part.replace(words, (word) => pairs.get(word) ?? word)))
      .join('');
  }
  if (typeof value === 'number') {
    const other = Number(pairs.get(String(value)) ?? value);
    return Number.isFinite(other) ? other : value;
  }
  if (Array.isArray(value)) return value.map((item) => exchange(item, pairs));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exchange(item, pairs)]));
  return value;
}

export interface Adapted {
  readonly steps: PlanDraft['steps'];
  readonly result: JsonObject;
  /** How many parameters changed. */
  readonly changed: number;
}

/** Numbers and very short names may stand in a plan with another meaning. */
const ambiguous = (token: string): boolean => token.length <= 2 || /^-?\d+(?:\.\d+)?$/.test(token);

/** The plan for the new request; null when it can't be had by exchanging parameters. */
export function adaptPlan(
  memory: { description: string; steps: readonly Step[]; result: JsonObject },
  description: string,
): Adapted | null {
  const pairs = parametersBetween(memory.description, description);
  if (pairs === null) return null;
  const inputs = memory.steps.flatMap((step) => texts(step.inputs));
  const asked = texts(memory.description);
  for (const [from, to] of pairs) {
    const used = occurrences(inputs, from);
    if (used === 0) return null;
    if (ambiguous(from) && used !== occurrences(asked, from)) return null;
    // The new name already means something else in the plan.
    if (!pairs.has(to) && occurrences(inputs, to) > 0) return null;
  }
  return {
    steps: memory.steps.map(({ idempotency_key: _key, ...step }) => ({
      ...step,
      dependencies: [...step.dependencies],
      inputs: exchange(step.inputs, pairs) as JsonObject,
    })),
    result: exchange(memory.result, pairs) as JsonObject,
    changed: pairs.size,
  };
}
