/** Finds personal data and secrets in text, by shape, check digits and the words around. */

import { aDigit, aroundOf, type Rule, type Span, type SpanType } from './rule.ts';
import { addressRules } from './rules-addresses.ts';
import { europeanIdRules } from './rules-ids-europe.ts';
import { worldIdRules } from './rules-ids-world.ts';
import { networkRules } from './rules-network.ts';
import { paymentRules } from './rules-payment.ts';
import { phoneRules } from './rules-phones.ts';
import { secretRules } from './rules-secrets.ts';

export type { Span, SpanType };
/** A piece of text that must not leave, wherever it stands. */
export interface Finding {
  readonly value: string;
  readonly type: SpanType;
}

export const rules: readonly Rule[] = [
  ...secretRules,
  ...networkRules,
  ...paymentRules,
  ...europeanIdRules,
  ...worldIdRules,
  ...phoneRules,
  ...addressRules,
];

/** Of overlapping spans the more certain kind stays, then the longer one. */
const rank: Readonly<Record<SpanType, number>> = {
  private_key: 0,
  secret: 1,
  email: 2,
  iban: 3,
  card: 4,
  national_id: 5,
  ip: 6,
  phone: 7,
  address: 8,
  person: 9,
};

/** Six digits, with brackets and spaces between them. */
const sixDigits = /\d(?:\D{0,4}\d){5}/;
/** What a text has if it has one of these kinds at all, where a rule doesn't say it of itself. */
const NEEDED: Partial<Record<SpanType, RegExp>> = {
  national_id: sixDigits,
  card: sixDigits,
  phone: sixDigits,
  iban: aDigit,
  address: aDigit,
};
const everything = /^/;

/** Without it the rule finds nothing in a text. */
export const needOf = (rule: Rule): RegExp => rule.needs ?? NEEDED[rule.type] ?? everything;

/** Rules by what they need: one test spares a text all that share it, and most texts have nothing of a kind. */
const byNeed = new Map<RegExp, Rule[]>();
for (const rule of rules) byNeed.set(needOf(rule), [...(byNeed.get(needOf(rule)) ?? []), rule]);

/** The shortest thing that is looked for, an address such as `a@b.io`. */
const SHORTEST = 6;

/** Spans in order, without overlaps. Time is linear in the text's length, about a millisecond a kilobyte. */
export function detect(text: string): Span[] {
  if (text.length < SHORTEST) return [];
  const found: Span[] = [];
  for (const [needs, those] of byNeed)
    if (needs.test(text)) for (const rule of those) apply(rule, text, found);
  return withoutOverlaps(found);
}

function apply(rule: Rule, text: string, found: Span[]): void {
  const { pattern } = rule;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const end = collect(rule, match, text, found);
    // A value may stand right behind a shorter one: two account numbers with a word between them.
    if (end !== null) pattern.lastIndex = end;
  }
}

/** Returns where the value ends, or null when there is none. */
function collect(rule: Rule, match: RegExpExecArray, text: string, found: Span[]): number | null {
  const whole = match.groups?.['value'] ?? match[0];
  const start = match.index + (whole === match[0] ? 0 : match[0].lastIndexOf(whole));
  const value = rule.exact ? rule.exact(whole, aroundOf(text, start, start + whole.length)) : whole;
  if (!value) return rule.groups ? endOfFirstGroup(match) : null;
  const around = aroundOf(text, start, start + value.length);
  if (rule.words && !rule.words.test(around.before)) return null;
  if (rule.valid && !rule.valid(value, around)) return null;
  const end = start + value.length;
  found.push({ start, end, type: rule.type });
  return end;
}

function endOfFirstGroup(match: RegExpExecArray): number {
  return match.index + (/^[A-Za-z0-9]+/.exec(match[0])?.[0].length ?? match[0].length);
}

const letterOrDigit = /[\p{L}\p{N}]/u;

/** Spans by the rules, and wherever one of the findings stands as words of its own. */
export function detectWith(findings: readonly Finding[], text: string): Span[] {
  const spans = detect(text);
  if (findings.length === 0) return spans;
  for (const { value, type } of findings)
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
      const end = at + value.length;
      if (!letterOrDigit.test(text[at - 1] ?? '') && !letterOrDigit.test(text[end] ?? ''))
        spans.push({ start: at, end, type });
    }
  return withoutOverlaps(spans);
}

function withoutOverlaps(spans: readonly Span[]): Span[] {
  const byCertainty = [...spans].sort(
    (a, b) => rank[a.type] - rank[b.type] || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  const kept: Span[] = [];
  for (const span of byCertainty) {
    const at = firstAfter(kept, span.start);
    const previous = kept[at - 1];
    const next = kept[at];
    if ((previous && previous.end > span.start) || (next && next.start < span.end)) continue;
    kept.splice(at, 0, span);
  }
  return kept;
}

/** Index of the first kept span that starts after `offset`. */
function firstAfter(kept: readonly Span[], offset: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
