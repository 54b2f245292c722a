import type { Limits } from '../../../lambdas/shared/stores/limit-store.ts';
import { printJson } from '../context.ts';
import { UsageError } from '../failures.ts';
import type { Terminal } from '../terminal.ts';
import { openAccounts } from './keys.ts';

export interface LimitOptions {
  readonly json?: boolean;
  /** One key of the tenant, by the id that `office keys list` shows; otherwise the tenant as a whole. */
  readonly key?: string;
  readonly requestsPerMinute?: string;
  readonly tasksPerDay?: string;
}

/** A number, or nothing for `none`. */
function limitFrom(option: string, text: string, least: number): number | undefined {
  if (text === 'none') return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new UsageError(`${option} takes a whole number from ${least} on, or none.`);
  return Number(text);
}

const words = ({ requests_per_minute, tasks_per_day }: Limits): string =>
  `${requests_per_minute ?? "the office's own number of"} requests a minute, ${tasks_per_day ?? 'any number of'} tasks a day`;

/** `office tenant limits`: shows what a tenant and its keys may ask, and changes what is given. */
export async function tenantLimits(
  tenantId: string,
  options: LimitOptions,
  terminal: Terminal,
): Promise<number> {
  const { requestsPerMinute, tasksPerDay, key } = options;
  const changes = {
    ...(requestsPerMinute === undefined
      ? {}
      : { requests_per_minute: limitFrom('--requests-per-minute', requestsPerMinute, 1) }),
    ...(tasksPerDay === undefined ? {} : { tasks_per_day: limitFrom('--tasks-per-day', tasksPerDay, 0) }),
  };
  const { limits, store } = await openAccounts({ tenant: tenantId }, terminal);
  if (Object.keys(changes).length > 0) {
    if (key !== undefined && !(await store.listKeys(tenantId)).some(({ key_id }) => key_id === key))
      throw new UsageError(`The tenant ${tenantId} has no API key ${key}: "office keys list" shows them.`);
    const { tenant, keys } = await limits.read(tenantId);
    const known = key === undefined ? tenant : (keys.get(key) ?? {});
    const wanted = Object.entries({ ...known, ...changes }).filter(([, limit]) => limit !== undefined);
    await limits.set(tenantId, key ?? null, Object.fromEntries(wanted));
  }
  const { tenant, keys } = await limits.read(tenantId);
  if (options.json) printJson(terminal, { tenant_id: tenantId, tenant, keys: Object.fromEntries(keys) });
  else {
    terminal.out(`${tenantId}: ${words(tenant)}\n`);
    for (const [id, own] of keys) terminal.out(`  key ${id}: ${words(own)}\n`);
  }
  return 0;
}
