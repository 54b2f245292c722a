import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ClaimCheck } from '../../../schemas/references.ts';
import type { Cost, TaskKey, TaskStatus } from '../../../schemas/task.ts';
import { OfficeError } from '../errors.ts';
import { parse } from '../parse.ts';
import { expiry, META, taskPartition, tenantPartition } from './keys.ts';
import { type TaskRecord, taskRecordSchema } from './task-record.ts';

/** Someone else moved the task first; the loser has nothing to do. */
export class TaskStateConflictError extends OfficeError {
  override readonly name = 'TaskStateConflictError';
  constructor(taskId: string, transition: string) {
    super(`Task ${taskId} is no longer in a state from which it can be ${transition}.`);
  }
}

export class TaskNotFoundError extends OfficeError {
  override readonly name = 'TaskNotFoundError';
  constructor(taskId: string) {
    super(`There is no task ${taskId}.`);
  }
}

/** How a task ends. */
export type TaskEnding =
  | { readonly status: 'completed'; readonly result: ClaimCheck; readonly cost: Cost }
  | {
      readonly status: 'failed' | 'cancelled';
      readonly error: { name: string; message: string };
      readonly cost: Cost;
    };

/** What a redrive may change about a task. */
export type RedriveChanges = Partial<
  Pick<TaskRecord, 'description' | 'criteria' | 'constraints' | 'plan' | 'deadline' | 'resume'>
>;

/** Tasks, as named transitions; each is one conditional write, and a lost race is `TaskStateConflictError`. */
export interface TaskStore {
  /** The durable acceptance of a task. */
  accept(record: TaskRecord): Promise<void>;
  /** An uploading task's workspace is complete. */
  finishUpload(key: TaskKey, inputs: Record<string, string>): Promise<TaskRecord>;
  /** accepted → started, for the execution of this run: exactly one dispatcher wins, and no message of an earlier run. */
  start(key: TaskKey, executionArn: string, run: number): Promise<TaskRecord>;
  /** Notes that a message for an accepted task is under way until then. */
  postpone(key: TaskKey, until: Date): Promise<void>;
  /** ended (failed) → accepted, for a redrive, with what the redrive changes. */
  reopen(key: TaskKey, changes?: RedriveChanges): Promise<TaskRecord>;
  /** any open stage → ended: exactly one ending wins. */
  end(key: TaskKey, ending: TaskEnding): Promise<TaskRecord>;
  get(key: TaskKey): Promise<TaskRecord | null>;
  /** Newest first. `cursor` is opaque. */
  list(
    tenantId: string,
    options: { limit: number; cursor?: string },
  ): Promise<{ tasks: TaskRecord[]; cursor: string | null }>;
  /**
   * Tasks that have not ended, over all tenants, for the sweeper: a page of at most four times `limit`, oldest first.
   * `next` continues after it and is null at the end.
   */
  listActive(options: {
    limit: number;
    after?: string;
  }): Promise<{ tasks: TaskRecord[]; next: string | null }>;
}

/** Spreads the index of active tasks over partitions; a partition takes about 1,000 writes a second. */
const ACTIVITY_SHARDS = 4;
const shardOf = (taskId: string): number => {
  let sum = 0;
  for (const character of taskId) sum = (sum + (character.codePointAt(0) ?? 0)) % ACTIVITY_SHARDS;
  return sum;
};
const activity = (record: Pick<TaskRecord, 'task_id' | 'created_at'>) => ({
  gsi2pk: `ACTIVE#${shardOf(record.task_id)}`,
  gsi2sk: `${record.created_at}#${record.task_id}`,
});

const encodeCursor = (key: Record<string, unknown>): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

export class InvalidCursorError extends OfficeError {
  override readonly name = 'InvalidCursorError';
}

/** A key of the index `by_time`: with any other the table refuses to go on. */
const pageKeySchema = z.strictObject({
  pk: z.string(),
  sk: z.literal(META),
  gsi1pk: z.string(),
  gsi1sk: z.string().min(1),
});

/** The cursor holds a key of the tenant's own partition, or it is refused. */
function decodeCursor(cursor: string, partition: string): Record<string, unknown> {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new InvalidCursorError('The cursor is not one that this office gave out.', { cause });
  }
  const parsed = pageKeySchema.safeParse(key);
  const tenant = partition.slice(0, partition.lastIndexOf('#') + 1);
  if (!parsed.success || parsed.data.gsi1pk !== partition || !parsed.data.pk.startsWith(tenant))
    throw new InvalidCursorError('The cursor is not one that this office gave out.');
  return parsed.data;
}

export function createTaskStore(deps: {
  client: DynamoDBDocumentClient;
  table: string;
  now?: () => Date;
}): TaskStore {
  const { client, table } = deps;
  const now = () => (deps.now ?? (() => new Date()))().toISOString();

  async function read(key: TaskKey): Promise<TaskRecord | null> {
    const answer = await client.send(
      new GetCommand({ TableName: table, Key: { pk: taskPartition(key), sk: META }, ConsistentRead: true }),
    );
    return answer.Item === undefined ? null : parse(taskRecordSchema, answer.Item);
  }

  async function update(
    key: TaskKey,
    transition: string,
    from: readonly TaskRecord['stage'][],
    changes: {
      set: Record<string, unknown>;
      remove?: readonly string[];
      add?: Record<string, number>;
      /** The run that it must be at. */
      run?: number;
    },
  ): Promise<TaskRecord> {
    const names: Record<string, string> = { '#stage': 'stage' };
    const values: Record<string, unknown> = Object.fromEntries(from.map((stage, i) => [`:from${i}`, stage]));
    const set = Object.entries({ ...changes.set, updated_at: now() }).map(([name, value], i) => {
      names[`#s${i}`] = name;
      values[`:s${i}`] = value;
      return `#s${i} = :s${i}`;
    });
    if (changes.run !== undefined) {
      names['#run'] = 'runs';
      values[':run'] = changes.run;
    }
    const remove = (changes.remove ?? []).map((name, i) => {
      names[`#r${i}`] = name;
      return `#r${i}`;
    });
    const add = Object.entries(changes.add ?? {}).map(([name, value], i) => {
      names[`#a${i}`] = name;
      values[`:a${i}`] = value;
      return `#a${i} :a${i}`;
    });
    try {
      const answer = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: taskPartition(key), sk: META },
          UpdateExpression: [
            `SET ${set.join(', ')}`,
            remove.length > 0 ? `REMOVE ${remove.join(', ')}` : '',
            add.length > 0 ? `ADD ${add.join(', ')}` : '',
          ].join(' '),
          ConditionExpression: `#stage IN (${from.map((_, i) => `:from${i}`).join(', ')})${changes.run === undefined ? '' : ' AND #run = :run'}`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return parse(taskRecordSchema, answer.Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException)
        throw new TaskStateConflictError(key.task_id, transition);
      throw error;
    }
  }

  return {
    async accept(record) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...record,
              pk: taskPartition(record),
              sk: META,
              expires_at: expiry(new Date(record.created_at)),
              gsi1pk: tenantPartition(record.tenant_id, 'TASKS'),
              gsi1sk: `${record.created_at}#${record.task_id}`,
              ...activity(record),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException)
          throw new TaskStateConflictError(record.task_id, 'accepted');
        throw error;
      }
    },

    finishUpload: (key, inputs) =>
      update(key, 'started', ['uploading'], { set: { stage: 'accepted', status: 'submitted', inputs } }),

    start: (key, executionArn, run) =>
      update(key, 'started', ['accepted'], {
        set: { stage: 'started', status: 'decomposing', execution_arn: executionArn, started_at: now() },
        add: { runs: 1 },
        run,
      }),

    async postpone(key, until) {
      try {
        await update(key, 'postponed', ['accepted'], { set: { queued_until: until.toISOString() } });
      } catch (error) {
        // Started or ended meanwhile: the sweeper has other questions about it.
        if (!(error instanceof TaskStateConflictError)) throw error;
      }
    },

    reopen: async (key, changes = {}) => {
      const record = await read(key);
      if (record === null) throw new TaskNotFoundError(key.task_id);
      return update(key, 'redriven', ['ended'], {
        set: { ...changes, stage: 'accepted', status: 'submitted' satisfies TaskStatus, ...activity(record) },
        remove: ['error', 'completed_at', 'result', 'queued_until'],
      });
    },

    end: (key, ending) =>
      update(key, ending.status, ['uploading', 'accepted', 'started'], {
        set: { stage: 'ended', completed_at: now(), ...ending },
        remove: ['gsi2pk', 'gsi2sk'],
      }),

    get: read,

    async list(tenantId, options) {
      const partition = tenantPartition(tenantId, 'TASKS');
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by_time',
          KeyConditionExpression: 'gsi1pk = :pk',
          ExpressionAttributeValues: { ':pk': partition },
          ScanIndexForward: false,
          Limit: options.limit,
          ...(options.cursor === undefined
            ? {}
            : { ExclusiveStartKey: decodeCursor(options.cursor, partition) }),
        }),
      );
      return {
        tasks: (page.Items ?? []).map((item) => parse(taskRecordSchema, item)),
        cursor: page.LastEvaluatedKey === undefined ? null : encodeCursor(page.LastEvaluatedKey),
      };
    },

    async listActive({ limit, after }) {
      const shards = await Promise.all(
        Array.from({ length: ACTIVITY_SHARDS }, (_, shard) =>
          client.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'by_activity',
              KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk >= :after',
              ExpressionAttributeValues: {
                ':pk': `ACTIVE#${shard}`,
                ':after': after ?? '0',
              },
              Limit: limit,
            }),
          ),
        ),
      );
      // Shards end at different times; the next page starts where the first of them was cut off.
      const cuts = shards.flatMap((page) =>
        page.LastEvaluatedKey === undefined ? [] : [String(page.Items?.at(-1)?.['gsi2sk'])],
      );
      const next = cuts.length === 0 ? null : `${cuts.reduce((a, b) => (a < b ? a : b))} `;
      const items = shards
        .flatMap((page) => page.Items ?? [])
        .filter((item) => next === null || String(item['gsi2sk']) < next);
      return { tasks: items.map((item) => parse(taskRecordSchema, item)), next };
    },
  };
}
