import type { MemoryRecord } from './record.ts';

const DAY_MS = 86_400_000;
/** After this long without use half of what was learned is believed. */
const HALF_LIFE_DAYS = 90;
/** Days an unused memory is kept. */
const KEPT_DAYS = { succeeded: 180, failed: 45 } as const;

/** Of a plan that passed every check: four good runs of five, before anything is known. Beta(4, 1). */
const PRIOR = { good: 4, bad: 1 } as const;
/** People who rate a plan below this don't want it again. */
const UNWANTED_RATING = 2.5;
/** What a run counts that nobody has rated. */
const NO_COMPLAINT = 3;
/** A plan that failed when it was last used is believed less, and praise does not make up for it. */
const FAILING = 0.6;
/** Three ratings of "neither good nor bad" stand against a first one. */
const PRIOR_RATINGS = { mean: 3, count: 3 } as const;

export interface Standing {
  /** Probability that the plan works once more: the mean of a Beta distribution over its runs, older ones fading. */
  readonly trust: number;
  /** Mean rating, null without any. */
  readonly rating: number | null;
  /** Bad memory: kept as a warning, never offered as a success. */
  readonly quarantined: boolean;
  /** Too many of its runs were complained about: not to be reused without a model's look. */
  readonly unwanted: boolean;
  /** For ranking and for the cap, 0 to about 1.2. */
  readonly worth: number;
}

type Judged = Pick<
  MemoryRecord,
  'successes' | 'failures' | 'failure_streak' | 'ratings' | 'updated_at' | 'reusable'
>;

/**
 * How a memory stands at a time (milliseconds since the epoch). Ratings move it by a fifth either way, lift no quarantine
 * and make up for no failure: what people say can't outweigh what happened.
 */
export function standingOf(record: Judged, now: number): Standing {
  const age = Math.max(0, now - Date.parse(record.updated_at)) / DAY_MS;
  const fading = 0.5 ** (age / HALF_LIFE_DAYS);
  const good = record.successes * fading;
  const bad = record.failures * fading;
  const trust = (PRIOR.good + good) / (PRIOR.good + PRIOR.bad + good + bad);
  const ratings = Object.values(record.ratings);
  const sum = ratings.reduce((total, rating) => total + rating, 0);
  const settled = (PRIOR_RATINGS.mean * PRIOR_RATINGS.count + sum) / (PRIOR_RATINGS.count + ratings.length);
  // A well-proven plan survives one failure; a plan that fails as often as it succeeds, or twice running, does not.
  const quarantined =
    record.failure_streak >= 2 || (record.failure_streak === 1 && record.failures >= record.successes);
  const silent = Math.max(0, record.successes - ratings.length);
  const opinion = (sum + NO_COMPLAINT * silent) / Math.max(1, ratings.length + silent);
  const praise = 1 + 0.1 * (settled - 3);
  const known = record.successes === 0 ? 0.3 : 1;
  return {
    trust,
    rating: ratings.length === 0 ? null : sum / ratings.length,
    quarantined,
    unwanted: ratings.length > 0 && opinion < UNWANTED_RATING,
    worth:
      known *
      trust *
      (0.5 + 0.5 * fading) *
      (record.failure_streak === 0 ? praise : FAILING * Math.min(1, praise)) *
      (quarantined ? 0.5 : 1),
  };
}

/** When a memory that is used now is forgotten, in seconds since the epoch. */
export const expiryOf = (outcome: 'succeeded' | 'failed', now: number): number =>
  Math.floor((now + KEPT_DAYS[outcome] * DAY_MS) / 1000);
