import type { Priority, TaskKey } from '../../schemas/task.ts';
import type { SlotStore } from '../shared/stores/slot-store.ts';

export interface Admission {
  /**
   * Takes the tenant's slot for the task when both the tenant and the whole office have one to give.
   * @param again ask although the tenant had none a moment ago
   */
  admit(
    key: TaskKey,
    priority: Priority,
    again?: boolean,
  ): Promise<'admitted' | 'tenant_full' | 'office_full'>;
}

/** What share of the office's places a priority may fill: the last ones are kept for what is more urgent. */
const SHARE: Readonly<Record<Priority, number>> = { high: 1, normal: 0.9, low: 0.8 };
const FRESH_MS = 1_000;

/** A tenant's tasks that find no place join its line, where they are counted again: a short memory costs none a place. */
const FULL_MS = 250;
const MAX_FULL = 1_000;

/**
 * Limits by tenant, exact, and over all tenants, from a count at most a second old plus this process's own admissions
 * since: with P dispatchers at work the office's limit may be passed by what P − 1 of them admit within a second.
 */
export function createAdmission(deps: {
  readonly slots: Pick<SlotStore, 'take' | 'running'>;
  readonly maxPerTenant: number;
  readonly maxRunning: number;
  readonly now: () => Date;
}): Admission {
  let counted = { at: Number.NEGATIVE_INFINITY, running: Promise.resolve(0) };
  let admitted = 0;
  /** Tenants without a free place, and until when that is taken for granted. */
  const full = new Map<string, number>();

  function running(): Promise<number> {
    const now = deps.now().getTime();
    if (now - counted.at >= FRESH_MS) {
      counted = { at: now, running: deps.slots.running() };
      admitted = 0;
      // A failed count is not kept; whoever asked for it hears of it.
      counted.running.catch(() => {
        counted = { at: Number.NEGATIVE_INFINITY, running: Promise.resolve(0) };
      });
    }
    return counted.running;
  }

  return {
    async admit(key, priority, again = false) {
      const places = Math.max(1, Math.floor(deps.maxRunning * SHARE[priority]));
      if ((await running()) + admitted >= places) return 'office_full';
      const now = deps.now().getTime();
      if ((full.get(key.tenant_id) ?? 0) > now && !again) return 'tenant_full';
      admitted += 1;
      if (await deps.slots.take(key, deps.maxPerTenant)) return 'admitted';
      admitted -= 1;
      if (full.size >= MAX_FULL) full.clear();
      full.set(key.tenant_id, now + FULL_MS);
      return 'tenant_full';
    },
  };
}
