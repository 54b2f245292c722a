import type { Budget } from '../shared/llm/budget.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { Hold, HoldStore } from '../shared/stores/hold-store.ts';
import type { SendSuccess } from '../shared/task-tokens.ts';

export interface WakeDeps {
  readonly holds: Pick<HoldStore, 'list' | 'lift'>;
  readonly send: SendSuccess;
  readonly events: Pick<EventLog, 'append'>;
}

/** @returns whether the execution still waited */
async function wake(
  deps: Omit<WakeDeps, 'holds'> & { readonly holds: Pick<HoldStore, 'lift'> },
  hold: Hold,
  why: string,
): Promise<boolean> {
  // The log first: the execution goes on at once, and its own events must come after this one.
  await deps.events.append(hold, [
    {
      type: 'budget.resumed',
      status: 'executing',
      ...(hold.subtask_id === undefined ? {} : { subtask_id: hold.subtask_id }),
      message: `${why}; the task goes on`,
      data: { place: hold.place },
    },
  ]);
  const heard = await deps.send(hold.task_token, { resumed: true });
  await deps.holds.lift(hold);
  return heard;
}

/**
 * Wakes every execution of the tenant that waits for money. Each goes on where it stopped; one whose call still
 * can't be paid parks itself again.
 *
 * @returns how many were woken
 */
export async function wakeHolds(deps: WakeDeps, tenantId: string): Promise<number> {
  const holds = await deps.holds.list(tenantId);
  const woken = await Promise.all(holds.map((hold) => wake(deps, hold, 'The budget was raised')));
  return woken.filter(Boolean).length;
}

/**
 * Wakes what can be paid by now without anybody raising a budget: a new day or month (UTC) began, calls under way cost
 * less than their worst case, or the budget was raised in the instant before the execution parked itself. Oldest first,
 * and no more than there is money for.
 *
 * @returns how many were woken
 */
export async function wakePayableHolds(deps: {
  readonly holds: Pick<HoldStore, 'listAll' | 'lift'>;
  readonly budget: (tenantId: string) => Promise<Budget>;
  readonly send: SendSuccess;
  readonly events: Pick<EventLog, 'append'>;
}): Promise<number> {
  const holds = await deps.holds.listAll();
  const left = new Map<string, number>();
  for (const tenant of new Set(holds.map((hold) => hold.tenant_id))) {
    const { day, month } = await deps.budget(tenant);
    left.set(tenant, Math.min(day.available_usd ?? Infinity, month.available_usd ?? Infinity));
  }
  let woken = 0;
  for (const hold of holds) {
    const available = left.get(hold.tenant_id) ?? 0;
    if (available <= 0 || available < (hold.needed_usd ?? 0)) continue;
    left.set(hold.tenant_id, available - (hold.needed_usd ?? available));
    if (await wake(deps, hold, 'There is money again')) woken += 1;
  }
  return woken;
}
