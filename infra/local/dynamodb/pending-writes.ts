import type { RangeOptions } from './range.ts';

/**
 * The newest value of each key that isn't in LevelDB; null for a deleted one. Knows which keys have a partition in common,
 * because nearly every range is within one and there are thousands of keys.
 */
export class PendingWrites extends Map<string, string | null> {
  readonly #partitions = new Map<string, string[]>();
  /** Keys whose partitions aren't known yet: most of these are asked for none. */
  #others: string[] = [];

  constructor(entries: Iterable<readonly [string, string | null]> = []) {
    // A Map would set them before this class has its members.
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  override set(key: string, value: string | null): this {
    const before = this.size;
    super.set(key, value);
    if (this.size > before) this.#others.push(key);
    return this;
  }

  /** Every key of a range, and others. */
  keysNear({ gt = '', gte = gt, lt = '', lte = lt }: RangeOptions): Iterable<string> {
    const partition = partitionOf(gte);
    if (partition === '' || !lte.startsWith(partition)) return this.keys();
    for (const key of this.#others) {
      const own = partitionOf(key);
      const keys = this.#partitions.get(own);
      if (keys === undefined) this.#partitions.set(own, [key]);
      else keys.push(key);
    }
    this.#others = [];
    return this.#partitions.get(partition) ?? [];
  }
}

/** `item-things~1a2b3c/7061/` of `item-things~1a2b3c/7061/736b/`: dynalite's keys have the partition's in front. */
export function partitionOf(key: string): string {
  const first = key.indexOf('/');
  return first < 0 ? '' : key.slice(0, key.indexOf('/', first + 1) + 1);
}
