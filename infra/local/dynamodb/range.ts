import { Readable } from 'node:stream';
import type { Writes } from './write-log.ts';

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

/** The values of a range, parsed: what LevelDB has, under writes that it doesn't have yet (the earlier ones first). */
export function readRange(
  open: (options: RangeOptions) => EntryIterator,
  writes: readonly Writes[],
  { limit = -1, ...range }: RangeOptions,
): Readable {
  const fresh = entriesWithin(range, writes);
  const precedes = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const iterator = open(range);
  const size = limit < 0 ? PAGE : Math.min(PAGE, limit + fresh.length);
  let next = 0;

  /** What comes next, in order; null after the last. */
  async function page(): Promise<string[] | null> {
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
  }

  return new Readable({
    objectMode: true,
    highWaterMark: PAGE,
    async read() {
      try {
        let values = await page();
        while (values?.length === 0) values = await page();
        if (values === null) this.push(null);
        else for (const value of values) this.push(JSON.parse(value));
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    },
    destroy(error, done) {
      iterator.close().then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
    },
  });
}

/** The latest writes of a range, in its order. */
function entriesWithin(
  { gt, gte, lt, lte, reverse }: RangeOptions,
  writes: readonly Writes[],
): [string, string | null][] {
  const found = new Map<string, string | null>();
  for (const layer of writes) {
    for (const [key, value] of layer) {
      if (gte !== undefined ? key < gte : gt !== undefined && key <= gt) continue;
      if (lte !== undefined ? key > lte : lt !== undefined && key >= lt) continue;
      found.set(key, value);
    }
  }
  const entries = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return reverse ? entries.reverse() : entries;
}
