/** Lines chosen by a mark in capitals or a quotation: "ERROR lines", "lines that are not INFO". */
import type { TextQuery } from './intent.ts';
import { type Clause, nameOf, Q } from './places.ts';
import type { Fine } from './reshaping.ts';

const MARK = `(${Q}|[A-Z][A-Z_]{2,})`;

export function linesOfKind(clause: Clause, fine: Fine): TextQuery | null {
  const { text } = clause;
  const named = new RegExp(
    `(?:^|\\s)(non-)?${MARK}(?:[- ]level)?\\s+(?:log\\s+)?(?:lines|entries|messages)\\b`,
  ).exec(text);
  const called =
    named ??
    new RegExp(
      `\\b(?:lines|entries|messages)\\b.*?\\b(?:are|is|marked(?: as)?|tagged(?: as)?|labell?ed(?: as)?)\\s+(not\\s+)?${MARK}(?:\\s|$)`,
    ).exec(text);
  if (called?.[2] === undefined) return null;
  const needle = nameOf(called[2], clause);
  const words = [
    'entries',
    'messages',
    'level',
    'are',
    'not',
    'non',
    'marked',
    'tagged',
    'labelled',
    'labeled',
    'as',
    'list',
    'extract',
    'keep',
    'filter',
  ];
  if (!fine(...words, needle, ...needle.split(/\W+/))) return null;
  return {
    op: 'matching_lines',
    needle,
    count: /\b(?:how many|count|number of)\b/i.test(text),
    invert: called[1] !== undefined,
  };
}
