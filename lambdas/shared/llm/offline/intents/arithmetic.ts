/** Arithmetic, unit conversions and statistics of numbers that are in the sentence. */
import { digitsForWords } from '../language/numbers.ts';
import { arithmeticOf } from './expression.ts';
import type { Calculation } from './intent.ts';
import type { Clause } from './places.ts';
import type { Measure } from './table-work.ts';
import { conversionOf } from './units.ts';

const LEAD =
  /^(?:(?:what(?: remains| is left)(?: (?:when|if|after)(?: you| i| we)?)?|what(?:'s| is| are| would be| would| does| do)?(?: you (?:get|have)(?: (?:when|if|by|after)(?: you| i| we)?)?)?|how much(?: is| are)?|how many(?: is| are)?|calculate|compute|evaluate|work out|figure out|find(?: out)?|determine|solve|give(?: me)?|tell me|simplify|get|do|return|perform|show(?: me)?|use (?:the )?(?:calculator|math_calculator) to (?:compute|calculate|evaluate|find|work out))\s+)+(?:(?:the\s+)?(?:exact\s+|numerical\s+)?(?:value|result|answer|outcome)(?:\s+(?:of|to|for))\s+)?(?:(?:the\s+)?(?:following\s+)?(?:expression|calculation|computation|formula|equation)?:?\s+)?(?=\S)/i;
const TAIL = /\s*(?:=\s*\??|equals?(?: to)?(?: what)?|(?:is )?equal to|come to|make|be|\?)\s*$/i;
const PRECISION =
  /[\s,(]*(?:\b(?:to|with|at|using|in)\s+)?(?:a precision of\s+)?(\d+)\s*(?:significant\s+)?(?:digits?|significant figures?|sig\.? ?figs?|figures)(?:\s+(?:of )?precision)?\)?\s*$/i;
const DECIMALS =
  /[\s,(]*(?:and\s+)?(?:\b(?:rounded|round(?: it| the result| the answer)?|correct|accurate|give(?: it)?|to|with|at)\s*)*(?:to\s+|with\s+)?(\d+|two|three|four|one)\s*(?:decimal places?|decimals?|digits? after the (?:decimal )?(?:point|comma)|d\.?p\.?|places)\)?\s*$/i;
const NEAREST =
  /[\s,(]*(?:and\s+)?(?:rounded|round(?: it| the result)?)\s+(?:to\s+)?(?:the\s+)?nearest\s+(integer|whole number|tenth|hundredth|thousandth)\)?\s*$/i;
const NEAREST_DIGITS: Readonly<Record<string, number>> = {
  integer: 0,
  'whole number': 0,
  tenth: 1,
  hundredth: 2,
  thousandth: 3,
};

const STATISTICS: ReadonlyArray<readonly [RegExp, keyof typeof IN_CALCULATOR]> = [
  [/^(?:the )?(?:arithmetic )?(?:mean|average|avg)(?: value)?\b/i, 'mean'],
  [/^(?:the )?median(?: value)?\b/i, 'median'],
  [/^(?:the )?population (?:standard deviation|std(?:dev)?|stdev)\b/i, 'pstdev'],
  [/^(?:the )?(?:sample )?(?:standard deviation|std\.?(?: ?dev(?:iation)?)?|stdev)\b/i, 'stdev'],
  [/^(?:the )?population variance\b/i, 'pvariance'],
  [/^(?:the )?(?:sample )?variance\b/i, 'variance'],
  [/^(?:the )?mode\b/i, 'mode'],
  [/^(?:the )?range\b/i, 'range'],
  [/^(?:the )?(?:sum|total)\b|^(?:sum|add|total)(?: up)?\b/i, 'sum'],
  [/^(?:the )?product\b/i, 'product'],
  [/^(?:the )?(?:max(?:imum)?|largest|biggest|greatest|highest)(?: value| number)?\b/i, 'max'],
  [/^(?:the )?(?:min(?:imum)?|smallest|lowest)(?: value| number)?\b/i, 'min'],
];
const LIST =
  /^\s*(?:of|for|from|among|in|:)?\s*(?:the\s+|these\s+|this\s+)?(?:following\s+)?(?:numbers?|values?|list|data(?:\s?set)?|sequence|series|set|integers|scores|samples?)?\s*(?:of(?: numbers)?)?\s*:?\s*[[({]?\s*(-?[\d.]+(?:\s*(?:,\s*and|,|;|\band\b|&|\s)\s*-?[\d.]+)+)\s*[\])}]?\s*(?:all\s+)?(?:together|up)?\s*$/i;
const sizeOf = (list: string): number => list.split(', ').length;
const IN_CALCULATOR: Readonly<
  Record<Exclude<Measure, 'percentile' | 'correlation'> | 'product', (list: string) => string>
> = {
  mean: (list) => `mean([${list}])`,
  median: (list) => `median([${list}])`,
  sum: (list) => `sum([${list}])`,
  product: (list) => `prod([${list}])`,
  min: (list) => `min([${list}])`,
  max: (list) => `max([${list}])`,
  stdev: (list) => `std([${list}])`,
  pstdev: (list) => `std([${list}]) * sqrt((${sizeOf(list)} - 1) / ${sizeOf(list)})`,
  variance: (list) => `variance([${list}])`,
  pvariance: (list) => `variance([${list}]) * (${sizeOf(list)} - 1) / ${sizeOf(list)}`,
  mode: (list) => `mode([${list}])`,
  range: (list) => `max([${list}]) - min([${list}])`,
  count: (list) => `${sizeOf(list)} + 0`,
  unique: (list) => `${new Set(list.split(', ')).size} + 0`,
};

interface Wanted {
  readonly text: string;
  readonly precision?: number;
  readonly decimals?: number;
}

function wantedDigits(sentence: string): Wanted {
  const nearest = NEAREST.exec(sentence);
  if (nearest !== null) {
    return {
      text: sentence.slice(0, nearest.index),
      decimals: NEAREST_DIGITS[nearest[1]?.toLowerCase() ?? ''] ?? 0,
    };
  }
  const decimals = DECIMALS.exec(sentence);
  if (decimals !== null)
    return { text: sentence.slice(0, decimals.index), decimals: Number(digitsForWords(decimals[1] ?? '2')) };
  const precision = PRECISION.exec(sentence);
  if (precision !== null)
    return { text: sentence.slice(0, precision.index), precision: Number(precision[1]) };
  return { text: sentence };
}

/** "What is 17% of 2400?", "convert 5 km to miles", "standard deviation of 2, 4 and 9", "sqrt(2)*3 to 10 digits". */
export function recogniseArithmetic(clause: Clause): Calculation | null {
  if (/‹[CUPGN]\d+›/.test(clause.text)) return null;
  const quoted = /‹Q(\d+)›/.exec(clause.text);
  const inlined =
    quoted === null
      ? clause.text
      : clause.text.replace(quoted[0], clause.slots[Number(quoted[1])]?.text ?? '');
  const { text, ...digits } = wantedDigits(inlined.replace(/[\s?]+$/, ''));
  const asked = text.replace(LEAD, '').replace(TAIL, '').trim();
  const conversion =
    recogniseConversion(digitsForWords(text.trim())) ?? recogniseConversion(digitsForWords(asked));
  if (conversion !== null) return { kind: 'calculate', ...conversion, ...digits };
  const statistic = recogniseStatistic(asked) ?? recogniseStatistic(text.trim());
  if (statistic !== null) return { kind: 'calculate', expression: statistic, asked, ...digits };
  const continued = recogniseContinuation(clause, asked);
  if (continued !== null) return { ...continued, ...digits };
  const expression = arithmeticOf(asked) ?? arithmeticOf(text.trim()) ?? roundOf(asked);
  return expression === null ? null : { kind: 'calculate', expression, asked, ...digits };
}

/** "round 2.6", and "take 144" or "start with 144", which the next clause goes on from. */
function roundOf(asked: string): string | null {
  const begin = /^(?:take|start (?:with|from)|begin with)(?: the number)? (-?\d+(?:\.\d+)?)$/i.exec(asked);
  if (begin?.[1] !== undefined) return begin[1];
  const match = /^(?:round )?(-?\d+(?:\.\d+)?)$/i.exec(asked);
  return match?.[1] !== undefined && /^round/i.test(asked) ? `round(${match[1]})` : null;
}

/** "the mean, median and mode of 1, 2, 2, 3": one calculation each; null unless there are several. */
export function recogniseStatistics(clause: Clause): Calculation[] | null {
  if (/‹[CUPGNQ]\d+›/.test(clause.text)) return null;
  const { text, ...digits } = wantedDigits(clause.text.replace(/[\s?]+$/, ''));
  const match = /^([\w ]+?(?:\s*,\s*[\w ]+?)*\s*,?\s*(?:and|&)\s+[\w ]+?)\s+(?:of|for)\s+(.*\d.*)$/i.exec(
    text.replace(LEAD, '').trim(),
  );
  const names = match?.[1]?.split(/\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+/i).filter((name) => name !== '') ?? [];
  if (names.length < 2) return null;
  const out: Calculation[] = [];
  for (const name of names) {
    const asked = `${name} of ${match?.[2] ?? ''}`;
    const expression = recogniseStatistic(asked);
    if (expression === null) return null;
    out.push({ kind: 'calculate', expression, asked, ...digits });
  }
  return out;
}

function recogniseStatistic(asked: string): string | null {
  for (const [pattern, measure] of STATISTICS) {
    const head = pattern.exec(asked);
    if (head === null) continue;
    const list = LIST.exec(digitsForWords(asked.slice(head[0].length)))?.[1];
    if (list === undefined) return null;
    const numbers = list.split(/\s*(?:,\s*and\b|,|;|\band\b|&|\s)\s*/i).filter((part) => part !== '');
    if (numbers.some((part) => !/^-?(?:\d+(?:\.\d+)?|\.\d+)$/.test(part))) return null;
    return IN_CALCULATOR[measure](numbers.join(', '));
  }
  return null;
}

const AMOUNT = '(-?\\d[\\d,]*(?:\\.\\d+)?)';
const UNIT = '([a-zµ°²³][a-zµ°²³0-9/^. -]*?)';
const CONVERSIONS: ReadonlyArray<readonly [RegExp, readonly [number, number, number]]> = [
  [
    new RegExp(
      `^(?:convert|change|express|turn|transform|translate|what(?:'s| is| are)|how much is|how many is|give me|compute|calculate)?\\s*(?:a (?:distance|weight|temperature|speed|length|mass|volume|time|duration) of )?${AMOUNT}\\s*${UNIT}\\s+(?:to|in|into|as|when (?:converted|expressed) (?:to|in)|converted (?:to|into)|expressed in|equals? how many|is how many|are how many|=\\s*how many)\\s+${UNIT}$`,
      'i',
    ),
    [1, 2, 3],
  ],
  [
    new RegExp(
      `^how (?:many|much)\\s+${UNIT}\\s+(?:are there in|is there in|are in|is in|are equal to|is|are|in|make(?: up)?|equals?|does|do|go into|there are in|correspond to)\\s+(?:a total of )?${AMOUNT}\\s*${UNIT}(?:\\s+(?:have|equal|make|contain|correspond to|hold))?$`,
      'i',
    ),
    [2, 3, 1],
  ],
  [
    new RegExp(
      `^how (?:many|much)\\s+${UNIT}\\s+(?:are there in|is there in|are in|is in|in|make(?: up)?|equals?)\\s+(?:an?|one)\\s+${UNIT}$`,
      'i',
    ),
    [0, 2, 1],
  ],
  [new RegExp(`^(?:number of\\s+)${UNIT}\\s+in\\s+${AMOUNT}\\s*${UNIT}$`, 'i'), [2, 3, 1]],
];

/** "5 feet 11 inches in cm": both parts are one amount. */
const TWO_PARTS = new RegExp(
  `^(?:convert|change|express|turn|what(?:'s| is| are)|how much is)?\\s*${AMOUNT}\\s*${UNIT}\\s*,?\\s+(?:and\\s+)?${AMOUNT}\\s*${UNIT}\\s+(?:to|in|into|as)\\s+${UNIT}$`,
  'i',
);

function recogniseConversion(text: string): ReturnType<typeof conversionOf> {
  const sentence = text
    .replace(/\bdegrees?\s+(?=celsius|fahrenheit|kelvin)/gi, '')
    .replace(/\?+$/, '')
    .trim();
  const [, large, largeUnit, small, smallUnit, target] = TWO_PARTS.exec(sentence) ?? [];
  if (large !== undefined && small !== undefined) {
    const parts = [
      conversionOf(large, largeUnit ?? '', target ?? ''),
      conversionOf(small, smallUnit ?? '', target ?? ''),
    ];
    const [first, second] = parts;
    if (first && second)
      return {
        ...first,
        expression: `${first.expression} + ${second.expression}`,
        asked: `${large} ${largeUnit} ${small} ${smallUnit} in ${target}`,
      };
  }
  for (const [pattern, [amount, from, to]] of CONVERSIONS) {
    const match = pattern.exec(sentence);
    if (match === null) continue;
    const conversion = conversionOf(
      amount === 0 ? '1' : (match[amount] ?? '').replace(/,/g, ''),
      match[from] ?? '',
      match[to] ?? '',
    );
    if (conversion !== null) return conversion;
  }
  return null;
}

/** "multiply it by 3", "divide the result by 2", "add 10 to that", "take its square root". */
function recogniseContinuation(clause: Clause, asked: string): Calculation | null {
  const before = clause.around.before.filter((intent) => intent.kind !== 'report').at(-1);
  const inherits = Object.keys(clause.around.inherited).length === 1;
  if (
    !(
      before?.kind === 'calculate' ||
      before?.kind === 'table' ||
      before?.kind === 'text' ||
      before?.kind === 'json' ||
      before?.kind === 'run_python'
    ) &&
    !inherits
  )
    return null;
  const IT =
    "(?:it|that|this|its (?:output|result|value)|(?:the |its )?(?:script|program|code)(?:['’]s)? output|what it (?:prints|printed|outputs)|the printed (?:number|value)|the (?:result|answer|value|sum|total|mean|average|product|count|number|output)|this (?:result|number)|that (?:result|number))";
  const n = '(-?\\d+(?:\\.\\d+)?)';
  const rules: ReadonlyArray<readonly [RegExp, string]> = [
    [new RegExp(`^(?:multiply|scale)(?: ${IT})? (?:by|with) ${n}$`, 'i'), 'x * ($1)'],
    [new RegExp(`^divide(?: ${IT})? by ${n}$`, 'i'), 'x / ($1)'],
    [new RegExp(`^add ${n}(?: to ${IT})?$`, 'i'), 'x + ($1)'],
    [
      new RegExp(`^(?:subtract|take(?= .*\\b(?:away|from)\\b)) ${n}(?: away)?(?: from ${IT})?$`, 'i'),
      'x - ($1)',
    ],
    [new RegExp(`^(?:increase|raise) ${IT} by ${n}\\s*(?:%|percent)$`, 'i'), 'x * (1 + ($1)/100)'],
    [new RegExp(`^(?:decrease|reduce) ${IT} by ${n}\\s*(?:%|percent)$`, 'i'), 'x * (1 - ($1)/100)'],
    [new RegExp(`^${n}\\s*(?:%|percent) of ${IT}$`, 'i'), 'x * ($1)/100'],
    [new RegExp(`^(?:take )?(?:the |its )?square root(?: of ${IT})?$`, 'i'), 'sqrt(x)'],
    [new RegExp(`^square ${IT}$`, 'i'), 'x^2'],
    [new RegExp(`^double ${IT}$`, 'i'), 'x * 2'],
    [new RegExp(`^(?:halve ${IT}|half of ${IT})$`, 'i'), 'x / 2'],
    [new RegExp(`^round ${IT}$`, 'i'), 'x'],
  ];
  const text = digitsForWords(asked);
  for (const [pattern, expression] of rules) {
    const match = pattern.exec(text);
    if (match !== null) {
      return {
        kind: 'calculate',
        expression: expression.replace('$1', match[1] ?? ''),
        asked,
        ofPrevious: true,
      };
    }
  }
  return null;
}
