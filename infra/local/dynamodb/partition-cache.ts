import { partitionOf } from './pending-writes.ts';
import type { RangeOptions } from './range.ts';

/** An entry's value: JSON text, parsed when somebody has asked for it. Nobody changes what is parsed. */
export interface Entry {
  readonly text: string;
  parsed?: unknown;
}

interface Partition {
  /** Null for a deleted entry, which LevelDB may still have. */
  readonly entries: Map<string, Entry | null>;
  /** Keys in order; made when a range is read. */
  sorted: string[] | null;
  /** False while it is being loaded: what isn't here may be in LevelDB. */
  isComplete: boolean;
  /** Since room was last made. */
  isUsed: boolean;
}

export interface PartitionCacheOptions {
  /** Reads what LevelDB and unfinished writes hold at the time of the call. */
  readonly load: (range: RangeOptions) => Promise<[key: string, text: string][]>;
  /** Characters of all values to keep. */
  readonly most?: number;
  /** Entries of a partition that is worth having as a whole; a task's are about a hundred. */
  readonly largest?: number;
}

const MOST = 16 * 1024 * 1024;
const LARGEST = 1_000;
/** Reads before a partition is loaded: many hold one item that is read once. */
const FIRST_READS = 2;
/** Partitions whose reads are counted. */
const COUNTED = 10_000;
const TOO_LARGE = Number.POSITIVE_INFINITY;

/**
 * Whole partitions in memory, those that were used last: a running task asks for items of its own partition again and
 * again, and most of all for items that aren't there yet. LevelDB would be asked each time.
 */
export class PartitionCache {
  readonly #load: PartitionCacheOptions['load'];
  readonly #most: number;
  readonly #largest: number;
  /** The next one to give up first, unless it has been used. */
  readonly #partitions = new Map<string, Partition>();
  /** Of partitions that aren't here; `TOO_LARGE` for one that never will be. */
  readonly #reads = new Map<string, number>();
  #size = 0;

  constructor({ load, most = MOST, largest = LARGEST }: PartitionCacheOptions) {
    this.#load = load;
    this.#most = most;
    this.#largest = largest;
  }

  /** Takes note of a write; null deletes. `parsed` is what the text says, if it is at hand. */
  write(key: string, text: string | null, parsed?: unknown): void {
    const name = partitionOf(key);
    const partition = this.#partitions.get(name);
    if (partition === undefined) return;
    this.#put(partition, key, text === null ? null : { text, parsed });
    if (partition.entries.size > this.#largest) this.#refuse(name);
    else this.#makeRoom();
  }

  /** An entry, undefined for none; null when only LevelDB knows. */
  read(key: string): Entry | undefined | null {
    const name = partitionOf(key);
    const partition = this.#use(name);
    const entry = partition?.entries.get(key);
    if (entry !== undefined) return entry ?? undefined;
    if (partition?.isComplete) return undefined;
    if (partition === undefined) {
      const reads = this.#countRead(name);
      if (reads > FIRST_READS && reads !== TOO_LARGE) void this.#fill(name);
    }
    return null;
  }

  /** The entries of a range within a partition; null when only LevelDB knows. */
  async range(options: RangeOptions): Promise<Entry[] | null> {
    const { gt = '', gte = gt, lt = '', lte = lt } = options;
    const name = partitionOf(gte);
    if (name === '' || !lte.startsWith(name)) return null;
    let partition = this.#use(name);
    if (partition === undefined && this.#countRead(name) !== TOO_LARGE) {
      await this.#fill(name);
      partition = this.#use(name);
    }
    return partition?.isComplete ? entriesWithin(partition, options) : null;
  }

  /** Forgets everything: something that was written is lost. */
  clear(): void {
    this.#partitions.clear();
    this.#size = 0;
  }

  #use(name: string): Partition | undefined {
    const partition = this.#partitions.get(name);
    if (partition !== undefined) partition.isUsed = true;
    return partition;
  }

  #countRead(name: string): number {
    const reads = (this.#reads.get(name) ?? 0) + 1;
    if (this.#reads.size === COUNTED && !this.#reads.has(name)) this.#reads.clear();
    this.#reads.set(name, reads);
    return reads;
  }

  async #fill(name: string): Promise<void> {
    const partition: Partition = { entries: new Map(), sorted: null, isComplete: false, isUsed: true };
    this.#partitions.set(name, partition);
    const limit = this.#largest + 1;
    const loaded = await this.#load({ gte: name, lt: `${name}~`, limit }).catch(() => null);
    if (this.#partitions.get(name) !== partition) return;
    if (loaded === null) this.#drop(name);
    else if (loaded.length === limit) this.#refuse(name);
    else {
      // What was written meanwhile is newer.
      for (const [key, text] of loaded) if (!partition.entries.has(key)) this.#put(partition, key, { text });
      partition.isComplete = true;
      this.#reads.delete(name);
      this.#makeRoom();
    }
  }

  #put(partition: Partition, key: string, entry: Entry | null): void {
    const { entries } = partition;
    const old = entries.get(key);
    this.#size += (entry?.text.length ?? 0) - (old?.text.length ?? 0);
    if (!old !== !entry) partition.sorted = null;
    entries.set(key, entry);
  }

  #refuse(name: string): void {
    this.#drop(name);
    this.#reads.set(name, TOO_LARGE);
  }

  #drop(name: string): void {
    for (const entry of this.#partitions.get(name)?.entries.values() ?? [])
      this.#size -= entry?.text.length ?? 0;
    this.#partitions.delete(name);
  }

  #makeRoom(): void {
    // One that has been used comes round once more.
    for (const [name, partition] of this.#partitions) {
      if (this.#size <= this.#most) return;
      if (partition.isUsed) {
        partition.isUsed = false;
        this.#partitions.delete(name);
        this.#partitions.set(name, partition);
      } else this.#drop(name);
    }
  }
}

function entriesWithin(
  partition: Partition,
  { gt, gte, lt, lte, reverse, limit = -1 }: RangeOptions,
): Entry[] {
  const found: Entry[] = [];
  const { entries } = partition;
  partition.sorted ??= sortedKeys(entries);
  const { sorted } = partition;
  for (let n = 0; n < sorted.length && (limit < 0 || found.length < limit); n++) {
    const key = sorted[reverse ? sorted.length - 1 - n : n] as string;
    if (gte !== undefined ? key < gte : gt !== undefined && key <= gt) continue;
    if (lte !== undefined ? key > lte : lt !== undefined && key >= lt) continue;
    found.push(entries.get(key) as Entry);
  }
  return found;
}

function sortedKeys(entries: Partition['entries']): string[] {
  const keys: string[] = [];
  for (const [key, entry] of entries) if (entry !== null) keys.push(key);
  return keys.sort();
}
