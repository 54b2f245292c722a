import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPlaces } from '../../../lambdas/shared/places.ts';
import type { SlotStore } from '../../../lambdas/shared/stores/slot-store.ts';
import type { WaitingLine, WaitingTask } from '../../../lambdas/shared/stores/waiting-line.ts';

const TENANT = 'acme';
const LIMIT = 2;
const RANK = { high: 0, normal: 1, low: 2 } as const;
const taskOf = (id: string, priority: WaitingTask['priority']): WaitingTask => ({
  message: { tenant_id: TENANT, task_id: id, attempt: 1 },
  priority,
});
const placeInLine = ({ message, priority }: WaitingTask) => `${RANK[priority]}#${message.task_id}`;

/** Stores in memory whose requests take effect in the order that `between` lets them through. */
function stores(between: <T>(name: string, run: () => T) => Promise<T>) {
  const running = new Set<string>();
  const waiting = new Map<string, WaitingTask>();
  const queue: WaitingTask[] = [];
  let announced = 0;
  let most = 0;
  const slots: Omit<SlotStore, 'running'> = {
    take: ({ task_id }, limit) =>
      between('take', () => {
        if (running.size >= limit && !running.has(task_id)) return false;
        running.add(task_id);
        most = Math.max(most, running.size);
        return true;
      }),
    release: ({ task_id }) =>
      between('release', () => {
        running.delete(task_id);
        return announced;
      }),
    announce: () =>
      between('announce', () => {
        announced += 1;
        return running.size;
      }),
    withdraw: (_tenant, seen) =>
      between('withdraw', () => {
        if (announced === seen) announced = 0;
      }),
    load: () => between('load', () => ({ running: running.size, announced })),
  };
  const called = new Set<string>();
  const line: WaitingLine = {
    join: (task) =>
      between('join', () => {
        called.delete(placeInLine(task));
        waiting.set(placeInLine(task), task);
      }),
    leave: (task) => between('leave', () => void waiting.delete(placeInLine(task))),
    head: (_tenant, limit) =>
      between('head', () => {
        const open = [...waiting]
          .filter(([place]) => !called.has(place))
          .sort(([a], [b]) => (a < b ? -1 : 1));
        return { next: open.slice(0, limit).map(([, task]) => task), isEmpty: waiting.size === 0 };
      }),
    claim: (task) =>
      between('claim', () => {
        const place = placeInLine(task);
        if (!waiting.has(place) || called.has(place)) return false;
        called.add(place);
        return true;
      }),
  };
  const places = createPlaces({
    slots,
    line,
    send: (message, priority) => between('send', () => void queue.push({ message, priority } as WaitingTask)),
  });
  return { slots, places, queue, waiting, running, most: () => most };
}

const atOnce = <T>(_name: string, run: () => T): Promise<T> => Promise.resolve(run());

describe('places of a tenant', () => {
  it('are never too many, and none stays free while a task waits, in whatever order requests take effect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 3, max: 6 }), async (scheduler, tasks) => {
        const { slots, places, queue, waiting, running, most } = stores((name, run) =>
          scheduler.schedule(Promise.resolve(), name).then(run),
        );
        const started: string[] = [];
        /** As the dispatcher does it; a task ends as soon as it has started. */
        const work = async (task: WaitingTask): Promise<void> => {
          const { message } = task;
          if (started.includes(message.task_id)) {
            await places.leave(task);
            return places.pass(TENANT);
          }
          if (!(await slots.take(message, LIMIT))) {
            const others = await places.wait(task);
            if (others >= LIMIT || !(await slots.take(message, LIMIT))) return;
          }
          await places.leave(task);
          if (!started.includes(message.task_id)) started.push(message.task_id);
          await places.release(message);
        };
        const ids = Array.from({ length: tasks }, (_, i) => `t${i}`);
        for (const id of ids) queue.push(taskOf(id, 'normal'));
        const atWork = new Set<Promise<void>>();
        for (;;) {
          for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
            const done = work(task).finally(() => atWork.delete(done));
            atWork.add(done);
          }
          if (atWork.size === 0) break;
          await scheduler.waitOne();
          // What has been let through goes on before the next request.
          await new Promise((resolve) => setImmediate(resolve));
        }

        expect(most()).toBeLessThanOrEqual(LIMIT);
        expect([...started].sort()).toEqual(ids);
        expect([...waiting.keys()]).toEqual([]);
        expect([...running]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('go to the most urgent, and among equals to the one that came first', async () => {
    const { places, slots, queue } = stores(atOnce);
    await slots.take({ tenant_id: TENANT, task_id: 'runs' }, LIMIT);
    for (const task of [
      taskOf('1', 'low'),
      taskOf('3', 'normal'),
      taskOf('2', 'normal'),
      taskOf('4', 'high'),
    ])
      await places.wait(task);
    for (let i = 0; i < 5; i++) await places.release({ tenant_id: TENANT, task_id: 'runs' });
    expect(queue.map(({ message }) => message.task_id)).toEqual(['4', '2', '3', '1']);
  });

  it('are filled again when a call was lost, as far as there is room', async () => {
    const { places, slots, queue } = stores(atOnce);
    for (const id of ['1', '2', '3']) await places.wait(taskOf(id, 'normal'));
    await slots.take({ tenant_id: TENANT, task_id: 'runs' }, LIMIT);
    expect(await places.refill(TENANT, LIMIT)).toBe(1);
    expect(queue.map(({ message }) => message.task_id)).toEqual(['1']);
    await slots.take({ tenant_id: TENANT, task_id: 'runs too' }, LIMIT);
    expect(await places.refill(TENANT, LIMIT)).toBe(0);
  });

  it('cost one request to free when nobody waits', async () => {
    const asked: string[] = [];
    const { places } = stores((name, run) => {
      asked.push(name);
      return Promise.resolve(run());
    });
    await places.release({ tenant_id: TENANT, task_id: 'runs' });
    expect(asked).toEqual(['release']);
  });
});
