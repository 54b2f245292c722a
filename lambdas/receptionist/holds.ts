import type { EventLog } from '../shared/stores/event-log.ts';
import type { HoldStore } from '../shared/stores/hold-store.ts';
import type { SendSuccess } from '../shared/task-tokens.ts';

/**
 * Wakes every execution of the tenant that waits for money. Each goes on where it stopped; one whose call still
 * can't be paid parks itself again.
 *
 * @returns how many were woken
 */
export async function wakeHolds(
  deps: {
    readonly holds: Pick<HoldStore, 'list' | 'lift'>;
    readonly send: SendSuccess;
    readonly events: Pick<EventLog, 'append'>;
  },
  tenantId: string,
): Promise<number> {
  const holds = await deps.holds.list(tenantId);
  const woken = await Promise.all(
    holds.map(async (hold) => {
      // The log first: the execution goes on at once, and its own events must come after this one.
      await deps.events.append(hold, [
        {
          type: 'budget.resumed',
          status: 'executing',
          ...(hold.subtask_id === undefined ? {} : { subtask_id: hold.subtask_id }),
          message: 'The budget was raised; the task goes on',
          data: { place: hold.place },
        },
      ]);
      const heard = await deps.send(hold.task_token, { resumed: true });
      await deps.holds.lift(hold);
      return heard;
    }),
  );
  return woken.filter(Boolean).length;
}
