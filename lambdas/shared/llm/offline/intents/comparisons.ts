import type { Condition } from './table-work.ts';

/** Words of comparison as patterns, the longer before those they contain. */
export const OPERATORS: ReadonlyArray<readonly [string, Condition['op']]> = [
  [
    '(?:(?:is|are|was)\\s+)?(?:greater|bigger|larger|higher) than or equal to|(?:(?:is|are|was)\\s+)?at least|(?:is\\s+)?no less than|(?:is\\s+)?not (?:less|smaller) than|>=|≥',
    '>=',
  ],
  [
    '(?:(?:is|are|was)\\s+)?(?:less|lower|smaller|fewer) than or equal to|(?:(?:is|are|was)\\s+)?at most|(?:is\\s+)?no (?:more|greater) than|(?:is\\s+)?not (?:more|greater) than|(?:is\\s+)?up to|<=|≤',
    '<=',
  ],
  [
    '(?:(?:is|are|was)\\s+)?(?:strictly\\s+)?(?:greater|bigger|larger|higher|more|older) than|(?:(?:is|are|was)\\s+)?(?:above|over)|exceed(?:s|ing)?|>',
    '>',
  ],
  [
    '(?:(?:is|are|was)\\s+)?(?:strictly\\s+)?(?:less|lower|smaller|fewer|younger|cheaper) than|(?:(?:is|are|was)\\s+)?(?:below|under)|<',
    '<',
  ],
  [
    "(?:is|are|was|does|do)\\s*(?:not|n't)\\s+(?:equal(?:s)?(?: to)?)?|isn't|not equal(?:s)? to|differs from|!=|<>|≠",
    '!=',
  ],
  ["(?:does not|doesn't|not) contain(?:s|ing)?", 'not_contains'],
  ['contain(?:s|ing)?|includ(?:es|ing)', 'contains'],
  ['start(?:s|ing)? with|begin(?:s|ning)? with', 'starts'],
  ['end(?:s|ing)? with', 'ends'],
  ['(?:is|are|was)\\s+(?:exactly\\s+)?(?:equal to\\s+)?|equal(?:s|ing|\\s+to)|==?|matches|of', '=='],
];

const ONWARDS: ReadonlyArray<readonly [RegExp, Condition['op']]> = [
  [
    /^\s+(?:or|and)\s+(?:higher|more|greater|above|over|larger|bigger|older|later|up|upwards?)\b(?!\s+than\b)/i,
    '>=',
  ],
  [/^\s+(?:or|and)\s+(?:lower|less|fewer|below|under|smaller|younger|earlier|down)\b(?!\s+than\b)/i, '<='],
];

interface Read {
  readonly conditions: Condition[];
  /** Characters of the text that it takes. */
  readonly length: number;
}

/** "4100 or higher": what was read as a value, and what is beyond it; null when that makes no sense. */
export function onwards(text: string, read: Read | null): Read | null {
  if (read === null) return null;
  const rest = text.slice(read.length);
  const beyond = ONWARDS.find(([pattern]) => pattern.test(rest));
  if (beyond === undefined) return read;
  const [test, ...others] = read.conditions;
  if (test?.op !== '==' || others.length > 0) return null;
  return {
    conditions: [{ ...test, op: beyond[1] }],
    length: read.length + (beyond[0].exec(rest)?.[0].length ?? 0),
  };
}
