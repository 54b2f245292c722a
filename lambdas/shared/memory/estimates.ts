import type { Match } from './memory-store.ts';
import type { MemoryRecord } from './record.ts';

/** What similar tasks took. */
export interface Estimate {
  /** Probability that the plan succeeds at the first try. */
  readonly confidence: number;
  readonly seconds: number | null;
  readonly usd: number | null;
  readonly tokens: number | null;
  /** How many similar plans it comes from; 0 when only the confidence is known, from all plans. */
  readonly similar: number;
}

/** Below this two tasks take their own time. */
const COMPARABLE = 0.5;
/** A stated confidence weighs as much as this many observations. */
const STATED_WEIGHT = 2;
/** Stated confidences are compared in five bins; each needs some observations before it is believed. */
const BINS = 5;
const BIN_PRIOR = 5;

const trialsOf = (record: MemoryRecord): { tried: number; held: number } => {
  // A success after other plans failed is a first try that did not hold.
  const tried = record.successes + record.failures;
  return { tried, held: Math.min(record.first_tries, tried) };
};

const binOf = (confidence: number): number => Math.min(BINS - 1, Math.floor(confidence * BINS));

/**
 * What a stated confidence has been worth: histogram binning (Zadrozny and Elkan, 2001) with the statement itself as a
 * prior of five observations, so that without experience it stays what it is.
 */
export function calibrated(stated: number, records: readonly MemoryRecord[]): number {
  let tried = 0;
  let held = 0;
  for (const record of records) {
    if (record.stated_confidence === null || binOf(record.stated_confidence) !== binOf(stated)) continue;
    const trials = trialsOf(record);
    tried += trials.tried;
    held += trials.held;
  }
  return (held + BIN_PRIOR * stated) / (tried + BIN_PRIOR);
}

/** The value below which half of the weight lies; null without values. */
export function weightedMedian(values: readonly { value: number; weight: number }[]): number | null {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { value, weight } of sorted) {
    passed += weight;
    if (passed >= half) return value;
  }
  return null;
}

/** The estimate from similar memories and everything else that is remembered; null when nothing is known. */
export function estimateFrom(
  matches: readonly Match[],
  all: readonly MemoryRecord[],
  stated: number | null,
): Estimate | null {
  const similar = matches.filter(({ similarity }) => similarity >= COMPARABLE);
  if (similar.length === 0 && (stated === null || all.length === 0)) return null;
  const prior = stated === null ? 0.5 : calibrated(stated, all);
  let weight = STATED_WEIGHT;
  let hope = STATED_WEIGHT * prior;
  for (const { record, similarity } of similar) {
    const { tried, held } = trialsOf(record);
    weight += similarity * tried;
    hope += similarity * held;
  }
  const median = (value: (record: MemoryRecord) => number | null): number | null =>
    weightedMedian(
      similar.flatMap(({ record, similarity }) => {
        const found = record.successes > 0 ? value(record) : null;
        return found === null ? [] : [{ value: found, weight: similarity * record.successes }];
      }),
    );
  return {
    confidence: hope / weight,
    seconds: median((record) => record.seconds),
    usd: median((record) => record.usd),
    tokens: median((record) => record.tokens),
    similar: similar.length,
  };
}

export interface Prediction {
  readonly confidence: number;
  readonly held: boolean;
}

/** Expected calibration error over ten equal bins (Naeini, Cooper and Hauskrecht, 2015); 0 for no predictions. */
export function calibrationError(predictions: readonly Prediction[], bins = 10): number {
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const within = predictions.filter(
      ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)) === bin,
    );
    if (within.length === 0) continue;
    const said = within.reduce((sum, { confidence }) => sum + confidence, 0) / within.length;
    const was = within.filter(({ held }) => held).length / within.length;
    error += (within.length / predictions.length) * Math.abs(said - was);
  }
  return error;
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
/** Share of common words (Jaccard) from which on durations compare. */
const SAME_WORDS = 0.5;
/** Compared while a person waits for the answer. */
const COMPARED = 300;

/** Median seconds of the latest tasks that share most words; null when none does. */
export function secondsByWords(records: readonly MemoryRecord[], description: string): number | null {
  const words = wordsOf(description);
  return weightedMedian(
    records.slice(0, COMPARED).flatMap(({ description: other, seconds, successes }) => {
      if (seconds === null || successes === 0) return [];
      const theirs = wordsOf(other);
      const common = [...words].filter((word) => theirs.has(word)).length;
      const similarity = common / Math.max(1, words.size + theirs.size - common);
      return similarity < SAME_WORDS ? [] : [{ value: seconds, weight: similarity * successes }];
    }),
  );
}
