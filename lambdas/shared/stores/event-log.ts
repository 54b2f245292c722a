import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type NewEvent, type TaskEvent, taskEventSchema } from '../../../schemas/events.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { OfficeError } from '../errors.ts';
import { idsInOrder } from '../ids.ts';
import { parse } from '../parse.ts';
import { expiry, META, range, sortKey, taskPartition } from './keys.ts';

const nextId = idsInOrder();

/** A document written in the same request as the events that announce it. */
export interface LoggedDocument {
  /** The partition, when it is not the task's own. */
  readonly pk?: string;
  readonly sk: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export class WriteThrottledError extends OfficeError {
  override readonly name = 'WriteThrottledError';
  override readonly retryable = true;
}

/** The ordered log of each task; status, progress and the tree of steps are folded from it. */
export interface EventLog {
  /**
   * Appends events and puts documents in one request (at most 25 items). Event ids (ULID) order by time;
   * appending again after a lost answer only repeats lines, documents are whole and overwrite themselves.
   */
  append(key: TaskKey, events: readonly NewEvent[], documents?: readonly LoggedDocument[]): Promise<void>;
  /** Events after `cursor` (an event id), oldest first. */
  list(key: TaskKey, options?: { after?: string; limit?: number }): Promise<TaskEvent[]>;
  /** The task's `META` item and every event in one query, for views. */
  read(key: TaskKey): Promise<{ meta: Record<string, unknown> | null; events: TaskEvent[] }>;
}

interface Put {
  readonly PutRequest: { readonly Item: Record<string, unknown> };
}

const parseEvent = (item: Record<string, unknown>): TaskEvent => {
  const { pk: _pk, sk: _sk, expires_at: _ttl, ...event } = item;
  return parse(taskEventSchema, event);
};

export function createEventLog(deps: {
  client: DynamoDBDocumentClient;
  table: string;
  now?: () => Date;
}): EventLog {
  const { client, table } = deps;
  const now = deps.now ?? (() => new Date());

  async function query(
    key: TaskKey,
    from: string,
    to: string,
    limit?: number,
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': taskPartition(key), ':from': from, ':to': to },
          ConsistentRead: true,
          ...(limit === undefined ? {} : { Limit: limit - items.length }),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && (limit === undefined || items.length < limit));
    return items;
  }

  return {
    async append(key, events, documents = []) {
      const pk = taskPartition(key);
      const time = now();
      const expires_at = expiry(time);
      const puts = events.map((event): Put => {
        const { at = time.toISOString() } = event;
        const id = nextId(event.at === undefined ? time.getTime() : Date.parse(at));
        return { PutRequest: { Item: { ...event, pk, sk: sortKey.event(id), expires_at, id, at } } };
      });
      // A document may name its own expiry: audits outlive tasks.
      for (const { pk: own = pk, sk, body } of documents)
        puts.push({ PutRequest: { Item: { expires_at, ...body, pk: own, sk } } });
      for (let from = 0; from < puts.length; from += 25) {
        let requests = puts.slice(from, from + 25);
        for (let attempt = 0; requests.length > 0; attempt++) {
          // 8 attempts with doubling pauses wait 25 ms × (2^7 − 1) ≈ 3.2 s at most.
          if (attempt === 8)
            throw new WriteThrottledError('DynamoDB left items of a batch unprocessed eight times.');
          if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 25 * 2 ** (attempt - 1)));
          const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
          requests = (answer.UnprocessedItems?.[table] ?? []) as typeof requests;
        }
      }
    },

    async list(key, options = {}) {
      const [first, last] = range(sortKey.event(''));
      // U+0020 sorts before every ULID character: the smallest key past the cursor's own.
      const from = options.after === undefined ? first : `${sortKey.event(options.after)} `;
      return (await query(key, from, last, options.limit)).map(parseEvent);
    },

    async read(key) {
      const items = await query(key, sortKey.event(''), META);
      const meta = items.find((item) => item['sk'] === META) ?? null;
      return {
        meta,
        events: items.filter((i) => String(i['sk']).startsWith(sortKey.event(''))).map(parseEvent),
      };
    },
  };
}
