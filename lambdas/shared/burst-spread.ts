/** Says how long a tenant's next message waits, in whole seconds. */
export type BurstSpread = (tenantId: string) => number;

/** A message that finds no place costs a few milliseconds: 50 a second leave the rest of the time to other tenants. */
const LEAST_PER_SECOND = 50;
const MAX_TENANTS = 10_000;

/**
 * Spreads a tenant's messages over the next seconds, so that another tenant's next one does not stand behind all of them.
 *
 * A bucket per tenant: `places` messages go at once, and it empties by as many a second, 50 at least. Counted by this
 * process alone; with P processes at work a burst is spread P times less.
 */
export function createBurstSpread(deps: {
  readonly places: number;
  readonly longestSeconds: number;
  readonly now: () => Date;
}): BurstSpread {
  const { places, longestSeconds, now } = deps;
  const perSecond = Math.max(LEAST_PER_SECOND, places);
  const buckets = new Map<string, { level: number; at: number }>();
  return (tenantId) => {
    const at = now().getTime() / 1000;
    const known = buckets.get(tenantId);
    if (known === undefined && buckets.size >= MAX_TENANTS) buckets.clear();
    const left = known === undefined ? 0 : Math.max(0, known.level - (at - known.at) * perSecond);
    // What waits as long as can be fills the bucket no further: the tenant's next quiet second counts again.
    buckets.set(tenantId, { level: Math.min(left + 1, places + longestSeconds * perSecond), at });
    return Math.min(longestSeconds, Math.max(0, Math.ceil((left - places + 1) / perSecond)));
  };
}
