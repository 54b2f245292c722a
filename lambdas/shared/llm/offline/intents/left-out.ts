/** Conditions on the rows that a task does not want. */
import type { Condition } from './table-work.ts';

/** "drop the rows where", "excluding those with": what follows is what must not hold. */
export const LEFT_OUT =
  /(?:^\s*(?:drop|remove|exclude|discard|delete|omit|leave out|skip|filter out|ignore)\s+(?:the\s+|all\s+|any\s+|every\s+|out\s+)*(?:rows?|records?|entries|lines|items|ones|those)\s+(?:where|with|whose|that have|which have|having|in which|for which)\b|\b(?:excluding|except(?: for)?|ignoring|leaving out|omitting|other than)\s+(?:the\s+|all\s+)*(?:rows?|records?|entries|items|ones|those)\s+(?:where|with|whose|that have|which have|having|in which|for which)\b)/i;

const OPPOSITE: Readonly<Record<Condition['op'], Condition['op'] | null>> = {
  '==': '!=',
  '!=': '==',
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
  contains: 'not_contains',
  not_contains: 'contains',
  empty: 'not_empty',
  not_empty: 'empty',
  starts: null,
  ends: null,
};

/** The rows for which the conditions don't hold; null when that takes more than one list of alternatives says. */
export function negated(filters: readonly (readonly Condition[])[]): Condition[][] | null {
  const opposite = (test: Condition): Condition[] => {
    const op = OPPOSITE[test.op];
    return op === null ? [] : [{ ...test, op }];
  };
  const tests = filters.flat();
  const turned = tests.flatMap(opposite);
  if (tests.length === 0 || turned.length < tests.length) return null;
  if (filters.length === 1) return turned.map((test) => [test]);
  return filters.every((all) => all.length === 1) ? [turned] : null;
}
