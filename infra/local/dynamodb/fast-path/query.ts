import type { Attribute, AttributeMap } from '../attributes.ts';
import type { KeyCondition } from '../dynalite.ts';
import type { Fields } from '../items.ts';
import type { RangeOptions } from '../range.ts';
import { areText, hex, partitionStart, type TableKeys } from './keys.ts';

export interface KeyRange {
  readonly range: RangeOptions;
  /** Attributes that say where a page ends. */
  readonly startKey: readonly string[];
}

/** Greater than every character of a key. */
const END = '~';

/** The entries that a query is about; null for what dynalite must read. */
export function rangeOf(
  conditions: Readonly<Record<string, KeyCondition>>,
  keys: TableKeys,
  { IndexName, ScanIndexForward, ConsistentRead }: Fields,
): KeyRange | null {
  const index = keys.indexes.find((candidate) => candidate.index.IndexName === IndexName);
  if (IndexName !== undefined && (index === undefined || ConsistentRead === true)) return null;
  const { partition, sort } = index ?? keys;
  if (!areText(index ?? keys)) return null;
  const partitionKey = textOfKey(conditions[partition]?.AttributeValueList[0]);
  if (partitionKey === null) return null;
  const start = (index ?? keys).start + partitionStart(partitionKey);
  const bounds = boundsOf(start, conditions[sort]);
  if (bounds === null) return null;
  const own = [keys.partition, keys.sort];
  const startKey = index === undefined ? own : [...new Set([...own, partition, sort])];
  return { range: { ...bounds, reverse: ScanIndexForward === false }, startKey };
}

/** The bounds that dynalite has for a condition of the sort key. */
function boundsOf(start: string, condition: KeyCondition | undefined): RangeOptions | null {
  if (condition === undefined) return { gte: start, lt: `${start}${END}` };
  const [low, high] = condition.AttributeValueList.map(textOfKey);
  if (low === null || low === undefined || high === null) return null;
  const from = `${start}${hex(low)}/`;
  switch (condition.ComparisonOperator) {
    case 'EQ':
      return { gte: from, lte: `${from}${END}` };
    case 'LT':
      return { gte: start, lt: from };
    case 'LE':
      return { gte: start, lte: `${from}${END}` };
    case 'GT':
      return { gt: `${from}${END}`, lt: `${start}${END}` };
    case 'GE':
      return { gte: from, lt: `${start}${END}` };
    case 'BEGINS_WITH':
      return { gte: from, lt: `${start}${hex(low)}${END}` };
    case 'BETWEEN':
      return high === undefined || low > high ? null : { gte: from, lte: `${start}${hex(high)}/${END}` };
    default:
      return null;
  }
}

const textOfKey = (attribute: Attribute | undefined): string | null =>
  attribute !== undefined && 'S' in attribute ? attribute.S : null;

/** A page as DynamoDB answers it. */
export function pageOf(
  items: readonly AttributeMap[],
  { startKey }: KeyRange,
  limit: number | undefined,
): Fields {
  const page = { ScannedCount: items.length, Count: items.length, Items: items };
  const last = items.at(-1);
  if (last === undefined || limit === undefined || items.length < limit) return page;
  return { ...page, LastEvaluatedKey: Object.fromEntries(startKey.map((name) => [name, last[name]])) };
}
