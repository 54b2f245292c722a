/** Memories for the same request that would do different things: which of them is believed. */
import type { MemoryRecord } from './record.ts';

/**
 * Keys of memories that failed on a task on which another of these succeeded afterwards: nothing says more about two
 * plans than the same task. It ends when the one succeeds again, or the other fails.
 */
export function outdone(records: readonly MemoryRecord[]): ReadonlySet<string> {
  const better = records.filter(({ successes, failure_streak }) => successes > 0 && failure_streak === 0);
  const worse = new Set(better.flatMap((record) => record.instead_of));
  return new Set(
    records.flatMap(({ key, failure_streak }) => (failure_streak > 0 && worse.has(key) ? [key] : [])),
  );
}

/** A remembered plan that would fit, and what it would do. */
export interface Fitting {
  readonly record: MemoryRecord;
  readonly worth: number;
  readonly does: string;
}

const unanimous = ([first, ...others]: readonly Fitting[]): boolean =>
  first !== undefined && others.every(({ does }) => does === first.does);

/**
 * Those that are left, best first, when they all do the same, or those of them that a person has shown do. Otherwise
 * none: one of them is wrong, and a model has to look.
 */
export function agreeing<T extends Fitting>(fitting: readonly T[]): readonly T[] {
  const beaten = outdone(fitting.map(({ record }) => record));
  const left = fitting.filter(({ record }) => !beaten.has(record.key)).sort((a, b) => b.worth - a.worth);
  const shown = left.filter(({ record }) => record.shown);
  return [left, shown].find(unanimous) ?? [];
}
