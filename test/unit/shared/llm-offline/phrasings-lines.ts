/** Lines told by what they hold or where they stand, and counts of them. */
type Phrasing = readonly [text: string, ...said: string[]];

const asked = (said: string, ...texts: readonly string[]): Phrasing[] => texts.map((text) => [text, said]);

export const lineConditions: readonly Phrasing[] = [
  ...asked(
    'text notes.txt matching_lines INFO false true',
    "Print the lines in notes.txt that don't match INFO",
    'lines of notes.txt which do not match "INFO"',
    'show lines in notes.txt not matching INFO',
    'lines in notes.txt that never mention INFO',
    'lines in notes.txt that lack INFO',
    'lines from notes.txt with no INFO',
    'all lines of notes.txt except the ones containing INFO',
    'all lines in notes.txt but those with INFO',
    "Print the lines in notes.txt that don't have INFO in them",
  ),
  ...asked(
    'text notes.txt matching_lines socket true true',
    "Count the lines in notes.txt that don't mention socket",
  ),
  ...asked('text notes.txt lines ends 1', 'first and last line of notes.txt'),
  ...asked(
    'text notes.txt lines after 1',
    'all but the first line of notes.txt',
    'Show notes.txt without the first line',
  ),
  ...asked(
    'text notes.txt occurrences socket false true',
    'How often is "socket" in notes.txt, ignoring case?',
  ),
  ...asked(
    'text notes.txt count_each ERROR WARN INFO',
    'How many ERROR, WARN and INFO lines does notes.txt have?',
  ),
  ...asked('text notes.txt count_each', 'Count the lines in notes.txt by log level'),
  ...asked('table data.csv: first 2 | rows', 'first 2 rows of data.csv'),
  ...asked(
    'table data.csv: price >= 7 | count() | measure',
    'how many rows in data.csv have price 7 or higher',
    'how many rows in data.csv have a price of 7 or more',
  ),
];

type Test = readonly [needle: string, at: 'in' | 'start' | 'end', invert: boolean];

/** Conditions that are more than one text somewhere in the line. */
export const compound: ReadonlyArray<
  readonly [text: string, any: readonly (readonly Test[])[], fold: boolean]
> = [
  ['Give me the lines of notes.txt starting with "Apples"', [[['Apples', 'start', false]]], false],
  ['How many lines in notes.txt end with a full stop?', [[['.', 'end', false]]], false],
  ['Print lines in notes.txt with INFO or ERROR', [[['INFO', 'in', false]], [['ERROR', 'in', false]]], false],
  [
    'Print lines in notes.txt containing INFO but not socket',
    [
      [
        ['INFO', 'in', false],
        ['socket', 'in', true],
      ],
    ],
    false,
  ],
  [
    'How many lines of notes.txt contain neither INFO nor ERROR?',
    [
      [
        ['INFO', 'in', true],
        ['ERROR', 'in', true],
      ],
    ],
    false,
  ],
  ['find lines in notes.txt containing socket (case insensitive)', [[['socket', 'in', false]]], true],
];
