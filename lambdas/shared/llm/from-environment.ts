/** Wires the model router from the environment and the AWS clients; nothing is loaded or asked before the first call. */
import { documentClient } from '../aws.ts';
import { logger } from '../telemetry.ts';
import { createCircuitBreaker, dynamoBreakerRecords, memoryBreakerRecords } from './breaker.ts';
import { type BudgetStore, budgetLimitsSchema, createBudgetStore } from './budget.ts';
import { createAnswerCache } from './cache.ts';
import {
  type ConfiguredModels,
  checkProviders,
  describeConfigured,
  type ProviderCheck,
} from './configured.ts';
import { loadModels, type ModelCatalogue, ModelFileError } from './models.ts';
import type { ModelRouter } from './provider.ts';
import { createProviderRegistry, createProviderSettings, type ProviderRegistry } from './providers.ts';
import { createModelRouter } from './router.ts';
import { createKeyRing, secretsManagerSource } from './secrets.ts';
import { createUsageStore, type UsageStore } from './usage.ts';

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const table = (): string => {
  const name = process.env['ACCOUNTS_TABLE'];
  if (!name)
    throw new ModelFileError('ACCOUNTS_TABLE is not set; models that cost money need it for the budget.');
  return name;
};

/** Store calls that create the store at the first use: free calls need neither table nor client. */
const budgets = /* @__PURE__ */ once<BudgetStore>(() =>
  createBudgetStore({
    client: documentClient(),
    table: table(),
    defaults: budgetLimitsSchema.parse({
      day_usd: limitFrom('OFFICE_BUDGET_DAY_USD', 10),
      month_usd: limitFrom('OFFICE_BUDGET_MONTH_USD', 100),
    }),
    onWarning: (warning) =>
      logger.warn(`The tenant has spent ${warning.percent} % of the ${warning.period}'s budget.`, {
        ...warning,
      }),
  }),
);
const usages = /* @__PURE__ */ once<UsageStore>(() =>
  createUsageStore({ client: documentClient(), table: table() }),
);

/** US dollars; `none` for no limit. */
function limitFrom(name: string, fallback: number): number | null {
  const text = process.env[name];
  if (!text) return fallback;
  if (text === 'none') return null;
  const usd = Number(text);
  if (!(usd >= 0)) throw new ModelFileError(`${name} must be US dollars, 0 or more, or "none".`);
  return usd;
}

/** The tenants' budgets, for `GET /budget` and `PUT /budget`. */
export const budgetStoreFromEnvironment = budgets;
/** The tenants' usage, for `GET /usage`. */
export const usageStoreFromEnvironment = usages;

const catalogue = /* @__PURE__ */ once<ModelCatalogue>(() => loadModels());
const parts = () => ({ catalogue: catalogue(), environment: process.env });
const keys = () => createKeyRing({ environment: process.env, secrets: secretsManagerSource() });
const registry = /* @__PURE__ */ once<ProviderRegistry>(() =>
  createProviderRegistry({ ...parts(), keys: keys() }),
);
/** Without adapters: a function that calls no model doesn't carry them. */
const settings = /* @__PURE__ */ once(() => createProviderSettings({ ...parts(), keys: keys() }));

/** Which models answer for which role, and what the other providers lack. */
export const configuredModels = (): Promise<ConfiguredModels> => describeConfigured(catalogue(), settings());
/** Whether the configured providers accept their keys; asks each of them. */
export const checkModelProviders = (): Promise<readonly ProviderCheck[]> =>
  checkProviders(catalogue(), registry());

/** @throws ModelFileError when the model file is malformed: at start, not at the first call */
export function modelRouterFromEnvironment(): ModelRouter {
  return router();
}

const router = /* @__PURE__ */ once<ModelRouter>(() => {
  const cache = once(() => createAnswerCache({ client: documentClient(), table: table() }));
  const records = once(() => dynamoBreakerRecords({ client: documentClient(), table: table() }));
  return createModelRouter({
    catalogue: catalogue(),
    registry: registry(),
    ledger: {
      reserve: async (purpose, nano) => (nano <= 0 ? null : budgets().reserve(purpose, nano)),
      settle: async (reservation, nano) => (reservation ? budgets().settle(reservation, nano) : undefined),
      release: async (reservation) => (reservation ? budgets().release(reservation) : undefined),
    },
    breaker: createCircuitBreaker({
      records: {
        load: (model) => records().load(model),
        swap: (model, expected, next) => records().swap(model, expected, next),
      },
    }),
    localBreaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
    cache: { answer: (key, produce, signal) => cache().answer(key, produce, signal) },
    usage: { record: (entry) => usages().record(entry) },
    remainingShare: (tenant) => budgets().remainingShare(tenant),
    onTrouble: (what, error) =>
      logger.error(`Recording a model call failed: ${what}.`, { error: error as Error }),
  });
});
