import type { TaskKey } from '../../schemas/task.ts';
import type { SlotStore } from './stores/slot-store.ts';
import type { WaitingLine, WaitingTask } from './stores/waiting-line.ts';
import type { SendTask } from './task-queue.ts';

/**
 * The places of tenants among the running tasks, and the lines of those who wait for one. A task that ends calls the
 * next of its tenant, so that waiting costs nothing, however many wait.
 *
 * Two sides race: who finds no place joins the line and then counts the places again; who frees a place looks into the
 * line after that. One of them sees the other, whatever the order. What a crash between two of these steps leaves
 * behind is found by `refill`.
 */
export interface Places {
  /** Puts a task into its tenant's line. Returns how many of the tenant's tasks ran when everybody could know of it. */
  wait(task: WaitingTask): Promise<number>;
  /** Takes a task out that has found a place, or needs none any more. */
  leave(task: WaitingTask): Promise<void>;
  /** Frees the task's place and calls the next of its tenant. Freeing twice frees one. */
  release(key: TaskKey): Promise<void>;
  /** Calls the next one in the place of a task that was called and needs no place any more. */
  pass(tenantId: string): Promise<void>;
  /** Calls as many as have room, should a call have been lost. Returns how many. */
  refill(tenantId: string, limit: number): Promise<number>;
}

/** Looked at, and called, at once; a tenant with more room than this gets the rest at the next look. */
const CALLED_AT_ONCE = 25;

export function createPlaces(deps: {
  readonly slots: Pick<SlotStore, 'release' | 'announce' | 'withdraw' | 'load'>;
  readonly line: WaitingLine;
  readonly send: SendTask;
}): Places {
  /** A called task stays in the line until it starts, so that a call that a crash swallowed is made again. */
  async function call(tenantId: string, wanted: number): Promise<{ called: number; isEmpty: boolean }> {
    let called = 0;
    for (;;) {
      const { next, isEmpty } = await deps.line.head(tenantId, CALLED_AT_ONCE);
      for (const task of next) {
        if (called === wanted) break;
        // Otherwise somebody else calls it, and this place is for the one after it.
        if (!(await deps.line.claim(task))) continue;
        await deps.send(task.message, task.priority, 0);
        called += 1;
      }
      if (called === wanted || next.length === 0) return { called, isEmpty };
    }
  }

  async function callNext(tenantId: string, announced: number): Promise<void> {
    if (announced === 0) return;
    if ((await call(tenantId, 1)).isEmpty) await deps.slots.withdraw(tenantId, announced);
  }

  return {
    async wait(task) {
      await deps.line.join(task);
      return deps.slots.announce(task.message.tenant_id);
    },
    leave: (task) => deps.line.leave(task),
    release: async (key) => callNext(key.tenant_id, await deps.slots.release(key)),
    pass: async (tenantId) => void (await call(tenantId, 1)),
    async refill(tenantId, limit) {
      const { running, announced } = await deps.slots.load(tenantId);
      if (announced === 0 || running >= limit) return 0;
      return (await call(tenantId, Math.min(CALLED_AT_ONCE, limit - running))).called;
    },
  };
}
