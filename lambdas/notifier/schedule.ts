/**
 * Waits before the second to the tenth attempt, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 20 h,
 * 71.6 hours together. After https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
 * which asks for several days with growing waits and jitter.
 */
const WAITS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000] as const;

export const MAX_ATTEMPTS = WAITS.length + 1;
/** SQS delays a message by 15 minutes at most; a longer wait is made of several. */
export const LONGEST_DELAY_SECONDS = 900;

/** When the next attempt may start, with a tenth of jitter both ways; null when there is none. */
export function nextAttempt(attempts: number, at: Date, random: number): Date | null {
  const wait = WAITS[attempts - 1];
  return wait === undefined ? null : new Date(at.getTime() + wait * 1000 * (0.9 + random / 5));
}

/** Seconds that a message for that time is delayed by; the rest is waited for by sending it again. */
export const delayUntil = (at: Date, now: Date): number =>
  Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000)));
