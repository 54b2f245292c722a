import { Readable } from 'node:stream';

/** What is used of a LevelDB as the package `level` opens it. */
export interface Level {
  getSync(key: string, options: { valueEncoding: 'utf8' }): string | undefined;
  batch(operations: readonly Operation[], options: { valueEncoding: 'utf8' }): Promise<void>;
  keys(options: object): LevelIterator;
  values(options: object): LevelIterator;
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
  createValueStream(options: object): Readable;
}

const PAGE = 100;
/** Where dynalite keeps the entries of secondary indexes. */
const INDEX = 'index-';

/**
 * LevelDB with group commit: writes that arrive while another is under way go to disk together, and each is
 * acknowledged once its group is written. Reads look into the groups first, then into LevelDB without a change of
 * thread, which costs more than the read itself.
 */
export function groupCommit(level: Level): CallbackLevel {
  /** The newest value of each key that is not written yet; null for a deleted one. */
  let gathering = new Map<string, string | null>();
  let writing = new Map<string, string | null>();
  let waiting: Done[] = [];
  let underWay: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    // Everything that arrives in this turn of the event loop joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (gathering.size > 0 || waiting.length > 0) {
      const done = waiting;
      writing = gathering;
      gathering = new Map();
      waiting = [];
      const operations = [...writing].map(
        ([key, value]): Operation => (value === null ? { type: 'del', key } : { type: 'put', key, value }),
      );
      const failure = await level.batch(operations, { valueEncoding: 'utf8' }).then(
        () => null,
        (error: Error) => error,
      );
      writing = new Map();
      for (const tell of done) tell(failure);
    }
    underWay = null;
  }

  function write(key: string, value: unknown): void {
    gathering.set(key, value === undefined ? null : JSON.stringify(value));
  }
  function commit(done: Done): void {
    waiting.push(done);
    underWay ??= writeAll();
  }

  /** An index entry is written before its item, in the same group or an earlier one, and it is the item that counts. */
  function commitWith(key: string, done: Done): void {
    if (key.startsWith(INDEX)) done(null);
    else commit(done);
  }

  /** What LevelDB holds once everything that was written before is in it. */
  async function* read(open: () => LevelIterator): AsyncGenerator<unknown> {
    if (underWay !== null) await new Promise<void>((resolve) => commit(() => resolve()));
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
    get(key, done) {
      const unwritten = gathering.get(key) ?? (gathering.has(key) ? null : writing.get(key));
      const text =
        unwritten === undefined ? level.getSync(key, { valueEncoding: 'utf8' }) : (unwritten ?? undefined);
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
    createValueStream: (options) => Readable.from(read(() => level.values(options))),
  };
}
