/** What the Retry and Catch of a state make of an error, as Amazon States Language says. */
import type { Json, JsonObject } from '../../../schemas/json.ts';

interface Matcher {
  readonly ErrorEquals: readonly string[];
}
export interface Retrier extends Matcher {
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
export interface Catcher extends Matcher {
  readonly Next: string;
  readonly ResultPath?: string | null;
}

export interface Handling {
  readonly isTask: boolean;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

/** An error that says whether Retry and Catch may see it; one that says nothing, they may. */
interface Failure extends Error {
  readonly isRetryable?: boolean;
  readonly isCatchable?: boolean;
}

export function handlingOf({ Type, Retry, Catch }: JsonObject): Handling {
  return {
    isTask: Type === 'Task',
    retriers: (Retry ?? []) as unknown as Retrier[],
    catchers: (Catch ?? []) as unknown as Catcher[],
  };
}

/**
 * Milliseconds until the next attempt; null when there is none. `tries` counts the attempts that each retrier has
 * asked for in this visit to the state.
 */
export function delayBeforeRetry(
  { isTask, retriers }: Handling,
  tries: number[],
  error: Failure,
): number | null {
  if (error.isRetryable === false) return null;
  const index = retriers.findIndex((retrier) => isMatch(retrier, error, isTask));
  const retrier = retriers[index];
  if (retrier === undefined) return null;
  const {
    IntervalSeconds = 1,
    MaxAttempts = 3,
    BackoffRate = 2,
    MaxDelaySeconds,
    JitterStrategy = 'NONE',
  } = retrier;
  const made = tries[index] ?? 0;
  if (made >= MaxAttempts) return null;
  tries[index] = made + 1;
  const longest = MaxDelaySeconds ?? Number.POSITIVE_INFINITY;
  const delay = Math.min(IntervalSeconds * BackoffRate ** made, longest) * 1000;
  return JitterStrategy === 'FULL' ? Math.floor(Math.random() * (delay + 1)) : delay;
}

/** The catcher for an error, and what it puts into the document. */
export function catcherOf(
  { isTask, catchers }: Handling,
  error: Failure,
): { catcher: Catcher; output: Json } | null {
  if (error.isCatchable === false) return null;
  const catcher = catchers.find((one) => isMatch(one, error, isTask));
  return catcher === undefined ? null : { catcher, output: { Error: error.name, Cause: error.message } };
}

function isMatch({ ErrorEquals }: Matcher, { name }: Error, isTask: boolean): boolean {
  return ErrorEquals.some(
    (wanted) =>
      wanted === name ||
      wanted === 'States.ALL' ||
      (wanted === 'States.TaskFailed' && isTask && name !== 'States.Timeout'),
  );
}
