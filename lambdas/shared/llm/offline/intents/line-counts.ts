/** Counts for several marks at once: "ERROR, WARN and INFO lines", "log entries per level". */
import type { TextQuery } from './intent.ts';
import { type Clause, nameOf, Q } from './places.ts';
import type { Fine } from './reshaping.ts';

const MARK = `(?:${Q}|[A-Z][A-Z_]{2,})`;
const LIST = `(${MARK}(?:\\s*,\\s*${MARK})*\\s*,?\\s*(?:and|&)\\s+${MARK})`;
const ENTRIES = '(?:[- ]level)?\\s+(?:log\\s+)?(?:lines|entries|messages)';
const WORDS = [
  'entries',
  'entry',
  'messages',
  'message',
  'level',
  'levels',
  'severity',
  'there',
  'occurrences',
  'how',
  'are',
];

export function countsByMark(clause: Clause, fine: Fine): TextQuery | null {
  const { text } = clause;
  if (!/\b(?:how many|counts?|number of|tally|breakdown)\b/i.test(text)) return null;
  if (
    /\b(?:by|per|(?:for|of|at|in)\s+each|each)\s+(?:(?:log|severity)\s+)*(?:level|severity)\b/i.test(text) &&
    fine(...WORDS, 'tally', 'breakdown')
  )
    return { op: 'count_each', needles: [] };
  const list = (new RegExp(`(?:^|\\s)${LIST}${ENTRIES}\\b`).exec(text) ??
    new RegExp(
      `\\b(?:lines|entries|messages)\\b.*?\\b(?:are|marked(?: as)?|for each of)\\s+${LIST}(?:\\s|$)`,
    ).exec(text))?.[1];
  if (list === undefined) return null;
  const needles = (list.match(new RegExp(MARK, 'g')) ?? []).map((token) => nameOf(token, clause));
  return fine(...WORDS, 'marked', 'as', ...needles.flatMap((needle) => [needle, ...needle.split(/\W+/)]))
    ? { op: 'count_each', needles }
    : null;
}
