/**
 * Budgets that fail closed: the worst case is reserved before a call and settled after it.
 *
 * Items (table ACCOUNTS_TABLE, `pk = TENANT#<tenant>`):
 * - `BUDGET#LIMITS` the tenant's own limits, absent while the defaults hold;
 * - `BUDGET#<yyyy-mm>` a meter for the month and one for each day of it, so that both are one write (ledger.ts);
 * - `BUDGET#TASK#<task>` the meter of a task with its own limit;
 * - `USAGE#<yyyy-mm-dd>#<role>#<model>` sums for `GET /usage` (usage.ts).
 */
import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { OfficeError } from '../errors.ts';
import { type BudgetWarning, createBudgetWarnings, warningThresholds } from './budget-warnings.ts';
import {
  createMeterLedger,
  type LedgerKey,
  type MeterLimit,
  type MeterState,
  UNLIMITED_NANO,
} from './ledger.ts';
import { toNano, toUsd } from './prices.ts';
import { BudgetExhaustedError, type ModelPurpose, TaskCostLimitError } from './provider.ts';

/** US dollars; null for no limit. */
export const budgetLimitsSchema = z.strictObject({
  day_usd: z.number().min(0).max(1_000_000).nullable(),
  month_usd: z.number().min(0).max(1_000_000).nullable(),
});
export type BudgetLimits = z.infer<typeof budgetLimitsSchema>;

export type { BudgetWarning, warningThresholds };

const periodSchema = z.strictObject({
  limit_usd: z.number().nullable(),
  spent_usd: z.number(),
  /** Worst cases of calls under way. */
  reserved_usd: z.number(),
  available_usd: z.number().nullable(),
  /** The warning thresholds that spending has reached, percent. */
  warnings: z.array(z.number()),
});
/** Body of `GET /budget`. */
export const budgetSchema = z.strictObject({
  day: periodSchema.extend({ date: z.string() }),
  month: periodSchema.extend({ month: z.string() }),
});
export type Budget = z.infer<typeof budgetSchema>;

/** A worst case taken from the budget, to be settled or released. */
export interface Reservation {
  readonly id: string;
  readonly amount_nano: number;
  readonly purpose: ModelPurpose;
  /** Whether the task's own meter holds it too. */
  readonly limited: boolean;
  readonly month: string;
  readonly day: string;
}

/** What the router needs of the budget. */
export interface BudgetLedger {
  /**
   * @throws TaskCostLimitError the task's own limit can't take the amount
   * @throws BudgetExhaustedError the tenant's day or month can't
   */
  reserve(purpose: ModelPurpose, amountNano: number): Promise<Reservation | null>;
  /** Ends a reservation with the true cost. Ending it again changes nothing. */
  settle(reservation: Reservation | null, spentNano: number): Promise<void>;
  release(reservation: Reservation | null): Promise<void>;
}

export interface BudgetStore extends BudgetLedger {
  readBudget(tenant: string): Promise<Budget>;
  /** Takes effect at once, for calls under way in the same day and month too. */
  setBudget(tenant: string, limits: BudgetLimits): Promise<Budget>;
  /** Share of the tighter of day and month that is still available, 0 to 1. */
  remainingShare(tenant: string): Promise<number>;
  /** Sets a task's own limit before any of its calls, e.g. for a task that comes with a plan. */
  setTaskLimit(tenant: string, task: string, limitUsd: number): Promise<void>;
  /** What a task with its own limit has spent so far; null without one. */
  readTaskSpending(tenant: string, task: string): Promise<{ limit_usd: number; spent_usd: number } | null>;
}

export class BudgetInputError extends OfficeError {
  override readonly name = 'BudgetInputError';
}

/** Step Functions keeps an error's name and message and nothing else: the amount is read back from the message. */
const REFUSAL = /may cost \$(\d+\.\d{6})/;

/** What a refused call may cost at most, from the message of a `BudgetExhaustedError`; null for any other text. */
export function refusedAmount(message: string): number | null {
  const amount = REFUSAL.exec(message)?.[1];
  return amount === undefined ? null : Number(amount);
}

/** A call that never settles counts as spent after this: longer than any function may run (15 minutes). */
const HOLD_SECONDS = 1_200;
const DAY_SECONDS = 86_400;

export function createBudgetStore(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
  readonly defaults: BudgetLimits;
  readonly now?: () => number;
  readonly onWarning?: (warning: BudgetWarning) => void;
}): BudgetStore {
  const now = deps.now ?? (() => Date.now());
  const epoch = () => Math.floor(now() / 1000);
  const ledger = createMeterLedger({
    client: deps.client,
    table: deps.table,
    now: epoch,
    expiresAt: (key) => epoch() + (key.sk.startsWith('BUDGET#TASK#') ? 90 : 430) * DAY_SECONDS,
  });
  const tenantKey = (tenant: string, month: string): LedgerKey => ({
    pk: `TENANT#${tenant}`,
    sk: `BUDGET#${month}`,
  });
  const taskKey = (tenant: string, task: string): LedgerKey => ({
    pk: `TENANT#${tenant}`,
    sk: `BUDGET#TASK#${task}`,
  });
  const period = () => {
    const day = new Date(now()).toISOString().slice(0, 10);
    return { day, month: day.slice(0, 7) };
  };
  const dayMeter = (day: string) => `day_${day.slice(8)}`;

  async function limitsOf(tenant: string): Promise<BudgetLimits> {
    const answer = await deps.client.send(
      new GetCommand({
        TableName: deps.table,
        Key: { pk: `TENANT#${tenant}`, sk: 'BUDGET#LIMITS' },
        ConsistentRead: true,
      }),
    );
    if (!answer.Item) return deps.defaults;
    return budgetLimitsSchema.parse({ day_usd: answer.Item['day_usd'], month_usd: answer.Item['month_usd'] });
  }

  const nanoLimit = (usd: number | null) => (usd === null ? UNLIMITED_NANO : toNano(usd));
  const meterLimits = (tenant: string, day: string) => async (): Promise<readonly MeterLimit[]> => {
    const limits = await limitsOf(tenant);
    return [
      { name: 'month', limit: nanoLimit(limits.month_usd) },
      { name: dayMeter(day), limit: nanoLimit(limits.day_usd) },
    ];
  };

  const warnings = createBudgetWarnings(deps.onWarning ?? (() => undefined));

  async function states(tenant: string) {
    const { day, month } = period();
    const key = tenantKey(tenant, month);
    const meters = ['month', dayMeter(day)];
    await ledger.limit(key, meterLimits(tenant, day));
    const read = await ledger.read(key, meters);
    return { day, month, dayState: read[dayMeter(day)], monthState: read['month'] };
  }

  const store: BudgetStore = {
    async reserve(purpose, amountNano) {
      if (amountNano <= 0) return null;
      const { day, month } = period();
      const id = randomUUID();
      const hold = { id, amount: amountNano, until: epoch() + HOLD_SECONDS };
      const tenant = purpose.tenant_id;
      const price = `$${toUsd(amountNano).toFixed(6)}`;
      // Steps of a plan don't know the task's limit; the calls that made the plan left it in the store.
      const limit =
        purpose.max_cost_usd ??
        (purpose.step_id === undefined
          ? undefined
          : (await store.readTaskSpending(tenant, purpose.task_id))?.limit_usd);
      if (limit !== undefined) {
        const meter = [{ name: 'task', limit: toNano(limit) }];
        const key = taskKey(tenant, purpose.task_id);
        const short = await ledger.reserve(key, hold, ['task'], async () => meter, true);
        if (short.length > 0)
          throw new TaskCostLimitError(
            `The next model call may cost ${price}, more than is left of the task's max_cost_usd of $${limit}; raise max_cost_usd to go on.`,
          );
      }
      const key = tenantKey(tenant, month);
      const short = await ledger
        .reserve(key, hold, ['month', dayMeter(day)], meterLimits(tenant, day), false)
        .catch(async (error: unknown) => {
          if (limit !== undefined) await ledger.settle(taskKey(tenant, purpose.task_id), hold, ['task'], 0);
          throw error;
        });
      if (short.length === 0)
        return { id, amount_nano: amountNano, purpose, limited: limit !== undefined, month, day };
      if (limit !== undefined) await ledger.settle(taskKey(tenant, purpose.task_id), hold, ['task'], 0);
      // Holds that nobody will settle any more become spending here, so that the answer to GET /budget is true.
      warnings.refused(tenant, { day, month }, await ledger.read(key, short));
      throw new BudgetExhaustedError(
        `The next model call may cost ${price}, more than is left of the tenant's budget for the ${short.includes('month') ? 'month' : 'day'}; raise it with PUT /budget.`,
      );
    },

    async settle(reservation, spentNano) {
      if (!reservation) return;
      const { id, amount_nano: amount, purpose, limited, month, day } = reservation;
      const meters = ['month', dayMeter(day)];
      const after = await ledger.settle(
        tenantKey(purpose.tenant_id, month),
        { id, amount },
        meters,
        spentNano,
      );
      if (limited)
        await ledger.settle(taskKey(purpose.tenant_id, purpose.task_id), { id, amount }, ['task'], spentNano);
      if (!after) return;
      warnings.spent(purpose.tenant_id, 'month', after['month'], spentNano);
      warnings.spent(purpose.tenant_id, 'day', after[dayMeter(day)], spentNano);
    },

    release: (reservation) => store.settle(reservation, 0),

    async readBudget(tenant) {
      const { day, month, dayState, monthState } = await states(tenant);
      return { day: { date: day, ...describe(dayState) }, month: { month, ...describe(monthState) } };
    },

    async setBudget(tenant, limits) {
      const checked = budgetLimitsSchema.safeParse(limits);
      if (!checked.success)
        throw new BudgetInputError(
          'A budget has day_usd and month_usd, each from 0 to 1,000,000 US dollars or null for no limit.',
          { cause: checked.error },
        );
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: {
            pk: `TENANT#${tenant}`,
            sk: 'BUDGET#LIMITS',
            ...checked.data,
            updated_at: new Date(now()).toISOString(),
          },
        }),
      );
      return store.readBudget(tenant);
    },

    async remainingShare(tenant) {
      const { dayState, monthState } = await states(tenant);
      const share = (state: MeterState | undefined) =>
        !state || state.limit >= UNLIMITED_NANO
          ? 1
          : Math.max(0, Math.min(1, state.available / Math.max(1, state.limit)));
      return Math.min(share(dayState), share(monthState));
    },

    async setTaskLimit(tenant, task, limitUsd) {
      await ledger.limit(taskKey(tenant, task), async () => [{ name: 'task', limit: toNano(limitUsd) }]);
    },

    async readTaskSpending(tenant, task) {
      const state = (await ledger.read(taskKey(tenant, task), ['task']))['task'];
      return state ? { limit_usd: toUsd(state.limit), spent_usd: toUsd(state.spent) } : null;
    },
  };
  return store;
}

function describe(state: MeterState | undefined): z.infer<typeof periodSchema> {
  const { limit, available, spent } = state ?? { limit: UNLIMITED_NANO, available: UNLIMITED_NANO, spent: 0 };
  const limited = limit < UNLIMITED_NANO;
  return {
    limit_usd: limited ? toUsd(limit) : null,
    spent_usd: toUsd(spent),
    reserved_usd: toUsd(limit - available - spent),
    available_usd: limited ? toUsd(available) : null,
    warnings: limited
      ? warningThresholds.filter((percent) => spent >= (limit * percent) / 100 && spent > 0)
      : [],
  };
}
