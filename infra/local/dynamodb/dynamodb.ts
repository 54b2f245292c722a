import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { rememberExpressions } from './expressions.ts';
import { type CallbackLevel, groupCommit, type Level } from './group-commit.ts';
import { WriteLog } from './write-log.ts';

/** An answer as DynamoDB's JSON protocol has it; other than 200 the body is an error with `__type`. */
export interface DynamodbAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Dynamodb {
  /** Speaks DynamoDB's HTTP protocol once it listens. */
  readonly server: Server;
  /** Answers a request without HTTP: `operation` as in `PutItem`, `input` in the form of the JSON protocol. */
  answer(operation: string, input: unknown): Promise<DynamodbAnswer>;
  /** Puts into LevelDB what is in the log only; the next one to open these files does it otherwise. */
  settle(): Promise<void>;
}

/** dynalite 4 inside: its parts are CommonJS modules of their own. */
type GetTable = (name: string, done: Callback) => void;
interface Store {
  readonly getTable: GetTable;
  readonly db: CallbackLevel &
    Pick<Level, 'getSync' | 'keys' | 'iterator'> & { open(options: object): Promise<void> };
}
type Callback = (error: unknown, data?: unknown) => void;
type Failure = Error & { statusCode?: number; body?: unknown };
interface Validations {
  checkValidations(data: unknown, types: unknown, custom: unknown, store: Store): void;
}
type Action = (store: Store, data: unknown, done: Callback) => void;

const require = createRequire(import.meta.url);
rememberExpressions();
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
];
/** Where dynalite keeps descriptions of tables. */
const TABLES = 'table~';
/** Entries of a range as text, a megabyte at a time: every hand-over from another thread takes a while. */
const AS_TEXT = { keyEncoding: 'utf8', valueEncoding: 'utf8', highWaterMarkBytes: 1024 * 1024 };
/**
 * LevelDB sorts what it has in memory into files on a thread of its own. With room for more it does so seldom, and leaves
 * out what has been written again since.
 */
const LEVEL_OPTIONS = { writeBufferSize: 32 * 1024 * 1024 };
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/**
 * DynamoDB on disk: dynalite, whose storage engine commits in groups and whose answers can be had without HTTP.
 */
export async function openDynamodb(path: string): Promise<Dynamodb> {
  const { store, server, settle } = await open(path);
  const quickStore = rememberingTables(store);
  const validations = require('dynalite/validations') as Validations;
  const operations = new Map(
    OPERATIONS.map((name) => {
      const file = lowerFirst(name);
      const { types, custom } = require(`dynalite/validations/${file}`) as {
        types: unknown;
        custom: unknown;
      };
      return [name, { types, custom, act: require(`dynalite/actions/${file}`) as Action }];
    }),
  );

  return {
    server,
    settle,
    answer: (name, input) =>
      new Promise((resolve, reject) => {
        const operation = operations.get(name);
        if (operation === undefined) throw new Error(`No operation ${name} without HTTP.`);
        const fail = (error: unknown): void => {
          const { statusCode, body } = error as Failure;
          if (statusCode === undefined) reject(error);
          else resolve({ status: statusCode, body });
        };
        try {
          // Types were checked where the command was written: a tenth of the time of a request.
          validations.checkValidations(input, operation.types, operation.custom, quickStore);
          operation.act(quickStore, input, (error, body) => {
            if (error) fail(error);
            else resolve({ status: 200, body });
          });
        } catch (error) {
          fail(error);
        }
      }),
  };
}

/** Opens dynalite and takes hold of its store, to put another engine below it. */
async function open(path: string): Promise<Pick<Dynamodb, 'server' | 'settle'> & { store: Store }> {
  const database = require('dynalite/db') as { create(options: object): Store };
  const dynalite = require('dynalite') as (options: object) => Server;
  const { create } = database;
  const opened: Store[] = [];
  database.create = (options) => {
    const store = create(options);
    opened.push(store);
    return store;
  };
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  database.create = create;
  const [store] = opened;
  if (store === undefined) throw new Error('dynalite has opened no store.');
  const { db } = store;
  await db.open(LEVEL_OPTIONS);
  // The methods of LevelDB itself, below those that dynalite has put over them.
  const { batch } = Object.getPrototypeOf(db) as Level;
  const level: Level = {
    getSync: (key, options) => db.getSync(key, options),
    batch: (operations, options) => batch.call(db, operations, options),
    keys: (options) => db.keys(options),
    iterator: (range) => db.iterator({ ...range, ...AS_TEXT }),
  };
  const { settle, ...calls } = groupCommit(level, new WriteLog(`${path}-log`), (error) =>
    process.stderr.write(`LevelDB took no writes: ${String(error)}\n`),
  );
  Object.assign(db, calls);
  return { server, store, settle };
}

/** A view of the store for actions on items, which read a table's description each and never change it. */
function rememberingTables(store: Store): Store {
  const known = new Map<string, unknown>();
  const { put, del } = store.db;
  const forget =
    <Change extends (key: string, ...rest: never[]) => void>(change: Change) =>
    (...parameters: Parameters<Change>): void => {
      if (String(parameters[0]).startsWith(TABLES)) known.clear();
      change(...(parameters as [string, ...never[]]));
    };
  Object.assign(store.db, { put: forget(put), del: forget(del) });
  return {
    ...store,
    getTable(name, done) {
      const table = known.get(name);
      if (table !== undefined) {
        done(null, table);
        return;
      }
      store.getTable(name, (error, read) => {
        if (!error) known.set(name, read);
        done(error, read);
      });
    },
  };
}
