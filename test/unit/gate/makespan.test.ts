import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createGate } from '../../../lambdas/gate/gate.ts';
import { topologicalOrder } from '../../../lambdas/shared/plans/order.ts';
import { memoryGateStore } from '../../helpers/memory-gate.ts';

const key = { tenant_id: 'acme', task_id: '01TASK' };
/** Items that an inline Map works on at once. */
const WINDOW = 40;

interface Item {
  readonly id: string;
  readonly needs: string[];
  readonly takes: number;
}

/** Random DAGs of so many items, given in any order, with durations of 1 to 60 s. */
const dagsOf = (size: { minLength: number; maxLength: number }) =>
  fc
    .array(
      fc.record({ needs: fc.array(fc.nat(), { maxLength: 4 }), takes: fc.integer({ min: 1, max: 60 }) }),
      {
        ...size,
        size: 'max',
      },
    )
    .chain((rows) => {
      const items = rows.map(
        ({ needs, takes }, i): Item => ({
          id: `i${i}`,
          needs: i === 0 ? [] : [...new Set(needs.map((n) => `i${n % i}`))],
          takes,
        }),
      );
      return fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length });
    });

function criticalPath(items: readonly Item[]): number {
  const byId = new Map(items.map((item) => [item.id, item]));
  const known = new Map<string, number>();
  const end = (id: string): number => {
    const item = byId.get(id);
    if (item === undefined) throw new Error(`There is no item ${id}.`);
    const at = known.get(id) ?? Math.max(0, ...item.needs.map(end)) + item.takes;
    known.set(id, at);
    return at;
  };
  return Math.max(...items.map(({ id }) => end(id)));
}

/** Runs the items through the gate in a Map's window, on a clock that jumps from one end to the next. */
async function simulate(items: readonly Item[]): Promise<{ makespan: number; started: string[] }> {
  const order = topologicalOrder(items);
  if (order === null) throw new Error('There is a cycle.');
  const waiting = order.map((id) => items.find((item) => item.id === id) as Item);
  const running = new Map<string, number>();
  const started: string[] = [];
  let clock = 0;
  let inWindow = 0;
  const start = (item: Item) => {
    started.push(item.id);
    running.set(item.id, clock + item.takes);
  };
  const gate = createGate({
    store: memoryGateStore(),
    answer: async (token) => start(items.find(({ id }) => id === token) as Item),
  });
  for (;;) {
    while (inWindow < WINDOW) {
      const item = waiting.shift();
      if (item === undefined) break;
      inWindow += 1;
      if (item.needs.length === 0) start(item);
      else await gate.wait(key, 'g', item.id, { token: item.id, prerequisites: item.needs });
    }
    const [next] = [...running].sort(([, a], [, b]) => a - b);
    if (next === undefined) return { makespan: clock, started };
    clock = next[1];
    running.delete(next[0]);
    inWindow -= 1;
    await gate.release(key, 'g', next[0], { status: 'succeeded' });
  }
}

describe('items behind the gate, on a simulated clock', () => {
  it('take no longer than their critical path, as long as all of them fit into the Map’s window', async () => {
    await fc.assert(
      fc.asyncProperty(dagsOf({ minLength: 1, maxLength: WINDOW }), async (items) => {
        const { makespan, started } = await simulate(items);
        expect(started).toHaveLength(items.length);
        expect(makespan).toBeLessThanOrEqual(criticalPath(items) * 1.05);
      }),
      { numRuns: 100 },
    );
  });

  it('never deadlock when there are 100 of them for a window of 40', async () => {
    await fc.assert(
      fc.asyncProperty(dagsOf({ minLength: 100, maxLength: 100 }), async (items) => {
        const { started } = await simulate(items);
        expect(new Set(started).size).toBe(100);
        expect(started).toHaveLength(100);
      }),
      { numRuns: 100 },
    );
  });

  it('run through as a chain of 100, which keeps all of the window but one waiting', async () => {
    const chain = Array.from(
      { length: 100 },
      (_, i): Item => ({
        id: `i${i}`,
        needs: i === 0 ? [] : [`i${i - 1}`],
        takes: 1,
      }),
    );
    expect((await simulate([...chain].reverse())).makespan).toBe(100);
  });
});
