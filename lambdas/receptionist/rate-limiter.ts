/** Where processes share their counts. */
export interface RateCounter {
  /** Adds to the key's count of a window (`start` in epoch seconds) and returns the sum, own part included. */
  add(keyId: string, start: number, count: number, windowSeconds: number): Promise<number>;
}

export interface RateDecision {
  /** What was counted: `key` unless the caller says something else. */
  readonly name: string;
  readonly allowed: boolean;
  readonly limit: number;
  readonly window_seconds: number;
  /** Requests left in this window, as far as this process knows. */
  readonly remaining: number;
  /** Seconds to the end of the window. */
  readonly reset_seconds: number;
}

export interface RateLimiter {
  take(id: string, of?: RateOptions): Promise<RateDecision>;
}

export interface RateOptions {
  readonly name?: string;
  /** Absent: the office's own. */
  readonly limit?: number | undefined;
  /** A minute unless given. */
  readonly windowSeconds?: number;
  /** Taken one by one, a write each, so that nothing is refused before the limit. */
  readonly exact?: boolean;
}

const WINDOW_SECONDS = 60;
/** A process takes this part of a window's requests at once. */
const LEASES_PER_WINDOW = 20;
const MAX_KEYS = 10_000;

interface Lease {
  readonly start: number;
  left: number;
  /** What all processes have taken, as of this process's last lease. */
  taken: number;
  exhausted: boolean;
  renewal: Promise<void> | null;
}

/**
 * Fixed windows, of a minute unless asked for others, leased in parts of a twentieth.
 *
 * Bounds: over all processes never more than `limit` requests are let through in a window; the counter is written
 * at most 20 times a window and key plus once a process (a request costs 20/limit writes, 0.03 with 600 a minute);
 * with P processes at most P × (limit/20 − 1) requests may be refused although others' leases were not used up.
 */
export function createRateLimiter(deps: {
  readonly counter: RateCounter;
  readonly limit: number;
  readonly now?: () => Date;
}): RateLimiter {
  const { counter } = deps;
  const now = deps.now ?? (() => new Date());
  const leases = new Map<string, Lease>();

  function leaseOf(keyId: string, start: number): Lease {
    const known = leases.get(keyId);
    if (known?.start === start) return known;
    if (leases.size >= MAX_KEYS) leases.clear();
    const lease: Lease = { start, left: 0, taken: 0, exhausted: false, renewal: null };
    leases.set(keyId, lease);
    return lease;
  }

  async function renew(
    keyId: string,
    lease: Lease,
    limit: number,
    { windowSeconds = WINDOW_SECONDS, exact = false }: RateOptions,
  ): Promise<void> {
    const part = exact ? 1 : Math.max(1, Math.ceil(limit / LEASES_PER_WINDOW));
    const sum = await counter.add(keyId, lease.start, part, windowSeconds);
    const granted = Math.max(0, Math.min(part, limit - (sum - part)));
    lease.taken = Math.min(limit, sum);
    lease.left += granted;
    lease.exhausted = granted < part;
  }

  return {
    async take(keyId, of = {}) {
      const { name = 'key', limit = deps.limit, windowSeconds = WINDOW_SECONDS } = of;
      const seconds = now().getTime() / 1000;
      const start = Math.floor(seconds / windowSeconds) * windowSeconds;
      const lease = leaseOf(keyId, start);
      while (lease.left === 0 && !lease.exhausted) {
        // Requests that come while a lease is fetched wait for that one.
        lease.renewal ??= renew(keyId, lease, limit, of).finally(() => {
          lease.renewal = null;
        });
        await lease.renewal;
      }
      const allowed = lease.left > 0;
      if (allowed) lease.left -= 1;
      return {
        name,
        allowed,
        limit,
        window_seconds: windowSeconds,
        remaining: limit - lease.taken + lease.left,
        reset_seconds: Math.max(1, Math.ceil(start + windowSeconds - seconds)),
      };
    },
  };
}
