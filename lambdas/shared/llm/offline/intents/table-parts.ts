/** The parts of a question about a table: order, groups, measures, columns. Each takes its words out of the text. */
import type { Measure, TableWork } from './table-work.ts';

const MEASURES: ReadonlyArray<readonly [string, Measure]> = [
  [
    'number of (?:unique|distinct|different)|how many (?:unique|distinct|different)|count (?:of )?(?:the )?(?:unique|distinct|different)|(?:unique|distinct) count(?: of)?',
    'unique',
  ],
  ['population standard deviation', 'pstdev'],
  ['(?:sample )?standard deviation|std\\.? ?dev(?:iation)?|stdev|stddev|std', 'stdev'],
  ['population variance', 'pvariance'],
  ['variance', 'variance'],
  ['averages?|means?|avg', 'mean'],
  ['medians?', 'median'],
  ['grand total|totals?|sums?|sum up|add up|combined|summed', 'sum'],
  ['minimum|min|lowest|smallest|cheapest|least|earliest', 'min'],
  ['maximum|max|highest|largest|biggest|greatest|latest', 'max'],
  ['most (?:common|frequent)|mode', 'mode'],
  ['range', 'range'],
];
const ROWS =
  '(?:data\\s+)?(?:rows?|records?|entries|data rows|lines of data|observations|items|data points|data records)';
/** Not within a list of measures: "min, max and mean of price" is read from its first. */
const LIST_START = `(?<!\\b(?:${MEASURES.map(([words]) => words).join('|')})\\s*(?:,|and|,\\s*and|&)\\s*(?:the\\s+)?)`;
const MEASURE_START = new RegExp(`\\b(?:${MEASURES.map(([words]) => words).join('|')})\\b`, 'i');

/** A query while its words are being read. */
export type Draft = { -readonly [Key in keyof TableWork]: TableWork[Key] };

/** Finds a pattern and takes it out of the text. */
export type Take = (pattern: string | RegExp) => RegExpExecArray | null;
type Name = (token: string | undefined) => string;

export function readOrder(take: Take, work: Draft, column: string, name: Name): void {
  const down = (words: string | undefined): boolean =>
    !/lowest|smallest|least|cheapest|minimum|min|bottom|fewest|earliest|shortest|youngest/i.test(words ?? '');
  const extreme =
    '(highest|lowest|largest|smallest|biggest|greatest|most|least|maximum|minimum|max|min|top|fewest|latest|earliest|longest|shortest)';
  const fieldOf = take(
    `\\b(?:the\\s+)?(${column})\\s+of\\s+(?:the\\s+)?(?:row|record|entry|one)s?\\s+(?:with|having|that has|which has|who has)\\s+(?:the\\s+)?${extreme}\\s+(?:the\\s+)?(${column})(?:\\s+(?:column|value))?`,
  );
  if (fieldOf !== null) {
    work.sort = { column: name(fieldOf[3]), descending: down(fieldOf[2]) };
    work.limit = { count: 1, end: 'first' };
    work.select = [name(fieldOf[1])];
    work.ask = 'which';
    return;
  }
  const topGroups = take(
    `\\b(?:the\\s+)?(top|bottom)\\s+(\\d+)\\s+(${column})\\s+(?:by|with the (?:highest|largest|lowest)|in terms of|based on)\\s+(?:the\\s+)?(total|sum of|average|mean|median|number of|count of)\\s+(?:of\\s+)?(?:the\\s+)?(${column}|rows)`,
  );
  if (topGroups !== null) {
    const words = topGroups[4] ?? '';
    const measure: Measure = /average|mean/i.test(words)
      ? 'mean'
      : /median/i.test(words)
        ? 'median'
        : /number|count/i.test(words)
          ? 'count'
          : 'sum';
    work.group = [name(topGroups[3])];
    work.measures = [{ measure, column: /^rows$/i.test(topGroups[5] ?? '') ? null : name(topGroups[5]) }];
    work.sort = {
      column: null,
      descending: !/bottom/i.test(topGroups[1] ?? '') && !/lowest/i.test(topGroups[0]),
    };
    work.limit = { count: Number(topGroups[2]), end: 'first' };
    work.ask = 'measure';
    return;
  }
  const best =
    take(
      `\\b(?:who|which\\s+(?:row|one|record))\\s+(?:has|have|had|got)\\s+(?:the\\s+)?${extreme}\\s+(?:value (?:of|in|for)\\s+)?(?:the\\s+)?(?:column\\s+)?(${column})(?:\\s+(?:column|value))?`,
    ) ??
    take(
      `\\b(?:the\\s+)?(?:row|record|entry)\\s+(?:with|having|that has|which has|where)\\s+(?:the\\s+)?${extreme}\\s+(?:value (?:of|in|for)\\s+)?(?:the\\s+)?(${column})(?:\\s+(?:column|value))?`,
    );
  if (best !== null) {
    work.sort = { column: name(best[2]), descending: down(best[1]) };
    work.limit = { count: 1, end: 'first' };
    work.ask = 'which';
    return;
  }
  const which = take(
    `\\b(?:which|what|who|find|show|get|give|tell|name|identify|the)\\s+(?:me\\s+)?(?:is\\s+)?(?:the\\s+)?(${column}|row|record|entry|item|one)s?\\s+(?:has|have|had|with|is|having|that has|which has|got|generated|made|sold|earned|brought in|recorded)\\s+(?:the\\s+)?${extreme}\\s+(?:(total|combined|overall|summed|average|mean|median)\\s+)?(?:value (?:of|in|for)\\s+)?(?:the\\s+)?(?:column\\s+)?(${column})(?:\\s+column)?`,
  );
  if (which !== null) {
    const measured = which[3];
    work.sort = { column: measured === undefined ? name(which[4]) : null, descending: down(which[2]) };
    work.limit = { count: 1, end: 'first' };
    if (measured !== undefined) {
      work.group = [name(which[1])];
      work.measures = [
        {
          measure: /average|mean/i.test(measured) ? 'mean' : /median/i.test(measured) ? 'median' : 'sum',
          column: name(which[4]),
        },
      ];
    } else if (!/^(?:row|record|entry|item|one)$/i.test(which[1] ?? '')) work.select = [name(which[1])];
    work.ask = 'which';
    return;
  }
  const busiest = take(
    `\\b(?:which|what)\\s+(${column})\\s+(?:has|have|had|contains?)\\s+(?:the\\s+)?(most|fewest|highest number of|lowest number of|largest number of|smallest number of)\\s+(?:rows?|records?|entries)`,
  );
  if (busiest !== null) {
    work.group = [name(busiest[1])];
    work.measures = [{ measure: 'count', column: null }];
    work.sort = { column: null, descending: !/fewest|lowest|smallest/i.test(busiest[2] ?? '') };
    work.limit = { count: 1, end: 'first' };
    work.ask = 'which';
    return;
  }
  const top = take(
    `\\b(?:the\\s+)?(top|bottom|first|last)\\s+(\\d+)\\s+(?:(?:rows?|records?|entries|items|results?|${column})\\s+)?(?:(?:sorted|ordered|ranked)\\s+)?(?:by|with the (?:highest|largest|lowest|smallest)|according to|in terms of|based on)\\s+(?:the\\s+)?(?:column\\s+)?(${column})(?:\\s+column)?`,
  );
  if (top !== null) {
    const ascending = /\b(?:lowest|smallest)\b/i.test(top[0]) || /bottom/i.test(top[1] ?? '');
    work.sort = { column: name(top[3]), descending: !ascending };
    work.limit = { count: Number(top[2]), end: 'first' };
    return;
  }
  const highest = take(
    `\\b(?:the\\s+)?(\\d+)\\s+(?:(?:rows?|records?|entries|items|${column})\\s+)?(?:with (?:the )?)?${extreme}\\s+(?:values? (?:of|in|for)\\s+)?(?:the\\s+)?(${column})(?:\\s+(?:column|values?))?`,
  );
  if (highest !== null) {
    work.sort = { column: name(highest[3]), descending: down(highest[2]) };
    work.limit = { count: Number(highest[1]), end: 'first' };
    return;
  }
  const sorted = take(
    `\\b(?:sort|sorted|order|ordered|rank|ranked|arrange|arranged)(?:ing)?\\b(?:\\s+(?:it|them|the|these|all|rows?|records?|data|file|table|entries|results?|groups?))*\\s*(?:‹P\\d+›)?\\s*(?:(?:in\\s+)?(descending|ascending|decreasing|increasing)(?:\\s+order)?\\s+)?(?:by|on|according to|based on)\\s+(?:the\\s+)?(?:column\\s+|values? (?:of|in)\\s+)?(${column}|counts?|totals?|averages?|sums?|means?|results?|values?|numbers?)(?:\\s+column)?`,
  );
  const early = /^(?:desc|decr)/i.test(sorted?.[1] ?? '');
  const direction = take(
    /\b(?:in\s+)?(?:(descending|desc|decreasing|reverse|high(?:est)?[- ]to[- ]low(?:est)?|largest (?:to smallest|first)|(?:highest|longest|newest|latest|most expensive|most) first|from (?:high(?:est)?|largest) to (?:low(?:est)?|smallest)|biggest first)|(ascending|asc|increasing|alphabetical(?:ly)?|low(?:est)?[- ]to[- ]high(?:est)?|smallest (?:to largest|first)|(?:lowest|shortest|oldest|earliest|cheapest|fewest) first|from (?:low(?:est)?|smallest) to (?:high(?:est)?|largest)))(?:\s+order)?(?!\w)/i,
  );
  const ofGroup =
    /^(?:counts?|totals?|averages?|sums?|means?|results?|values?|numbers?)$/i.test(sorted?.[2] ?? '') &&
    !new RegExp(`^${column}$`, 'i').test(sorted?.[2] ?? '');
  if (sorted !== null)
    work.sort = {
      column: ofGroup ? null : name(sorted[2]),
      descending: early || direction?.[1] !== undefined,
    };
  else if (direction !== null) {
    take(/\b(?:sort|sorted|order|ordered|rank|ranked)\b/i);
    work.sort = { column: null, descending: direction[1] !== undefined };
  }
  const limit =
    take(`\\b(?:the\\s+)?(first|last|top|bottom)\\s+(\\d+)(?:\\s+(?:${ROWS}|results?|groups?))?\\b`) ??
    take(/\b(?:the\s+)?(first|last|top|bottom)\s+()(?:row|record|entry)\b/i) ??
    take(/\b(?:limit(?:ed)?(?: it)? to|only) ()(\d+)(?: (?:rows?|records?|results?))?\b/i);
  if (limit !== null) {
    const topLike = /top|bottom/i.test(limit[1] ?? '') && work.sort !== undefined;
    work.limit = {
      count: Number(limit[2] || 1),
      end: /last|bottom/i.test(limit[1] ?? '') && !topLike ? 'last' : 'first',
    };
  }
}

export function readGroup(take: Take, work: Draft, column: string, name: Name): void {
  const list = `(${column})(?:\\s+columns?)?(?:\\s*(?:,|and)\\s*(?:by\\s+)?(?:the\\s+)?(?!(?:sum|total|average|count|compute|mean|max|min)\\b)(${column})(?=\\s*(?:$|[,.;?]|and\\b|in\\b|columns?\\b)))?`;
  const group =
    take(
      `\\b(?:group(?:ed|ing)?|broken down|split|aggregat(?:e|ed)|partition(?:ed)?|bucket(?:ed)?)\\b(?:\\s+(?:it|them|the|rows?|records?|data|by|file|table|sales|results?))*?\\s*(?:‹P\\d+›)?\\s*by\\s+(?:the\\s+)?(?:column\\s+|each\\s+)?${list}`,
    ) ??
    take(
      `\\b(?:for|in|of|within|by|from|on)\\s+(?:each|every)\\s+(?:unique\\s+|distinct\\s+|different\\s+)?(?:value (?:of|in)\\s+)?(?:the\\s+)?${list}`,
    ) ??
    take(`\\b(?:per|by|for each|by each|each)\\s+(?:the\\s+)?(?:column\\s+)?${list}`);
  if (group === null) return;
  work.group = [name(group[1]), ...(group[2] === undefined ? [] : [name(group[2])])];
}

export function readMeasures(
  take: Take,
  work: Draft,
  column: string,
  name: Name,
  header: readonly string[] | null,
): boolean {
  const measures: { measure: Measure; column: string | null }[] = [];
  const operand = `(${column}(?:\\s*(?:\\*|×|times|multiplied by|\\+|plus|-|minus|/|divided by)\\s*(?:the\\s+)?${column})*)`;
  const link =
    '\\s*(?:value|values|number)?\\s*(?:of|for|in|from)?\\s*(?:all\\s+)?(?:the\\s+)?(?:values?\\s+(?:of|in)\\s+)?(?:the\\s+)?(?:columns?\\s+)?(?:called\\s+|named\\s+)?';
  const rows = take(
    `\\b(?:how many|number of|count(?: of)?|count up|total number of|row count)\\s*(?:the\\s+|all\\s+|total\\s+)*(?:number of\\s+)?(?:${ROWS})?\\b(?=\\s*(?:$|[,.;?]|are|is|does|do|in|there|have|has|for|by|per|match|where|and|satisf|contain|‹|it\\b|this|live|did\\b|were\\b|was\\b|with\\b|who\\b|that\\b|which\\b|took\\b|come|based|located))(?:\\s+(?:are there|match|matching|exist))?`,
  );
  if (rows !== null && !(/\bhow many\b/i.test(rows[0]) && !new RegExp(ROWS, 'i').test(rows[0])))
    measures.push({ measure: 'count', column: null });
  else if (rows !== null) {
    const noun = take(new RegExp(`^\\s*(?:${column})`, 'i'));
    if (noun === null && work.group.length === 0 && work.filters.length === 0) return false;
    measures.push({ measure: 'count', column: null });
  }
  for (let found = true; found && measures.length < 12; ) {
    found = false;
    for (const [words, measure] of MEASURES) {
      const list = take(
        `${LIST_START}\\b(?:${words})\\b(?:\\s*(?:,|and|,\\s*and|&)\\s*(?:the\\s+)?((?:(?:${MEASURES.map(([more]) => more).join('|')})(?:\\s*(?:,|and|,\\s*and|&)\\s*(?:the\\s+)?)?)+))?${link}${operand}((?:\\s*(?:,|and|,\\s*and|&)\\s*(?:the\\s+)?${column})*)(?:\\s+(?:columns?|values?|field))?`,
      );
      if (list?.[2] === undefined) continue;
      const target = expressionOf(list[2], column, name);
      const also = (list[1] ?? '').split(/\s*(?:,|\band\b|&)\s*/).filter((part) => MEASURE_START.test(part));
      measures.push({ measure, column: target });
      for (const part of also) {
        const more = MEASURES.find(([pattern]) =>
          new RegExp(`^(?:the\\s+)?(?:${pattern})$`, 'i').test(part.trim()),
        );
        if (more !== undefined) measures.push({ measure: more[1], column: target });
      }
      // "the sum of price and quantity" is a sum for each of the two.
      for (const other of (list[3] ?? '')
        .split(/\s*(?:,\s*and\b|,|\band\b|&)\s*(?:the\s+)?/i)
        .filter((part) => part.trim() !== '')) {
        measures.push({ measure, column: name(other.trim()) });
      }
      found = true;
    }
  }
  const trailing = header === null ? null : take(`(?<=\\bhow many |\\bnumber of )(${column})`);
  if (trailing !== null && measures.length === 0)
    measures.push({ measure: 'unique', column: name(trailing[1]) });
  if (measures.length > 0) {
    work.measures = measures;
    if (work.ask === 'rows') work.ask = 'measure';
    if (work.filters.length > 0 && measures.some(({ measure }) => measure === 'count'))
      take(`^\\s*(?:how many|count|number of)\\b`);
  }
  return true;
}

function expressionOf(phrase: string, column: string, name: Name): string {
  const parts = phrase.split(
    /\s*(\*|×|\btimes\b|\bmultiplied by\b|\+|\bplus\b|\s-\s|\bminus\b|\/|\bdivided by\b)\s*(?:the\s+)?/i,
  );
  if (parts.length === 1 && new RegExp(`^${column}$`, 'i').test(phrase.trim())) return name(phrase.trim());
  const symbols: Readonly<Record<string, string>> = {
    '×': '*',
    times: '*',
    'multiplied by': '*',
    plus: '+',
    minus: '-',
    'divided by': '/',
  };
  return parts
    .map((part, index) =>
      index % 2 === 0 ? `[${name(part.trim())}]` : (symbols[part.trim().toLowerCase()] ?? part.trim()),
    )
    .join(' ');
}

export function readSelection(take: Take, work: Draft, column: string, name: Name): void {
  if (
    work.measures.length === 0 &&
    take(
      /\b(?:column|header|field) names?\b|\bnames? of (?:the |all |its )*(?:columns|fields)\b|\b(?:what|which|list|show)\b(?:\s+(?:are|all|the|me|its))*\s+(?:columns|headers?|fields)\b(?!\s+‹)|\bhow many columns\b|\bnumber of columns\b/i,
    ) !== null
  ) {
    work.ask = 'columns';
    return;
  }
  const values = take(
    `\\b(?:unique|distinct|different)\\s+(?:values?\\s+)?(?:of|in|from|for)?\\s*(?:the\\s+)?(?:column\\s+)?(${column})(?:\\s+(?:column|values?))?`,
  );
  if (values !== null) {
    work.select = [name(values[1])];
    work.distinct = true;
    work.ask = 'values';
    return;
  }
  if (
    take(
      /\b(?:remove|drop|delete)\s+(?:the\s+|all\s+|any\s+)?duplicate(?:d|s)?(?:\s+rows?)?|\bdedup(?:e|licate)\b/i,
    ) !== null
  ) {
    work.distinct = true;
  }
  const some = take(
    `\\b(?:select|extract|keep|show|list|get|print|display|give me|return|only|with)\\s+(?:me\\s+)?(?:only\\s+|just\\s+|all\\s+)*(?:the\\s+)?(?:values\\s+(?:of|in)\\s+)?(?:the\\s+)?(?:columns?\\s+)?(${column}(?:\\s*(?:,|and|,\\s*and|&)\\s*(?:the\\s+)?${column})*)(?:\\s+columns?|\\s+values?|\\s+fields?)?`,
  );
  if (some !== null) {
    work.select = (some[1] ?? '')
      .split(/\s*(?:,\s*and\b|,|\band\b|&)\s*(?:the\s+)?/i)
      .filter((part) => part !== '')
      .map(name);
    if (work.select.length === 1 && work.measures.length === 0) work.ask = 'values';
  }
}
