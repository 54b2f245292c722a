import type { Attribute, AttributeMap } from '../attributes.ts';
import { database, type Index, type Table } from '../dynalite.ts';

interface Keys {
  readonly partition: string;
  readonly sort: string;
  /** `S`, `N` or `B` of each. */
  readonly types: Readonly<Record<string, string>>;
}
/** A table as far as the fast path goes: with a partition key and a sort key that are text, and global indexes. */
export interface TableKeys extends Keys {
  readonly table: Table;
  /** The start of all keys of items. */
  readonly start: string;
  readonly indexes: readonly IndexKeys[];
  /** Attributes that are a key of the table or of an index. */
  readonly names: ReadonlySet<string>;
}
export interface IndexKeys extends Keys {
  readonly index: Index;
  /** The start of all keys of entries. */
  readonly start: string;
  /** Whether an entry is the item, under a key that is text. */
  readonly isPlain: boolean;
}

const LONGEST_PARTITION_KEY = 2048;
const LONGEST_SORT_KEY = 1024;
/** A task's items have one partition, and many are written one after the other; some again and again. */
const REMEMBERED = 2_000;

/** Null for a table that only dynalite knows how to write. */
export function keysOfTable(table: Table): TableKeys | null {
  const { TableName } = table;
  const own = keysOf(table.KeySchema, table);
  if (own === null || !areText(own) || table.LocalSecondaryIndexes !== undefined) return null;
  const indexes: IndexKeys[] = [];
  for (const index of table.GlobalSecondaryIndexes ?? []) {
    const keys = keysOf(index.KeySchema, table);
    if (keys === null) return null;
    const start = `index-global~${TableName}~${index.IndexName}~`;
    const isPlain = areText(keys) && index.Projection.ProjectionType === 'ALL';
    indexes.push({ index, start, isPlain, ...keys });
  }
  const names = new Set(table.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  return { table, start: `item-${TableName}~`, ...own, names, indexes };
}

export const areText = ({ types }: Keys): boolean => Object.values(types).every((type) => type === 'S');

function keysOf(schema: Table['KeySchema'], { AttributeDefinitions }: Table): Keys | null {
  const [partition, sort] = schema.map(({ AttributeName }) => AttributeName);
  if (partition === undefined || sort === undefined) return null;
  const own = AttributeDefinitions.filter(({ AttributeName: name }) => name === partition || name === sort);
  const types = Object.fromEntries(
    own.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  return { partition, sort, types };
}

/** Whether the keys of the table, and what is there of the indexes' ones, are what they should be. */
export function hasKeys(item: AttributeMap, keys: TableKeys): boolean {
  if (!hasOwnKeys(item, keys)) return false;
  for (const { types } of keys.indexes) {
    for (const name in types) {
      const attribute = item[name];
      if (attribute !== undefined && !((types[name] as string) in attribute)) return false;
    }
  }
  return true;
}

/** Whether a key is the table's, and nothing besides. */
export function isKeyOf(key: AttributeMap, keys: TableKeys): boolean {
  return Object.keys(key).length === 2 && hasOwnKeys(key, keys);
}

const hasOwnKeys = (item: AttributeMap, { partition, sort }: TableKeys): boolean =>
  isKey(item[partition], LONGEST_PARTITION_KEY) && isKey(item[sort], LONGEST_SORT_KEY);

function isKey(attribute: Attribute | undefined, longest: number): boolean {
  if (attribute === undefined || !('S' in attribute)) return false;
  return attribute.S !== '' && attribute.S.length <= longest;
}

export const textOf = (attribute: Attribute | undefined): string => (attribute as { S: string }).S;

/** Of what has a hash in it, which takes longer to make than all else of a key. */
function remember(known: Map<string, string>, key: string, made: string): string {
  if (known.size === REMEMBERED) known.clear();
  known.set(key, made);
  return made;
}

const partitions = new Map<string, string>();

/** The start of all keys with a partition key, as dynalite makes it. */
export const partitionStart = (partitionKey: string): string =>
  partitions.get(partitionKey) ??
  remember(partitions, partitionKey, `${database.hashPrefix(partitionKey, 'S')}/${hex(partitionKey)}/`);

/** Room for a sort key, whose characters have three bytes at most. */
const bytes = Buffer.alloc(3 * LONGEST_SORT_KEY);

export function hex(text: string): string {
  if (text.length > LONGEST_SORT_KEY) return Buffer.from(text).toString('hex');
  return bytes.toString('hex', 0, bytes.write(text));
}

/** Where dynalite keeps an item. */
export function itemKey(key: AttributeMap, { start, partition, sort }: TableKeys): string {
  return `${start}${partitionStart(textOf(key[partition]))}${hex(textOf(key[sort]))}/`;
}

const ends = new Map<string, string>();

/** What tells the entries in indexes of the item at a place from others with the same index keys. */
export const entryEnd = (place: string, item: AttributeMap, { partition, sort }: TableKeys): string =>
  ends.get(place) ??
  remember(ends, place, database.hashPrefix(textOf(item[partition]), 'S', textOf(item[sort]), 'S'));

/** Where dynalite keeps an item's entry in a plain index; undefined when it has none. */
export function entryKey(
  item: AttributeMap | undefined,
  { start, partition, sort }: IndexKeys,
  end: string,
): string | undefined {
  const first = item?.[partition];
  const second = item?.[sort];
  if (first === undefined || second === undefined) return undefined;
  return `${start}${partitionStart(textOf(first))}${hex(textOf(second))}/${end}`;
}

/** dynalite's name for what `itemKey` gives, without the table's part. */
export const lockName = (itemKey: string, { start }: TableKeys): string => itemKey.slice(start.length);
