import { documentClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { createPolicyStore, type PolicyStore } from '../shared/stores/policy-store.ts';
import { createCedarPolicy } from './cedar-policy.ts';
import type { Policy } from './policy.ts';

/** How long a changed policy may take to reach every function. */
const FRESH_MS = 30_000;

export interface TenantPolicies {
  of(tenantId: string): Promise<Policy>;
  /** Told that the tenant's policies changed, so that this process sees it at once. */
  forget(tenantId: string): void;
}

/** The policy of each tenant: the defaults and its own, kept for half a minute. */
export function createTenantPolicies(deps: {
  readonly store: Pick<PolicyStore, 'list'>;
  readonly now?: () => number;
}): TenantPolicies {
  const now = deps.now ?? Date.now;
  const known = new Map<string, { at: number; policy: Promise<Policy> }>();
  const load = async (tenantId: string): Promise<Policy> => {
    const stored = await deps.store.list(tenantId);
    return createCedarPolicy(Object.fromEntries(stored.map(({ name, text }) => [name, text])));
  };
  return {
    of(tenantId) {
      const cached = known.get(tenantId);
      if (cached !== undefined && now() - cached.at < FRESH_MS) return cached.policy;
      const policy = load(tenantId);
      known.set(tenantId, { at: now(), policy });
      policy.catch(() => known.delete(tenantId));
      return policy;
    },
    forget: (tenantId) => void known.delete(tenantId),
  };
}

let shared: TenantPolicies | undefined;

/** One for a process: roles that share one share what is known. */
export function tenantPoliciesFromEnvironment(): TenantPolicies {
  shared ??= createTenantPolicies({
    store: createPolicyStore({
      client: documentClient(),
      table: readEnvironment(['REGISTRY_TABLE']).REGISTRY_TABLE,
    }),
  });
  return shared;
}
