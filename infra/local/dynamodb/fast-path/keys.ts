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
  readonly indexes: readonly IndexKeys[];
  /** Attributes that are a key of the table or of an index. */
  readonly names: ReadonlySet<string>;
}
export interface IndexKeys extends Keys {
  readonly index: Index;
}

const LONGEST_PARTITION_KEY = 2048;
const LONGEST_SORT_KEY = 1024;
/** A task's items have one partition, and many are written one after the other. */
const REMEMBERED_PARTITIONS = 2_000;

/** Null for a table that only dynalite knows how to write. */
export function keysOfTable(table: Table): TableKeys | null {
  const own = keysOf(table.KeySchema, table);
  if (own === null || !areText(own) || table.LocalSecondaryIndexes !== undefined) return null;
  const indexes: IndexKeys[] = [];
  for (const index of table.GlobalSecondaryIndexes ?? []) {
    const keys = keysOf(index.KeySchema, table);
    if (keys === null) return null;
    indexes.push({ index, ...keys });
  }
  const names = new Set(table.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  return { table, ...own, names, indexes };
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
export function hasKeys(item: AttributeMap, { partition, sort, indexes }: TableKeys): boolean {
  if (!isKey(item[partition], LONGEST_PARTITION_KEY) || !isKey(item[sort], LONGEST_SORT_KEY)) return false;
  return indexes.every(({ types }) => {
    for (const name in types) {
      const attribute = item[name];
      if (attribute !== undefined && !((types[name] as string) in attribute)) return false;
    }
    return true;
  });
}

/** Whether a key is the table's, and nothing besides. */
export function isKeyOf(key: AttributeMap, keys: TableKeys): boolean {
  return Object.keys(key).length === 2 && hasKeys(key, { ...keys, indexes: [] });
}

function isKey(attribute: Attribute | undefined, longest: number): boolean {
  if (attribute === undefined || !('S' in attribute)) return false;
  return attribute.S !== '' && attribute.S.length <= longest;
}

export const textOf = (attribute: Attribute | undefined): string => (attribute as { S: string }).S;

const partitions = new Map<string, string>();

/** The start of all keys with a partition key, as dynalite makes it. */
export function partitionStart(partitionKey: string): string {
  let start = partitions.get(partitionKey);
  if (start === undefined) {
    start = `${database.hashPrefix(partitionKey, 'S')}/${hex(partitionKey)}/`;
    if (partitions.size === REMEMBERED_PARTITIONS) partitions.clear();
    partitions.set(partitionKey, start);
  }
  return start;
}

export const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');

/** Where dynalite keeps an item. */
export function itemKey(key: AttributeMap, { table, partition, sort }: TableKeys): string {
  return `item-${table.TableName}~${partitionStart(textOf(key[partition]))}${hex(textOf(key[sort]))}/`;
}

/** dynalite's name for what `itemKey` gives, without the table's part. */
export const lockName = (itemKey: string): string => itemKey.slice(itemKey.indexOf('~') + 1);

export const indexStart = (table: string, index: string): string => `index-global~${table}~${index}~`;
