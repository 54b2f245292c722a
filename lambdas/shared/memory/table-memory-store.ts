import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { parse, safeParse } from '../parse.ts';
import { tenantPartition } from '../stores/keys.ts';
import { LATEST, type MemoryStore, type NewMemory, REFRESH_MS, type Run } from './memory-store.ts';
import { type MemoryRecord, memoryRecordSchema, toBytes } from './record.ts';
import { createMemoryShelf, type MemoryShelf } from './shelf-of-memories.ts';
import { expiryOf } from './standing.ts';

/** Most memories of one tenant; the worst go first. */
const CAP = 10_000;
/** Deleted in one request. */
const DELETED_AT_ONCE = 25;
/** Changes may reach the index a moment after the table. */
const INDEX_LAG_MS = 10_000;
/** Sorted by the time of the last change. */
const BY_CHANGE = 'by_change';

const partition = (tenantId: string): string => tenantPartition(tenantId, 'MEMORY');
const sortKeyOf = (key: string): string => `MEMORY#${key}`;

export interface TableMemoryStore extends MemoryStore {
  /** Memories by key, read now. */
  get(tenantId: string, keys: readonly string[]): Promise<MemoryRecord[]>;
  /** The latest changed memories, read now in one request. */
  changed(tenantId: string, limit: number): Promise<MemoryRecord[]>;
}

/** Memories in DynamoDB, searched exactly in this process, which reads what has changed at most every 30 seconds. */
export function createTableMemoryStore(deps: {
  client: DynamoDBDocumentClient;
  table: string;
  cap?: number;
  now?: () => number;
  onTrouble?: (what: string, error: unknown) => void;
}): TableMemoryStore {
  const now = deps.now ?? Date.now;
  interface Held {
    readonly shelf: MemoryShelf;
    readAt: number;
    reading: Promise<void>;
  }
  const held = new Map<string, Held>();

  /** One damaged item must not take the others with it. */
  function readable(item: Record<string, unknown>): MemoryRecord[] {
    const parsed = safeParse(memoryRecordSchema, item);
    if (parsed.success) return [parsed.data];
    deps.onTrouble?.(`The memory ${String(item['sk'])} can't be read and is left out.`, parsed.error);
    return [];
  }

  async function query(input: Omit<QueryCommandInput, 'TableName'>, most = Number.POSITIVE_INFINITY) {
    const records: MemoryRecord[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          ...input,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      records.push(...(page.Items ?? []).flatMap(readable));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && records.length < most);
    return records;
  }

  const everything = (tenantId: string) =>
    query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :memories)',
      ExpressionAttributeValues: { ':pk': partition(tenantId), ':memories': sortKeyOf('') },
    });
  const since = (tenantId: string, from: number) =>
    query({
      IndexName: BY_CHANGE,
      KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk > :from',
      ExpressionAttributeValues: { ':pk': partition(tenantId), ':from': new Date(from).toISOString() },
    });

  async function read(tenantId: string, entry: Held, from: number | null): Promise<void> {
    const records = await (from === null
      ? everything(tenantId)
      : since(tenantId, from - INDEX_LAG_MS).catch((error: unknown) => {
          // A table of an office that was set up before the index: the whole partition, then.
          if (error instanceof Error && error.name === 'ValidationException') return everything(tenantId);
          throw error;
        }));
    for (const record of records) entry.shelf.apply(record);
    const beyond = entry.shelf.trim(now(), deps.cap ?? CAP).slice(0, DELETED_AT_ONCE);
    if (beyond.length > 0)
      await deps.client.send(
        new BatchWriteCommand({
          RequestItems: {
            [deps.table]: beyond.map((key) => ({
              DeleteRequest: { Key: { pk: partition(tenantId), sk: sortKeyOf(key) } },
            })),
          },
        }),
      );
  }

  async function shelfOf(tenantId: string): Promise<MemoryShelf> {
    const known = held.get(tenantId);
    if (known !== undefined && now() - known.readAt < REFRESH_MS) {
      await known.reading;
      return known.shelf;
    }
    const from = known?.readAt ?? null;
    const entry: Held = known ?? {
      shelf: createMemoryShelf(),
      readAt: 0,
      reading: Promise.resolve(),
    };
    entry.readAt = now();
    held.set(tenantId, entry);
    entry.reading = read(tenantId, entry, from);
    entry.reading.catch(() => held.delete(tenantId));
    await entry.reading;
    return entry.shelf;
  }

  /** One update of one item; what it became is known to this process at once. */
  async function update(tenantId: string, key: string, change: Change, mustExist: boolean): Promise<boolean> {
    const names = { ...change.names, ...(mustExist ? { '#pk': 'pk' } : {}) };
    try {
      const { Attributes } = await deps.client.send(
        new UpdateCommand({
          TableName: deps.table,
          Key: { pk: partition(tenantId), sk: sortKeyOf(key) },
          UpdateExpression: change.expression,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: change.values,
          ReturnValues: 'ALL_NEW',
          ...(mustExist ? { ConditionExpression: 'attribute_exists(#pk)' } : {}),
        }),
      );
      held.get(tenantId)?.shelf.apply(parse(memoryRecordSchema, Attributes));
      return true;
    } catch (error) {
      // It has expired or gave way to better ones since it was recalled: there is nothing left to change.
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async put(tenantId, { run, vector, ...memory }: NewMemory) {
      const at = new Date(now()).toISOString();
      const change = runChange(run, now(), {
        ...memory,
        vector: toBytes(vector),
        gsi1pk: partition(tenantId),
      });
      await update(
        tenantId,
        memory.key,
        {
          ...change,
          expression: change.expression.replace(
            'SET ',
            'SET created_at = if_not_exists(created_at, :at), ratings = if_not_exists(ratings, :empty), ',
          ),
          values: { ...change.values, ':at': at, ':empty': {} },
        },
        false,
      );
    },

    count: (tenantId, key, run) => update(tenantId, key, runChange(run, now(), {}), true),

    // Each task has one place in the map, so that nobody votes twice.
    rate: (tenantId, key, { task_id, rating, comment }) =>
      update(
        tenantId,
        key,
        {
          expression: 'SET ratings.#task = :rating, #comment = :comment, gsi1sk = :at ADD version :one',
          names: { '#task': task_id, '#comment': 'comment' },
          values: {
            ':rating': rating,
            ':comment': comment,
            ':at': new Date(now()).toISOString(),
            ':one': 1,
          },
        },
        true,
      ),

    async nearest(tenantId, { encoder, vector, limit }) {
      return (await shelfOf(tenantId)).nearest(encoder, vector, limit);
    },
    latest: async (tenantId) => (await shelfOf(tenantId)).latest(LATEST),
    known: (tenantId) => held.get(tenantId)?.shelf.latest(LATEST) ?? [],

    async get(tenantId, keys) {
      if (keys.length === 0) return [];
      const { Responses } = await deps.client.send(
        new BatchGetCommand({
          RequestItems: {
            [deps.table]: { Keys: keys.map((key) => ({ pk: partition(tenantId), sk: sortKeyOf(key) })) },
          },
        }),
      );
      return (Responses?.[deps.table] ?? []).flatMap(readable);
    },
    changed: (tenantId, limit) =>
      query(
        {
          IndexName: BY_CHANGE,
          KeyConditionExpression: 'gsi1pk = :pk',
          ExpressionAttributeValues: { ':pk': partition(tenantId) },
          ScanIndexForward: false,
          Limit: limit,
        },
        1,
      ),
  };
}

interface Change {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

/** The update that counts a run and sets the given attributes. */
function runChange(run: Run, now: number, attributes: Readonly<Record<string, unknown>>): Change {
  const at = new Date(now).toISOString();
  const set: Record<string, unknown> = {
    ...attributes,
    updated_at: at,
    gsi1sk: at,
    expires_at: expiryOf(run.outcome, now),
    seconds: run.seconds,
    usd: run.usd,
    tokens: run.tokens,
    ...(run.lesson === '' ? {} : { lesson: run.lesson }),
    ...(run.outcome === 'succeeded' ? { failure_streak: 0 } : {}),
  };
  const entries = Object.entries(set).filter(([, value]) => value !== undefined);
  const added =
    run.outcome === 'succeeded'
      ? ['successes :one', ...(run.first_try ? ['first_tries :one'] : [])]
      : ['failures :one', 'failure_streak :one'];
  const pitfall = run.pitfall !== undefined && attributes['pitfalls'] === undefined;
  return {
    expression: [
      `SET ${entries.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
      pitfall ? ', pitfalls = list_append(if_not_exists(pitfalls, :none), :pitfall)' : '',
      ` ADD version :one, ${added.join(', ')}`,
    ].join(''),
    names: Object.fromEntries(entries.map(([name], i) => [`#n${i}`, name])),
    values: {
      ...Object.fromEntries(entries.map(([, value], i) => [`:v${i}`, value])),
      ':one': 1,
      ...(pitfall ? { ':pitfall': [run.pitfall], ':none': [] } : {}),
    },
  };
}
