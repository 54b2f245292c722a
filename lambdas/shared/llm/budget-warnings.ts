/** Warnings of budgets that run low. */
import { type MeterState, UNLIMITED_NANO } from './ledger.ts';
import { toUsd } from './prices.ts';

export const warningThresholds = [50, 80, 100] as const;

/**
 * Spending passed a threshold, or (100) a call was refused. Raised by the call that passed it; a refusal once per
 * period, limit and function.
 */
export interface BudgetWarning {
  readonly tenant_id: string;
  readonly period: 'day' | 'month';
  readonly percent: (typeof warningThresholds)[number];
  readonly spent_usd: number;
  readonly limit_usd: number;
}

export interface BudgetWarnings {
  /** After a settlement: `justSpent` (nano-dollars) is part of the state. */
  spent(tenant: string, period: 'day' | 'month', state: MeterState | undefined, justSpent: number): void;
  /** After a refusal: spending may stop short of the limit because the next call did not fit. */
  refused(
    tenant: string,
    period: { readonly day: string; readonly month: string },
    meters: Readonly<Record<string, MeterState>>,
  ): void;
}

export function createBudgetWarnings(onWarning: (warning: BudgetWarning) => void): BudgetWarnings {
  const refusals = new Set<string>();
  const raise = (
    tenant_id: string,
    period: 'day' | 'month',
    percent: BudgetWarning['percent'],
    state: MeterState,
  ) =>
    onWarning({ tenant_id, period, percent, spent_usd: toUsd(state.spent), limit_usd: toUsd(state.limit) });

  return {
    spent(tenant, period, state, justSpent) {
      if (!state || justSpent <= 0 || state.limit >= UNLIMITED_NANO) return;
      const before = state.spent - justSpent;
      for (const percent of warningThresholds) {
        const mark = (state.limit * percent) / 100;
        if (before < mark && state.spent >= mark) raise(tenant, period, percent, state);
      }
    },

    refused(tenant, { day, month }, meters) {
      for (const [name, state] of Object.entries(meters)) {
        const period = name === 'month' ? 'month' : 'day';
        const id = `${tenant} ${period === 'month' ? month : day} ${state.limit}`;
        if (refusals.has(id)) continue;
        refusals.add(id);
        raise(tenant, period, 100, state);
      }
    },
  };
}
