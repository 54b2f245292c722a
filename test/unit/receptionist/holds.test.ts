import { describe, expect, it } from '@jest/globals';
import { wakePayableHolds } from '../../../lambdas/receptionist/holds.ts';
import { type Budget, refusedAmount } from '../../../lambdas/shared/llm/budget.ts';
import type { Hold } from '../../../lambdas/shared/stores/hold-store.ts';
import type { NewEvent } from '../../../schemas/events.ts';

const hold = (task_id: string, needed_usd: number | null, tenant_id = 'acme'): Hold => ({
  tenant_id,
  task_id,
  place: 'subtask:plan',
  held_at: '2026-05-01T23:59:00.000Z',
  needed_usd,
  task_token: `token-${task_id}`,
});
const budget = (day: number | null, month: number | null): Budget => {
  const period = (available_usd: number | null) => ({
    limit_usd: available_usd === null ? null : 10,
    spent_usd: 0,
    reserved_usd: 0,
    available_usd,
    warnings: [],
  });
  return { day: { date: '2026-05-02', ...period(day) }, month: { month: '2026-05', ...period(month) } };
};

async function wake(holds: readonly Hold[], budgets: Readonly<Record<string, Budget>>, heard = true) {
  const woken: string[] = [];
  const asked: string[] = [];
  const logged: NewEvent[] = [];
  const count = await wakePayableHolds({
    holds: { listAll: async () => [...holds], lift: async ({ task_id }) => void woken.push(task_id) },
    budget: async (tenant) => {
      asked.push(tenant);
      return budgets[tenant] ?? budget(0, 0);
    },
    send: async () => heard,
    events: {
      append: async (_key, events) => {
        logged.push(...events);
      },
    },
  });
  return { count, woken, asked, logged };
}

describe('wakePayableHolds', () => {
  it('wakes what a new day can pay, oldest first, and leaves what it cannot', async () => {
    const holds = [hold('a', 4), hold('b', 7), hold('c', 5), hold('d', 2)];
    const { woken, count, logged } = await wake(holds, { acme: budget(10, 100) });
    expect(woken).toEqual(['a', 'c']);
    expect(count).toBe(2);
    expect(logged).toMatchObject([
      { type: 'budget.resumed', message: 'There is money again; the task goes on' },
      { type: 'budget.resumed' },
    ]);
  });

  it('lets the month bound the day, and each tenant only its own', async () => {
    const holds = [hold('a', 4), hold('b', 4, 'umbrella')];
    const { woken, asked } = await wake(holds, { acme: budget(10, 1), umbrella: budget(null, null) });
    expect(woken).toEqual(['b']);
    expect(asked).toEqual(['acme', 'umbrella']);
  });

  it('asks no budget when nobody waits', async () => {
    expect((await wake([], {})).asked).toEqual([]);
  });

  it('wakes one of unknown cost when there is anything, and no second on the same money', async () => {
    const holds = [hold('a', null), hold('b', null)];
    expect((await wake(holds, { acme: budget(1, 1) })).woken).toEqual(['a']);
    expect((await wake(holds, { acme: budget(0, 5) })).woken).toEqual([]);
  });

  it('forgets, and does not count, one that no longer waits', async () => {
    const { woken, count } = await wake([hold('a', 1)], { acme: budget(5, 5) }, false);
    expect(woken).toEqual(['a']);
    expect(count).toBe(0);
  });
});

describe('refusedAmount', () => {
  it('reads the amount out of what Step Functions keeps of the error', () => {
    const message =
      "The next model call may cost $8.192000, more than is left of the tenant's budget for the day; raise it with PUT /budget.";
    expect(refusedAmount(JSON.stringify({ errorType: 'BudgetExhaustedError', errorMessage: message }))).toBe(
      8.192,
    );
    expect(refusedAmount('Something else.')).toBeNull();
  });
});
