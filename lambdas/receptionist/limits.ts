import type { Limits, TenantLimits } from '../shared/stores/limit-store.ts';
import type { Caller } from './endpoint.ts';
import { HttpProblem } from './problem.ts';
import type { RateDecision, RateLimiter } from './rate-limiter.ts';

/** How long a process goes by limits that it has read. */
const TRUSTED_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const DAY_SECONDS = 86_400;

export interface RequestLimits {
  /** Counts a request against its key's limit, and its tenant's where there is one. @throws HttpProblem 429 */
  takeRequest(caller: Caller): Promise<RateDecision[]>;
  /** Counts a task against the quotas of its key and tenant; those without cost no request. @throws HttpProblem 429 */
  takeTask(caller: Caller): Promise<void>;
}

export function createRequestLimits(deps: {
  readonly limiter: RateLimiter;
  readonly read?: (tenantId: string) => Promise<TenantLimits>;
  readonly now: () => Date;
}): RequestLimits {
  const remembered = new Map<string, { limits: Promise<TenantLimits>; until: number }>();

  async function limitsOf(caller: Caller): Promise<{ tenant: Limits; key: Limits }> {
    if (deps.read === undefined) return { tenant: {}, key: {} };
    const time = deps.now().getTime();
    let known = remembered.get(caller.tenant_id);
    if (known === undefined || known.until <= time) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      known = { limits: deps.read(caller.tenant_id), until: time + TRUSTED_MS };
      remembered.set(caller.tenant_id, known);
      known.limits.catch(() => remembered.delete(caller.tenant_id));
    }
    const { tenant, keys } = await known.limits;
    return { tenant, key: keys.get(caller.limit_key) ?? {} };
  }

  return {
    async takeRequest(caller) {
      const { tenant, key } = await limitsOf(caller);
      const decisions = [await deps.limiter.take(caller.limit_key, { limit: key.requests_per_minute })];
      refuse(decisions, 'requests');
      if (tenant.requests_per_minute !== undefined) {
        const of = { name: 'tenant', limit: tenant.requests_per_minute };
        decisions.push(await deps.limiter.take(`tenant:${caller.tenant_id}`, of));
        refuse(decisions, 'requests');
      }
      return decisions;
    },

    async takeTask(caller) {
      const { tenant, key } = await limitsOf(caller);
      const daily = { windowSeconds: DAY_SECONDS, exact: true };
      const decisions: RateDecision[] = [];
      for (const [name, id, limit] of [
        ['key-tasks', caller.limit_key, key.tasks_per_day],
        ['tenant-tasks', `tenant:${caller.tenant_id}`, tenant.tasks_per_day],
      ] as const) {
        if (limit === undefined) continue;
        decisions.push(await deps.limiter.take(`${id}:tasks`, { ...daily, name, limit }));
        refuse(decisions, 'tasks');
      }
    },
  };
}

/** Fields of draft-ietf-httpapi-ratelimit-headers: each policy in requests per window, and what is left of it. */
export const rateHeaders = (decisions: readonly RateDecision[]): Record<string, string> => ({
  'ratelimit-policy': decisions
    .map(({ name, limit, window_seconds }) => `"${name}";q=${limit};w=${window_seconds}`)
    .join(', '),
  ratelimit: decisions
    .map(({ name, remaining, reset_seconds }) => `"${name}";r=${remaining};t=${reset_seconds}`)
    .join(', '),
});

function refuse(decisions: readonly RateDecision[], what: 'requests' | 'tasks'): void {
  const over = decisions.find(({ allowed }) => !allowed);
  if (over === undefined) return;
  const { limit, window_seconds, reset_seconds } = over;
  const whose = over.name.startsWith('tenant') ? 'The tenant' : 'The key';
  throw new HttpProblem(
    429,
    `${whose} may make ${limit} ${what} in ${window_seconds} seconds; go on in ${reset_seconds} seconds.`,
    { headers: { ...rateHeaders(decisions), 'retry-after': String(reset_seconds) } },
  );
}
