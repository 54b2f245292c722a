/** Orders by several columns, rows by their numbers, percentiles and correlations. Each takes its words out of the text. */

import type { Draft, Take } from './table-parts.ts';
import type { Measure, TableWork } from './table-work.ts';

type Name = (token: string | undefined) => string;
type Key = NonNullable<TableWork['sort']>;

const DOWN =
  '(?:descending|desc|decreasing|high(?:est)?[- ]to[- ]low(?:est)?|(?:highest|largest|biggest|newest|latest|most) first)';
const UP =
  '(?:ascending|asc|increasing|alphabetical(?:ly)?|low(?:est)?[- ]to[- ]high(?:est)?|(?:lowest|smallest|oldest|earliest|fewest) first)';
const WAY = `(?:\\s*[,(]?\\s*(?:in\\s+)?(${DOWN}|${UP})(?:\\s+order)?\\)?)?`;
const MORE =
  '\\s*(?:,\\s*and\\s+then|,\\s*then|,\\s*and|,|and\\s+then|and|then|&)\\s+(?:by\\s+|on\\s+)?(?:the\\s+)?';
const isDown = (way: string | undefined): boolean => new RegExp(`^${DOWN}$`, 'i').test(way ?? '');

/**
 * "sort by department and then by salary descending". Null, with nothing taken, for a single key; false when it is not
 * clear to which of the keys a direction belongs.
 */
export function readKeys(take: Take, work: Draft, column: string, name: Name): boolean | null {
  const match = take(
    `\\b(?:sort|order|rank|arrange)(?:ed|ing)?\\b(?:\\s+(?:it|them|the|these|all|of|in|csv|rows?|records?|data|file|table|entries))*\\s*(?:‹P\\d+›)?\\s*(?:(?:in\\s+)?(${DOWN}|${UP})(?:\\s+order)?\\s+)?(?:first\\s+)?by\\s+(?:the\\s+)?(?:columns?\\s+)?(${column}${WAY}(?:${MORE}${column}(?:\\s+column)?${WAY})+)(?!\\w)(\\s+both\\b)?`,
  );
  if (match === null) return null;
  const [, all, list = ''] = match;
  const keys = [...list.matchAll(new RegExp(`(?:^|${MORE})(${column})(?:\\s+column)?${WAY}`, 'gi'))].map(
    ([, key, way]) => ({ column: name(key), way }),
  );
  const [first, ...others] = keys;
  if (first === undefined || others.length === 0) return false;
  // "by region and amount descending" may mean one or both.
  const lone = keys.filter(({ way }) => way !== undefined).length === 1 && keys.at(-1)?.way !== undefined;
  if (lone && isDown(keys.at(-1)?.way) && all === undefined && !/\b(?:then|by)\b/i.test(list)) return false;
  const keyOf = (key: { column: string; way: string | undefined }): Key => ({
    column: key.column,
    descending: isDown(key.way ?? all),
  });
  work.sort = { ...keyOf(first), next: others.map(keyOf) };
  return true;
}

const RANGE =
  /\b(?:the\s+)?(?:data\s+)?(?:rows?|records?|entries)\s+(?:numbers?\s+)?(?:from\s+)?(\d+)\s*(?:to|through|thru|until|up to|[-–])\s*(\d+)(?!\w)(?:\s+inclusive)?/i;
const BETWEEN = /\b(?:the\s+)?(?:data\s+)?(?:rows|records|entries)\s+between\s+(\d+)\s+and\s+(\d+)(?!\w)/i;
const ONE =
  /\b(?:the\s+)?(?:data\s+)?(?:row|record|entry)\s+(?:number\s+|no\.?\s+|#\s*)?(\d+)(?!\w)|\b(?:the\s+)?(\d+)(?:st|nd|rd|th)\s+(?:data\s+)?(?:row|record|entry)\b/i;

/** "rows 10 to 20", "row 3", "the 2nd row": the rows below the header, from one. False when there are no such. */
export function readRange(take: Take, work: Draft): boolean {
  const range = take(RANGE) ?? take(BETWEEN);
  const one = range === null ? take(ONE) : null;
  if (range === null && one === null) return true;
  const from = Number(range?.[1] ?? one?.[1] ?? one?.[2]);
  const to = Number(range?.[2] ?? from);
  if (from < 1 || to < from) return false;
  work.range = { from, to };
  return true;
}

const LINK =
  '\\s*(?:value|values)?\\s*(?:of|for|in)?\\s*(?:all\\s+)?(?:the\\s+)?(?:values?\\s+(?:of|in)\\s+)?(?:the\\s+)?(?:columns?\\s+)?';
const QUARTILES: Readonly<Record<string, number>> = {
  first: 25,
  lower: 25,
  second: 50,
  third: 75,
  upper: 75,
};

const PLAIN: Readonly<Record<string, Measure>> = {
  mean: 'mean',
  average: 'mean',
  median: 'median',
  minimum: 'min',
  min: 'min',
  maximum: 'max',
  max: 'max',
};

/** "the 90th percentile of salary", "the third quartile of age", "p95 of amount". */
export function readPercentiles(take: Take, work: Draft, column: string, name: Name): void {
  const measures: TableWork['measures'][number][] = [];
  const ranks = '\\d{1,2}(?:st|nd|rd|th)?';
  const several = take(
    `\\b(?:the\\s+)?(${ranks}(?:\\s*(?:,\\s*and|,|and)\\s*(?:the\\s+)?${ranks})+)[\\s-]percentiles?${LINK}(${column})(?:\\s+(?:column|values?))?`,
  );
  for (const rank of several?.[1]?.match(/\d+/g) ?? [])
    measures.push({ measure: 'percentile', column: name(several?.[2]), at: Number(rank) });
  const [, others = '', rank, target] =
    take(
      `\\b(?:the\\s+)?((?:(?:mean|average|median|minimum|min|maximum|max)\\s*(?:,\\s*and|,|and|&)\\s*(?:the\\s+)?)+)(\\d{1,2})(?:st|nd|rd|th)?[\\s-]percentile${LINK}(${column})(?:\\s+(?:column|values?))?`,
    ) ?? [];
  for (const word of others.match(/[a-z]+/gi) ?? []) {
    const measure = PLAIN[word.toLowerCase()];
    if (measure !== undefined) measures.push({ measure, column: name(target) });
  }
  if (rank !== undefined) measures.push({ measure: 'percentile', column: name(target), at: Number(rank) });
  for (let more = true; more; ) {
    const found =
      take(
        `\\b(?:the\\s+)?(\\d{1,2}(?:\\.\\d+)?)(?:st|nd|rd|th)?[\\s-]percentile${LINK}(${column})(?:\\s+(?:column|values?))?`,
      ) ??
      take(`\\bp(\\d{1,2})${LINK}(${column})(?:\\s+(?:column|values?))?`) ??
      take(
        `\\b(?:the\\s+)?(first|lower|second|third|upper)\\s+quartile${LINK}(${column})(?:\\s+(?:column|values?))?`,
      );
    more = found?.[1] !== undefined;
    if (found?.[1] === undefined) break;
    const at = QUARTILES[found[1].toLowerCase()] ?? Number(found[1]);
    measures.push({ measure: 'percentile', column: name(found[2]), at });
  }
  if (measures.length > 0) {
    work.measures = measures;
    work.ask = 'measure';
  }
}

/** "the correlation between price and quantity": Pearson's, which is what the word alone means. */
export function readCorrelation(take: Take, work: Draft, column: string, name: Name): void {
  const found =
    take(
      `\\b(?:the\\s+)?(?:pearson(?:['’]s)?\\s+)?correlation(?:\\s+coefficient)?\\s+(?:between|of|for)\\s+(?:the\\s+)?(?:columns?\\s+)?(${column})\\s+(?:and|with|to)\\s+(?:the\\s+)?(?:column\\s+)?(${column})(?:\\s+columns?)?`,
    ) ??
    take(
      `\\bhow\\s+(?:strongly\\s+|well\\s+)?(?:correlated\\s+(?:are|is)|(?:do|does))\\s+(?:the\\s+)?(${column})\\s+(?:and|with|correlate with|to)\\s+(?:the\\s+)?(${column})(?:\\s+(?:correlate|correlated|columns?))?`,
    ) ??
    take(`\\bcorrelate\\s+(?:the\\s+)?(${column})\\s+(?:with|and|to)\\s+(?:the\\s+)?(${column})`);
  if (found === null) return;
  work.measures = [{ measure: 'correlation', column: name(found[1]), with: name(found[2]) }];
  work.ask = 'measure';
}
