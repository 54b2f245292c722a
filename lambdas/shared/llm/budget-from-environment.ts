/** The tenants' budgets over the accounts table; made at the first use, without the rest of the router. */
import { documentClient } from '../aws.ts';
import { logger } from '../telemetry.ts';
import { type BudgetLimits, type BudgetStore, createBudgetStore } from './budget.ts';
import { ModelFileError } from './models.ts';

/** @throws ModelFileError when the environment names no table */
export function accountsTable(): string {
  const name = process.env['ACCOUNTS_TABLE'];
  if (!name)
    throw new ModelFileError('ACCOUNTS_TABLE is not set; models that cost money need it for the budget.');
  return name;
}

/** US dollars; `none` for no limit. */
function limitFrom(name: string, fallback: number): number | null {
  const text = process.env[name];
  if (!text) return fallback;
  if (text === 'none') return null;
  const usd = Number(text);
  if (!(usd >= 0 && usd <= 1_000_000))
    throw new ModelFileError(`${name} must be US dollars from 0 to 1,000,000, or "none".`);
  return usd;
}

/**
 * Limits of tenants that have set none of their own.
 * @throws ModelFileError naming the setting that is no amount
 */
export const defaultLimits = (): BudgetLimits => ({
  day_usd: limitFrom('OFFICE_BUDGET_DAY_USD', 10),
  month_usd: limitFrom('OFFICE_BUDGET_MONTH_USD', 100),
});

let made: BudgetStore | undefined;

/** For `GET /budget`, `PUT /budget`, limits of tasks, and waiting tasks. */
export function budgetStoreFromEnvironment(): BudgetStore {
  made ??= createBudgetStore({
    client: documentClient(),
    table: accountsTable(),
    defaults: defaultLimits(),
    onWarning: (warning) =>
      logger.warn(`The tenant has spent ${warning.percent} % of the ${warning.period}'s budget.`, {
        ...warning,
      }),
  });
  return made;
}
