import { Readable } from 'node:stream';
import type { PendingWrites } from './pending-writes.ts';

/** A range of keys as LevelDB's iterators know it; dynalite's keys are ASCII, so that strings compare as bytes do. */
export interface RangeOptions {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** Negative for all. */
  readonly limit?: number;
}

export interface EntryIterator {
  /** The next entries, keys and values as text; none at the end. */
  nextv(size: number): Promise<[key: string, value: string][]>;
  close(): Promise<void>;
}

const PAGE = 100;

export type TextEntry = [key: string, text: string];
type OpenRange = (options: RangeOptions) => EntryIterator;

/** Reads a range page by page: what LevelDB has, under writes that it doesn't have yet (the earlier ones first). */
function pagesOf(open: OpenRange, writes: readonly PendingWrites[], { limit = -1, ...range }: RangeOptions) {
  const fresh = entriesWithin(range, writes);
  const precedes = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const iterator = open(range);
  const size = limit < 0 ? PAGE : Math.min(PAGE, limit + fresh.length);
  let next = 0;

  return {
    /** What comes next, in order; null after the last. */
    async next(): Promise<TextEntry[] | null> {
      const entries = await iterator.nextv(size);
      const found: TextEntry[] = [];
      const take = ([key, value]: readonly [string, string | null]): void => {
        if (value !== null) found.push([key, value]);
      };
      for (const entry of entries) {
        for (let own = fresh[next]; own !== undefined && precedes(own[0], entry[0]); own = fresh[++next])
          take(own);
        const own = fresh[next];
        const isOverwritten = own?.[0] === entry[0];
        if (isOverwritten) next += 1;
        take(isOverwritten ? own : entry);
      }
      if (entries.length > 0) return found;
      if (next === fresh.length) return null;
      for (const own of fresh.slice(next)) take(own);
      next = fresh.length;
      return found;
    },
    close: () => iterator.close(),
  };
}

/** The values of a range, parsed. */
export function readRange(
  open: OpenRange,
  writes: readonly PendingWrites[],
  options: RangeOptions,
): Readable {
  const pages = pagesOf(open, writes, options);
  return new Readable({
    objectMode: true,
    highWaterMark: PAGE,
    async read() {
      try {
        let values = await pages.next();
        while (values?.length === 0) values = await pages.next();
        if (values === null) this.push(null);
        else for (const [, value] of values) this.push(JSON.parse(value));
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    },
    destroy(error, done) {
      pages.close().then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
    },
  });
}

/** The entries of a range as text, up to its limit. */
export async function readEntries(
  open: OpenRange,
  writes: readonly PendingWrites[],
  options: RangeOptions,
): Promise<TextEntry[]> {
  const { limit = -1 } = options;
  const pages = pagesOf(open, writes, options);
  const entries: TextEntry[] = [];
  try {
    for (let page = await pages.next(); page !== null; page = await pages.next()) {
      entries.push(...page);
      if (limit >= 0 && entries.length >= limit) break;
    }
  } finally {
    await pages.close();
  }
  return limit < 0 ? entries : entries.slice(0, limit);
}

/** The latest writes of a range, in its order. */
function entriesWithin(range: RangeOptions, writes: readonly PendingWrites[]): [string, string | null][] {
  const { gt, gte, lt, lte, reverse } = range;
  const found = new Map<string, string | null>();
  for (const layer of writes) {
    for (const key of layer.keysNear(range)) {
      if (gte !== undefined ? key < gte : gt !== undefined && key <= gt) continue;
      if (lte !== undefined ? key > lte : lt !== undefined && key >= lt) continue;
      found.set(key, layer.get(key) ?? null);
    }
  }
  const entries = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return reverse ? entries.reverse() : entries;
}
