import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BudgetWarning, createBudgetStore } from '../../../../lambdas/shared/llm/budget.ts';
import { BudgetExhaustedError, TaskCostLimitError } from '../../../../lambdas/shared/llm/provider.ts';
import { type CountingTable, startCountingTable } from '../../../helpers/accounts-table.ts';

let accounts: CountingTable;
beforeAll(async () => {
  accounts = await startCountingTable();
});
afterAll(() => accounts.stop());

let tenants = 0;
const newTenant = () => {
  tenants += 1;
  return `tenant-${tenants}`;
};
const noon = Date.parse('2026-03-14T12:00:00Z');
const cent = 10_000_000;

function store(limits: { day_usd: number | null; month_usd: number | null }, clock = { now: noon }) {
  const warnings: BudgetWarning[] = [];
  const budget = createBudgetStore({
    client: accounts.client,
    table: accounts.table,
    defaults: limits,
    now: () => clock.now,
    onWarning: (warning) => warnings.push(warning),
  });
  return { budget, warnings, clock };
}

describe('budget', () => {
  it('reserves, settles and reports', async () => {
    const { budget } = store({ day_usd: 1, month_usd: 10 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };

    const reservation = await budget.reserve(purpose, 30 * cent);
    const during = await budget.readBudget(purpose.tenant_id);
    await budget.settle(reservation, 12 * cent);
    const after = await budget.readBudget(purpose.tenant_id);

    expect(during.day).toMatchObject({
      date: '2026-03-14',
      limit_usd: 1,
      spent_usd: 0,
      reserved_usd: 0.3,
      available_usd: 0.7,
    });
    expect(after.day).toMatchObject({ spent_usd: 0.12, reserved_usd: 0, available_usd: 0.88 });
    expect(after.month).toMatchObject({ month: '2026-03', spent_usd: 0.12, available_usd: 9.88 });
  });

  it('refuses what the day or the month cannot take, and takes it after a raise', async () => {
    const { budget } = store({ day_usd: 0.1, month_usd: 0.2 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };

    await expect(budget.reserve(purpose, 11 * cent)).rejects.toThrow(BudgetExhaustedError);
    await budget.setBudget(purpose.tenant_id, { day_usd: 0.5, month_usd: 0.2 });
    const reservation = await budget.reserve(purpose, 11 * cent);

    expect(reservation?.amount_nano).toBe(11 * cent);
    await expect(budget.reserve(purpose, 10 * cent)).rejects.toThrow('budget for the month');
  });

  it('lowering the budget takes effect at once, below what is spent too', async () => {
    const { budget } = store({ day_usd: 1, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };
    await budget.settle(await budget.reserve(purpose, 50 * cent), 50 * cent);

    const lowered = await budget.setBudget(purpose.tenant_id, { day_usd: 0.2, month_usd: null });

    expect(lowered.day).toMatchObject({ limit_usd: 0.2, spent_usd: 0.5, available_usd: -0.3 });
    expect(lowered.month).toMatchObject({ limit_usd: null, available_usd: null });
    await expect(budget.reserve(purpose, 1)).rejects.toThrow(BudgetExhaustedError);
  });

  it('begins each day and month anew and settles in the period of the reservation', async () => {
    const { budget, clock } = store(
      { day_usd: 0.1, month_usd: 1 },
      { now: Date.parse('2026-03-31T23:59:00Z') },
    );
    const purpose = { tenant_id: newTenant(), task_id: 't1' };
    const old = await budget.reserve(purpose, 10 * cent);

    clock.now = Date.parse('2026-04-01T00:01:00Z');
    const fresh = await budget.reserve(purpose, 10 * cent);
    await budget.settle(old, 10 * cent);
    await budget.settle(fresh, 4 * cent);

    const april = await budget.readBudget(purpose.tenant_id);
    expect(april.month).toMatchObject({ month: '2026-04', spent_usd: 0.04, reserved_usd: 0 });
  });

  it("holds a task to its own limit, across calls, and gives the tenant's money back", async () => {
    const { budget } = store({ day_usd: 1, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1', max_cost_usd: 0.05 };
    await budget.settle(await budget.reserve(purpose, 3 * cent), 3 * cent);

    await expect(budget.reserve(purpose, 3 * cent)).rejects.toThrow(TaskCostLimitError);
    const raised = await budget.reserve({ ...purpose, max_cost_usd: 0.1 }, 3 * cent);
    await budget.release(raised);

    expect(await budget.readTaskSpending(purpose.tenant_id, 't1')).toEqual({
      limit_usd: 0.1,
      spent_usd: 0.03,
    });
    expect((await budget.readBudget(purpose.tenant_id)).day).toMatchObject({
      spent_usd: 0.03,
      reserved_usd: 0,
    });
  });

  it('a refusal by the tenant leaves nothing reserved on the task', async () => {
    const { budget } = store({ day_usd: 0.01, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1', max_cost_usd: 1 };

    await expect(budget.reserve(purpose, 2 * cent)).rejects.toThrow(BudgetExhaustedError);

    expect(await budget.readTaskSpending(purpose.tenant_id, 't1')).toEqual({ limit_usd: 1, spent_usd: 0 });
  });

  it('counts a reservation that nobody settles as spent, once its time is over', async () => {
    const { budget, clock } = store({ day_usd: 1, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };
    const lost = await budget.reserve(purpose, 20 * cent);

    clock.now += 1_300_000;
    const after = await budget.readBudget(purpose.tenant_id);
    await budget.settle(lost, 1 * cent);

    expect(after.day).toMatchObject({ spent_usd: 0.2, reserved_usd: 0 });
    expect((await budget.readBudget(purpose.tenant_id)).day.spent_usd).toBe(0.2);
  });

  it('warns once at 50, 80 and 100 percent', async () => {
    const { budget, warnings } = store({ day_usd: 1, month_usd: 100 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };

    for (const spent of [40, 15, 5, 25, 15])
      await budget.settle(await budget.reserve(purpose, spent * cent), spent * cent);

    expect(warnings.map(({ period, percent }) => [period, percent])).toEqual([
      ['day', 50],
      ['day', 80],
      ['day', 100],
    ]);
    expect((await budget.readBudget(purpose.tenant_id)).day.warnings).toEqual([50, 80, 100]);
  });

  it('warns of the first refusal', async () => {
    const { budget, warnings } = store({ day_usd: 0.05, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(budget.reserve(purpose, 6 * cent)).rejects.toThrow(BudgetExhaustedError);
    expect(warnings).toMatchObject([{ period: 'day', percent: 100, spent_usd: 0, limit_usd: 0.05 }]);
  });

  it('holds a step to the limit that the calls before it left on the task', async () => {
    const { budget } = store({ day_usd: 1, month_usd: 1 });
    const purpose = { tenant_id: newTenant(), task_id: 't1' };
    await budget.setTaskLimit(purpose.tenant_id, 't1', 0.05);
    const step = { ...purpose, step_id: 's1' };
    await budget.settle(await budget.reserve(step, 4 * cent), 4 * cent);
    await expect(budget.reserve(step, 2 * cent)).rejects.toThrow(TaskCostLimitError);
  });

  it('refuses negative and absurd budgets', async () => {
    const { budget } = store({ day_usd: 1, month_usd: 1 });
    await expect(budget.setBudget('x', { day_usd: -1, month_usd: 1 })).rejects.toThrow('0 to 1,000,000');
    await expect(budget.setBudget('x', { day_usd: Number.NaN, month_usd: 1 })).rejects.toThrow(
      '0 to 1,000,000',
    );
  });

  it('reserves nothing, and asks nothing, for a call that is free', async () => {
    const { budget } = store({ day_usd: 0, month_usd: 0 });
    const before = accounts.sent();
    expect(await budget.reserve({ tenant_id: newTenant(), task_id: 't' }, 0)).toBeNull();
    expect(accounts.sent()).toBe(before);
  });

  it('never lets concurrent calls spend more than the budget, and ends every reservation', async () => {
    const call = fc.record({
      worst: fc.integer({ min: 1, max: 40 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      fate: fc.constantFrom('settle', 'release', 'settle twice'),
      limited: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 20, max: 120 }),
        fc.scheduler(),
        async (calls, limit, scheduler) => {
          const { budget } = store({ day_usd: limit / 100, month_usd: (limit + 10) / 100 });
          const tenant_id = newTenant();
          let spent = 0;
          let onTask = 0;
          const run = async ({ worst, share, fate, limited }: (typeof calls)[number]) => {
            const purpose = { tenant_id, task_id: 't', ...(limited ? { max_cost_usd: 0.3 } : {}) };
            await scheduler.schedule(Promise.resolve());
            const reservation = await budget.reserve(purpose, worst * cent).catch((error: unknown) => {
              if (error instanceof BudgetExhaustedError || error instanceof TaskCostLimitError)
                return undefined;
              throw error;
            });
            if (reservation === undefined) return;
            await scheduler.schedule(Promise.resolve());
            const cost = fate === 'release' ? 0 : Math.floor(worst * share * cent);
            await budget.settle(reservation, cost);
            if (fate === 'settle twice') await budget.settle(reservation, cost);
            spent += cost;
            if (limited) onTask += cost;
          };
          const all = Promise.all(calls.map(run));
          await scheduler.waitFor(all);
          const end = await budget.readBudget(tenant_id);
          expect(end.day.spent_usd).toBeCloseTo(spent / 1e9, 9);
          expect(end.day.reserved_usd).toBe(0);
          expect(end.month.reserved_usd).toBe(0);
          expect(end.day.spent_usd).toBeLessThanOrEqual(limit / 100);
          expect(onTask / 1e9).toBeLessThanOrEqual(0.3);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('takes a change of the budget in the middle of calls without losing a cent', async () => {
    const { budget } = store({ day_usd: 1, month_usd: 5 });
    const tenant_id = newTenant();
    const purpose = { tenant_id, task_id: 't' };
    const spend = async (cents: number) => {
      const reservation = await budget.reserve(purpose, cents * cent).catch(() => null);
      await budget.settle(reservation, cents * cent);
      return reservation ? cents : 0;
    };

    const [a, b, , c, , d] = await Promise.all([
      spend(20),
      spend(30),
      budget.setBudget(tenant_id, { day_usd: 0.6, month_usd: 5 }),
      spend(25),
      budget.setBudget(tenant_id, { day_usd: 0.8, month_usd: 5 }),
      spend(40),
    ]);

    const end = await budget.readBudget(tenant_id);
    expect(end.day.spent_usd).toBeCloseTo((a + b + c + d) / 100, 9);
    expect(end.day.spent_usd).toBeLessThanOrEqual(1);
    expect(end.day.reserved_usd).toBe(0);
    expect([0.6, 0.8]).toContain(end.day.limit_usd);
  });
});
