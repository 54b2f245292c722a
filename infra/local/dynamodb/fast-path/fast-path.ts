import type { AttributeMap } from '../attributes.ts';
import { database, type ItemDb, type Store, type Table } from '../dynalite.ts';
import type { DynamodbAnswer } from '../dynamodb.ts';
import type { Records } from '../group-commit.ts';
import type { Fields } from '../items.ts';
import type { Entry } from '../partition-cache.ts';
import { type Write, writeEntries } from './index-entries.ts';
import { hasKeys, isKeyOf, itemKey, keysOfTable, lockName, type TableKeys } from './keys.ts';
import { areOrdinary, isOrdinaryText } from './ordinary.ts';
import { type KeyRange, pageOf, rangeOf } from './query.ts';
import { keyOf, type Shape, Shapes } from './shapes.ts';
import { applyUpdate } from './update.ts';

/**
 * Answers at once what the office asks again and again, on the same entries and with the same results as dynalite: to
 * read and write ordinary items, with expressions that dynalite has found valid before. What is large, unusual or wrong
 * is dynalite's to answer, which takes validations, locks and asynchronous steps for each request.
 */
export interface FastPath {
  answer(operation: string, input: Fields): Answer;
  /** Takes a validated request before dynalite acts on it; `remember` is for when dynalite has accepted it. */
  learn(operation: string, input: Fields): { remember(): void };
}

export interface FastPathParts {
  readonly store: Store;
  readonly records: Records;
  /** The description of a table that has been used before. */
  readonly tableOf: (name: string) => Table | undefined;
}

/** dynalite locks an item while it is at work on it. */
interface LockedTable extends TableKeys {
  readonly lock: ItemDb['lock'];
}
/** Null, at once or later, for what dynalite must answer. */
type Answer = Promise<DynamodbAnswer | null> | null;

const CONDITION_FAILED: DynamodbAnswer = {
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
  },
};
const COMMON = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
];
/** The members of requests that are understood here. */
const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  GetItem: new Set(['TableName', 'Key', 'ConsistentRead']),
  PutItem: new Set([...COMMON, 'Item']),
  DeleteItem: new Set([...COMMON, 'Key']),
  UpdateItem: new Set([...COMMON, 'Key', 'UpdateExpression']),
  BatchWriteItem: new Set(['RequestItems']),
  Query: new Set([
    'TableName',
    'IndexName',
    'KeyConditionExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ConsistentRead',
    'ScanIndexForward',
    'Limit',
  ]),
};
const LARGEST_BATCH = 25;
/** Characters of a page; DynamoDB ends one at a megabyte. */
const LARGEST_PAGE = 300_000;

export function createFastPath({ store, records, tableOf }: FastPathParts): FastPath {
  const shapes = new Shapes();
  const known = new WeakMap<Table, LockedTable | null>();

  function keysOf(name: unknown): LockedTable | null {
    const table = tableOf(String(name));
    if (table === undefined) return null;
    const found = known.get(table);
    if (found !== undefined) return found;
    const keys = keysOfTable(table);
    const locked = keys === null ? null : { ...keys, lock: store.getItemDb(table.TableName).lock };
    known.set(table, locked);
    return locked;
  }

  /** Where an item is; null while dynalite is at work on it. */
  function placeOf(key: AttributeMap, keys: LockedTable): string | null {
    const place = itemKey(key, keys);
    return keys.lock.isLocked(lockName(place, keys)) ? null : place;
  }

  function read(place: string): AttributeMap | undefined {
    const entry = records.read(place);
    return entry === undefined ? undefined : itemOf(entry);
  }

  /** Writes an item, or deletes it, with its entries in indexes. */
  function write(one: Write, text: string | null, old: AttributeMap | undefined): void {
    writeEntries(records, one, text, old);
    records.write(one.place, text, one.item);
  }

  function getItem({ TableName, Key }: Fields): Answer {
    const keys = keysOf(TableName);
    if (keys === null || !isKeyOf(Key as AttributeMap, keys)) return null;
    const Item = read(itemKey(Key as AttributeMap, keys));
    return Promise.resolve({ status: 200, body: Item === undefined ? {} : { Item } });
  }

  /** A conditional write; `make` makes the new item of a copy of the old one, null when something doesn't fit. */
  function change(
    operation: string,
    input: Fields,
    key: AttributeMap,
    make: (old: AttributeMap | undefined, shape: Shape) => AttributeMap | undefined | null,
  ): Answer {
    const { TableName, ReturnValues = 'NONE' } = input;
    const values = input['ExpressionAttributeValues'] as AttributeMap | undefined;
    const keys = keysOf(TableName);
    if (keys === null || (values !== undefined && !areOrdinary(values))) return null;
    if (ReturnValues !== 'NONE' && ReturnValues !== 'ALL_OLD' && ReturnValues !== 'ALL_NEW') return null;
    const shape = shapes.of(keyOf(operation, input, keys.names));
    const place = shape === undefined ? null : placeOf(key, keys);
    if (shape === undefined || place === null) return null;
    const old = read(place);
    const { condition } = shape;
    shape.fill(input);
    if (condition !== undefined && !database.matchesExprFilter(old ?? {}, condition))
      return Promise.resolve(CONDITION_FAILED);
    const item = make(old, shape);
    if (item === null) return null;
    const text = textOf(item);
    if (text !== null && !isOrdinaryText(text)) return null;
    write({ place, keys, item }, text, old);
    const Attributes = ReturnValues === 'ALL_OLD' ? old : ReturnValues === 'ALL_NEW' ? item : undefined;
    return committed(Attributes === undefined ? {} : { Attributes });
  }

  function committed(body: Fields): Answer {
    return records.commit().then(() => ({ status: 200, body }));
  }

  function putItem(input: Fields): Answer {
    const item = input['Item'] as AttributeMap;
    const keys = keysOf(input['TableName']);
    if (keys === null || !hasKeys(item, keys) || !areOrdinary(item)) return null;
    return change('PutItem', input, item, () => item);
  }

  function deleteItem(input: Fields): Answer {
    const key = input['Key'] as AttributeMap;
    const keys = keysOf(input['TableName']);
    if (keys === null || !isKeyOf(key, keys)) return null;
    return change('DeleteItem', input, key, () => undefined);
  }

  function updateItem(input: Fields): Answer {
    const key = input['Key'] as AttributeMap;
    const keys = keysOf(input['TableName']);
    if (keys === null || !isKeyOf(key, keys)) return null;
    return change('UpdateItem', input, key, (old, { sections }) => {
      const item = { ...(old ?? key) };
      if (sections === undefined || !applyUpdate(sections, item)) return null;
      return hasKeys(item, keys) ? item : null;
    });
  }

  function batchWriteItem({ RequestItems }: Fields): Answer {
    const writes: Write[] = [];
    const places = new Set<string>();
    for (const [table, requests] of Object.entries(RequestItems as Record<string, Fields[]>)) {
      const keys = keysOf(table);
      if (keys === null || requests.length === 0) return null;
      for (const request of requests) {
        const write = writeOf(request, keys);
        if (write === null) return null;
        writes.push(write);
        places.add(write.place);
      }
    }
    if (writes.length === 0 || writes.length > LARGEST_BATCH || places.size < writes.length) return null;
    for (const one of writes)
      write(one, textOf(one.item), one.keys.indexes.length === 0 ? undefined : read(one.place));
    return committed({ UnprocessedItems: {} });
  }

  function writeOf(request: Fields, keys: LockedTable): Write | null {
    const [kind, ...more] = Object.keys(request);
    if (more.length > 0) return null;
    const { Item, Key } = request[kind as string] as { Item?: AttributeMap; Key?: AttributeMap };
    const isPut = kind === 'PutRequest' && Item !== undefined && hasKeys(Item, keys) && areOrdinary(Item);
    const isDelete = kind === 'DeleteRequest' && Key !== undefined && isKeyOf(Key, keys);
    if (!isPut && !isDelete) return null;
    const place = placeOf((Item ?? Key) as AttributeMap, keys);
    return place === null ? null : { place, keys, item: Item };
  }

  function query(input: Fields): Answer {
    const { TableName, Limit } = input;
    const values = input['ExpressionAttributeValues'] as AttributeMap | undefined;
    const keys = keysOf(TableName);
    if (keys === null || values === undefined || !areOrdinary(values)) return null;
    if (Limit !== undefined && !(Number.isInteger(Limit) && (Limit as number) > 0)) return null;
    const shape = shapes.of(keyOf('Query', input, keys.names));
    if (shape?.keyConditions === undefined) return null;
    shape.fill(input);
    const range = rangeOf(shape.keyConditions, keys, input);
    return range === null ? null : readPage(range, Limit as number | undefined);
  }

  async function readPage(range: KeyRange, limit: number | undefined): Promise<DynamodbAnswer | null> {
    const entries = await records.range({ ...range.range, limit: limit ?? -1 });
    if (entries.reduce((sum, { text }) => sum + text.length, 0) > LARGEST_PAGE) return null;
    const items = entries.map(itemOf);
    return { status: 200, body: pageOf(items, range, limit) };
  }

  const operations: Readonly<Record<string, (input: Fields) => Answer>> = {
    GetItem: getItem,
    PutItem: putItem,
    DeleteItem: deleteItem,
    UpdateItem: updateItem,
    BatchWriteItem: batchWriteItem,
    Query: query,
  };

  return {
    answer(operation, input) {
      const members = MEMBERS[operation];
      if (members === undefined) return null;
      for (const name in input) if (!members.has(name)) return null;
      return operations[operation]?.(input) ?? null;
    },
    learn(operation, input) {
      const keys = keysOf(input['TableName']);
      if (keys === null) return { remember: () => undefined };
      return shapes.read(keyOf(operation, input, keys.names), input);
    },
  };
}

const textOf = (item: AttributeMap | undefined): string | null =>
  item === undefined ? null : JSON.stringify(item);

function itemOf(entry: Entry): AttributeMap {
  entry.parsed ??= JSON.parse(entry.text);
  return entry.parsed as AttributeMap;
}
