import type { Condition } from './intent.ts';

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
