import { Readable } from 'node:stream';
import { atEndOfTurn } from '../end-of-turn.ts';
import { type Entry, PartitionCache } from './partition-cache.ts';
import { PendingWrites } from './pending-writes.ts';
import { type EntryIterator, type RangeOptions, readEntries, readRange } from './range.ts';
import type { WriteLog } from './write-log.ts';

/** What is used of a LevelDB as the package `level` opens it. */
export interface Level {
  getSync(key: string): string | undefined;
  batch(operations: readonly Operation[]): Promise<void>;
  keys(options: object): LevelIterator;
  iterator(options: RangeOptions): EntryIterator;
}
interface LevelIterator {
  nextv(size: number): Promise<unknown[]>;
  close(): Promise<void>;
}
type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };
type Done = (error?: Error | null) => void;

/** The calls that dynalite makes, with callbacks. */
export interface CallbackLevel {
  get(key: string, done: (error: Error | null, value?: unknown) => void): void;
  put(key: string, value: unknown, done: Done): void;
  del(key: string, done: Done): void;
  batch(operations: readonly { type: 'put' | 'del'; key: string; value?: unknown }[], done: Done): void;
  createKeyStream(options?: object): Readable;
  createValueStream(options: RangeOptions): Readable;
}

/** The same entries without callbacks. What is parsed must not be changed. */
export interface Records {
  /** As written last, whether it is logged yet or not. */
  read(key: string): Entry | undefined;
  /** Null deletes. Follow it with `commit` in the same turn. `parsed` is what the text says, if it is at hand. */
  write(key: string, text: string | null, parsed?: unknown): void;
  /** Resolves when all writes up to now are logged. */
  commit(): Promise<void>;
  range(options: RangeOptions): Promise<Entry[]>;
}

const PAGE = 100;
/** Where dynalite keeps the entries of secondary indexes. */
const INDEX = 'index-';
/** From so many bytes on, what is logged goes into LevelDB. */
const MOST_LOGGED = 1024 * 1024;

/**
 * LevelDB behind a log, with group commit: the writes of one turn of the event loop go into the log together, and each
 * is acknowledged then. LevelDB gets them when they are many, and until then reads find them here: to hand LevelDB a write
 * costs several times as much as to log it, as another thread does it, and most keys are written more than once. A single
 * key LevelDB reads on this thread, which costs less than the change to another.
 */
export function groupCommit(
  level: Level,
  log: WriteLog,
  onRefusal: (error: unknown) => void,
): CallbackLevel & { readonly records: Records; settle(): Promise<void> } {
  /** Not logged yet. */
  let gathering = new PendingWrites();
  let waiting: Done[] = [];
  /** Of this turn, for all who ask for one. */
  let commitment: Promise<void> | null = null;
  /** Logged, and not in LevelDB. */
  let logged = new PendingWrites(log.read());
  let settling = new PendingWrites();
  let settlement: Promise<void> | null = null;
  const load = (options: RangeOptions) =>
    readEntries((range) => level.iterator(range), [settling, logged, gathering], options);
  const cache = new PartitionCache({ load });

  function commit(done: Done): void {
    waiting.push(done);
    if (waiting.length === 1) atEndOfTurn('tables', logAll);
  }

  function logAll(): void {
    const told = waiting;
    const group = gathering;
    waiting = [];
    commitment = null;
    gathering = new PendingWrites();
    let failure: Error | null = null;
    try {
      if (group.size > 0) log.append(group);
      for (const [key, value] of group) logged.set(key, value);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      cache.clear();
    }
    for (const tell of told) tell(failure);
    // What LevelDB refuses stays logged, and is tried again when as much has come in.
    if (log.size > MOST_LOGGED) settle().catch(onRefusal);
  }

  function settle(): Promise<void> {
    settlement ??= settleAll().finally(() => {
      settlement = null;
    });
    return settlement;
  }

  async function settleAll(): Promise<void> {
    if (logged.size === 0) return;
    settling = logged;
    logged = new PendingWrites();
    const forget = log.turnPage();
    const operations = [...settling].map(
      ([key, value]): Operation => (value === null ? { type: 'del', key } : { type: 'put', key, value }),
    );
    try {
      await level.batch(operations);
      forget();
    } catch (error) {
      logged = new PendingWrites([...settling, ...logged]);
      throw error;
    } finally {
      settling = new PendingWrites();
    }
  }

  function unsettled(key: string): string | null | undefined {
    for (const writes of [gathering, logged, settling]) {
      const value = writes.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  function textOf(key: string): string | undefined {
    const value = unsettled(key);
    return value === undefined ? level.getSync(key) : (value ?? undefined);
  }

  function entryOf(key: string): Entry | undefined {
    const cached = cache.read(key);
    if (cached !== null) return cached;
    const text = textOf(key);
    return text === undefined ? undefined : { text };
  }

  function writeText(key: string, text: string | null, parsed?: unknown): void {
    gathering.set(key, text);
    cache.write(key, text, parsed);
  }

  const write = (key: string, value: unknown): void =>
    writeText(key, value === undefined ? null : JSON.stringify(value));

  /** An index entry is written before its item, in the same group or an earlier one, and it is the item that counts. */
  function commitWith(key: string, done: Done): void {
    if (key.startsWith(INDEX)) done(null);
    else commit(done);
  }

  /** What LevelDB holds once everything that was written before is in it. */
  async function* read(open: () => LevelIterator): AsyncGenerator<unknown> {
    if (waiting.length > 0) await new Promise<void>((resolve) => commit(() => resolve()));
    // One under way may have begun too early.
    if (settlement !== null) await settlement;
    await settle();
    const iterator = open();
    try {
      for (;;) {
        const page = await iterator.nextv(PAGE);
        if (page.length === 0) return;
        yield* page;
      }
    } finally {
      await iterator.close();
    }
  }

  return {
    settle,
    get(key, done) {
      const text = textOf(key);
      done(null, text === undefined ? undefined : JSON.parse(text));
    },
    put(key, value, done) {
      write(key, value);
      commitWith(key, done);
    },
    del(key, done) {
      write(key, undefined);
      commitWith(key, done);
    },
    batch(operations, done) {
      for (const { type, key, value } of operations) write(key, type === 'del' ? undefined : value);
      commit(done);
    },
    createKeyStream: (options = {}) => Readable.from(read(() => level.keys(options))),
    createValueStream: (options) =>
      readRange((range) => level.iterator(range), [settling, logged, gathering], options),
    records: {
      read: entryOf,
      write: writeText,
      commit() {
        commitment ??= new Promise((resolve, reject) =>
          commit((failure) => {
            if (failure) reject(failure);
            else resolve();
          }),
        );
        return commitment;
      },
      range: async (options) =>
        (await cache.range(options)) ?? (await load(options)).map(([, text]) => ({ text })),
    },
  };
}
