import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HOST, KEEP_ALIVE_MS } from '../loopback.ts';
import { checkValidations, database, dynalite, operationOf, type Store, type Table } from './dynalite.ts';
import { rememberExpressions } from './expressions.ts';
import { createFastPath } from './fast-path/fast-path.ts';
import { groupCommit, type Level, type Records } from './group-commit.ts';
import { watchItemLocks } from './item-locks.ts';
import type { Fields } from './items.ts';
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
  /** How many requests without HTTP were answered by whom. */
  readonly answered: { readonly fastPath: number; readonly dynalite: number };
  /** Serves on a free port of loopback. Returns the base URL. */
  listen(): Promise<string>;
  /** Puts into LevelDB what is in the log only; the next one to open these files does it otherwise. */
  settle(): Promise<void>;
  /** Ends requests over HTTP, settles and lets go of the files. Whoever asks later is told that nobody is there. */
  close(): Promise<void>;
}

type Failure = Error & { statusCode?: number; body?: unknown };

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
/** An entry as text. */
const TEXT = { keyEncoding: 'utf8', valueEncoding: 'utf8' };
/** Entries of a range as text, a megabyte at a time: every hand-over from another thread takes a while. */
const AS_TEXT = { ...TEXT, highWaterMarkBytes: 1024 * 1024 };
/**
 * LevelDB sorts what it has in memory into files on a thread of its own. With room for more it does so seldom, and leaves
 * out what has been written again since.
 */
const LEVEL_OPTIONS = { writeBufferSize: 32 * 1024 * 1024 };

/**
 * DynamoDB on disk: dynalite, whose storage engine commits in groups and whose answers can be had without HTTP.
 * @param log receives what goes wrong later and loses nothing
 */
export async function openDynamodb(path: string, log: (line: string) => void): Promise<Dynamodb> {
  const { store, server, records, settle, end } = await open(path, log);
  await forgetHalfCreated(records);
  const tables = rememberingTables(store);
  const fastPath = createFastPath({ store, records, tableOf: tables.known });
  const operations = new Map(OPERATIONS.map((name) => [name, operationOf(name)]));
  const answered = { fastPath: 0, dynalite: 0 };
  let isClosed = false;

  function askDynalite(name: string, input: unknown): Promise<DynamodbAnswer> {
    return new Promise((resolve, reject) => {
      const operation = operations.get(name);
      if (operation === undefined) throw new Error(`No operation ${name} without HTTP.`);
      const fail = (error: unknown): void => {
        const { statusCode, body } = error as Failure;
        if (statusCode === undefined) reject(error);
        else resolve({ status: statusCode, body });
      };
      try {
        // Types were checked where the command was written: a tenth of the time of a request.
        checkValidations(input, operation.types, operation.custom, tables.store);
        const { remember } = fastPath.learn(name, input as Fields);
        operation.act(tables.store, input, (error, body) => {
          if (error) {
            fail(error);
            return;
          }
          remember();
          resolve({ status: 200, body });
        });
      } catch (error) {
        fail(error);
      }
    });
  }

  return {
    server,
    settle,
    answered,
    async answer(name, input) {
      if (isClosed) throw Object.assign(new Error('The tables are closed.'), { code: 'ECONNRESET' });
      const answer = await fastPath.answer(name, input as Fields);
      answered[answer === null ? 'dynalite' : 'fastPath'] += 1;
      return answer ?? askDynalite(name, input);
    },
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, HOST, resolve);
      });
      server.keepAliveTimeout = KEEP_ALIVE_MS;
      return `http://${HOST}:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      server.closeAllConnections();
      await records.commit();
      await settle().catch((error: unknown) => log(`Writes stay in the log: ${String(error)}`));
      await end();
    },
  };
}

/** Opens dynalite and takes hold of its store, to put another engine below it. */
async function open(
  path: string,
  log: (line: string) => void,
): Promise<Pick<Dynamodb, 'server' | 'settle'> & { store: Store; records: Records; end(): Promise<void> }> {
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
  watchItemLocks(store);
  const { db } = store;
  await db.open(LEVEL_OPTIONS);
  const level: Level = {
    getSync: (key) => db.getSync(key, TEXT),
    // `batch` copies each entry several times, to find out that it is text. What it calls then doesn't look whether
    // LevelDB is open.
    batch: async (operations) => {
      if (db.status !== 'open') throw new Error('LevelDB is closed.');
      await db._batch(operations, TEXT);
    },
    keys: (options) => db.keys(options),
    iterator: (range) => db.iterator({ ...range, ...AS_TEXT }),
  };
  const writeLog = new WriteLog(`${path}-log`);
  const { settle, records, ...calls } = groupCommit(level, writeLog, (error) =>
    log(`LevelDB took no writes: ${String(error)}`),
  );
  Object.assign(db, calls);
  /** dynalite closes LevelDB with its server. */
  async function end(): Promise<void> {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    else await db.close();
    writeLog.close();
  }
  return { server, store, records, settle, end };
}

/**
 * dynalite writes that a table is being created, and a moment later that it is there. A process that was killed between
 * the two left a table that can neither be used, nor deleted, nor created. It is empty: whoever wants it creates it again.
 */
async function forgetHalfCreated(records: Records): Promise<void> {
  for (const { text } of await records.range({ gte: TABLES, lt: `${TABLES}~` })) {
    const { TableName, TableStatus } = JSON.parse(text) as { TableName: string; TableStatus: string };
    if (TableStatus === 'CREATING') records.write(TABLES + TableName, null);
  }
  await records.commit();
}

/** A view of the store for actions on items, which read a table's description each and never change it. */
function rememberingTables(store: Store): { store: Store; known: (name: string) => Table | undefined } {
  const known = new Map<string, Table>();
  const { put, del } = store.db;
  const forget =
    <Change extends (key: string, ...rest: never[]) => void>(change: Change) =>
    (...parameters: Parameters<Change>): void => {
      if (String(parameters[0]).startsWith(TABLES)) known.clear();
      change(...(parameters as [string, ...never[]]));
    };
  Object.assign(store.db, { put: forget(put), del: forget(del) });
  const getTable: Store['getTable'] = (name, done) => {
    const table = known.get(name);
    if (table !== undefined) {
      done(null, table);
      return;
    }
    store.getTable(name, (error, read) => {
      if (!error) known.set(name, read as Table);
      done(error, read);
    });
  };
  return { store: { ...store, getTable }, known: (name) => known.get(name) };
}
