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

type OpenRange = (options: RangeOptions) => EntryIterator;

/** Reads a range page by page: what LevelDB has, under writes that it doesn't have yet (the earlier ones first). */
function pagesOf(open: OpenRange, writes: readonly PendingWrites[], { limit = -1, ...range }: RangeOptions) {
  const fresh = entriesWithin(range, writes);
  const precedes = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const iterator = open(range);
  const size = limit < 0 ? PAGE : Math.min(PAGE, limit + fresh.length);
  let next = 0;

  return {
    /** What comes next, as text and in order; null after the last. */
    async next(): Promise<string[] | null> {
      const entries = await iterator.nextv(size);
      const values: string[] = [];
      const take = (value: string | null): void => {
        if (value !== null) values.push(value);
      };
      for (const [key, value] of entries) {
        for (let own = fresh[next]; own !== undefined && precedes(own[0], key); own = fresh[++next])
          take(own[1]);
        if (fresh[next]?.[0] === key) take(fresh[next++]?.[1] ?? null);
        else take(value);
      }
      if (entries.length > 0) return values;
      if (next === fresh.length) return null;
      for (const [, value] of fresh.slice(next)) take(value);
      next = fresh.length;
      return values;
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
        else for (const value of values) this.push(JSON.parse(value));
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

/** The values of a range as text, up to its limit. */
export async function readTexts(
  open: OpenRange,
  writes: readonly PendingWrites[],
  options: RangeOptions,
): Promise<string[]> {
  const { limit = -1 } = options;
  const pages = pagesOf(open, writes, options);
  const texts: string[] = [];
  try {
    for (let page = await pages.next(); page !== null; page = await pages.next()) {
      texts.push(...page);
      if (limit >= 0 && texts.length >= limit) break;
    }
  } finally {
    await pages.close();
  }
  return limit < 0 ? texts : texts.slice(0, limit);
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
