/** Wires the model router from the environment and the AWS clients; nothing is loaded or asked before the first call. */
import { documentClient } from '../aws.ts';
import { describeError } from '../errors.ts';
import { privacyServiceFromEnvironment } from '../privacy/service.ts';
import { logger, metrics } from '../telemetry.ts';
import { type Batcher, createBatcher } from './batch.ts';
import { createCircuitBreaker, dynamoBreakerRecords, memoryBreakerRecords } from './breaker.ts';
import type { BudgetLedger } from './budget.ts';
import { accountsTable, budgetStoreFromEnvironment } from './budget-from-environment.ts';
import { createAnswerCache } from './cache.ts';
import {
  type ConfiguredModels,
  checkProviders,
  describeConfigured,
  type ProviderCheck,
} from './configured.ts';
import { createEmbedder, type Embedder } from './embeddings.ts';
import { createExperience, type Experience } from './experience.ts';
import { loadModels, type ModelCatalogue } from './models.ts';
import type { ModelHop, ModelPurpose, ModelRouter } from './provider.ts';
import { createProviderRegistry, createProviderSettings, type ProviderRegistry } from './providers.ts';
import { createModelRouter } from './router.ts';
import { createKeyRing, secretsManagerSource } from './secrets.ts';
import { createUsageStore, type UsageStore } from './usage.ts';
import { createLearner, type LearnFromVerdict } from './verdicts.ts';

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const table = accountsTable;
const budgets = budgetStoreFromEnvironment;
const usages = /* @__PURE__ */ once<UsageStore>(() =>
  createUsageStore({ client: documentClient(), table: table() }),
);

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

/** What was learned about tiers, and the tenants' own routes. */
export const experienceFromEnvironment = /* @__PURE__ */ once<Experience>(() =>
  createExperience({ client: documentClient(), table: table(), catalogue: catalogue() }),
);
const experience = experienceFromEnvironment;

/** What the validator and the reviewer say about work is counted for the tier that did it; free models need none. */
export const learnFromEnvironment: LearnFromVerdict = (verdict) =>
  createLearner({ catalogue: catalogue(), experience, onTrouble: reportTrouble })(verdict);

const SHARE_MS = 30_000;
const shares = new Map<string, { readonly value: Promise<number>; readonly until: number }>();
/** The policy needs no exact number: one read serves half a minute. The ledger decides each call exactly. */
function share(tenant: string): Promise<number> {
  const known = shares.get(tenant);
  if (known && known.until > Date.now()) return known.value;
  const value = budgets().remainingShare(tenant);
  value.catch(() => shares.delete(tenant));
  shares.set(tenant, { value, until: Date.now() + SHARE_MS });
  return value;
}

const personalData = /* @__PURE__ */ once(() => privacyServiceFromEnvironment());

/** The encoders behind the memory of plans. */
export const embedderFromEnvironment = /* @__PURE__ */ once<Embedder>(() =>
  createEmbedder({
    catalogue: catalogue(),
    registry: registry(),
    ledger: lazyLedger,
    usage: { record: (entry) => usages().record(entry) },
    personalData: personalData(),
    onTrouble: reportTrouble,
  }),
);

/** Several small calls in one prompt. */
export const batcherFromEnvironment = /* @__PURE__ */ once<Batcher>(() =>
  createBatcher({ router: router(), catalogue: catalogue(), registry: registry() }),
);

/** Free calls reach neither table nor client. */
const lazyLedger: BudgetLedger = {
  reserve: async (purpose, nano) => (nano <= 0 ? null : budgets().reserve(purpose, nano)),
  settle: async (reservation, nano) => (reservation ? budgets().settle(reservation, nano) : undefined),
  release: async (reservation) => (reservation ? budgets().release(reservation) : undefined),
};

/** Spend and tokens by tenant, failures by model; free and skipped hops are not worth a metric. */
function countHop(hop: ModelHop, { purpose }: { readonly purpose: ModelPurpose }): void {
  if (hop.outcome === 'failed' || hop.outcome === 'rejected') {
    const failure = metrics.singleMetric();
    failure.addDimension('model', hop.model);
    failure.addMetric('ModelCallsFailed', 'Count', 1);
  }
  if (hop.cost_usd === 0) return;
  const spend = metrics.singleMetric();
  spend.addDimension('tenant', purpose.tenant_id);
  spend.addMetric('ModelCostUsd', 'Count', hop.cost_usd);
  const tokens = metrics.singleMetric();
  tokens.addDimension('tenant', purpose.tenant_id);
  tokens.addMetric('ModelTokens', 'Count', hop.input_tokens + hop.output_tokens);
}

const reportTrouble = (what: string, error: unknown) =>
  logger.error(`Recording a model call failed: ${what}.`, { reason: describeError(error) });

const router = /* @__PURE__ */ once<ModelRouter>(() => {
  const cache = once(() =>
    createAnswerCache({ client: documentClient(), table: table(), onTrouble: reportTrouble }),
  );
  const records = once(() => dynamoBreakerRecords({ client: documentClient(), table: table() }));
  return createModelRouter({
    catalogue: catalogue(),
    registry: registry(),
    ledger: lazyLedger,
    breaker: createCircuitBreaker({
      records: {
        load: (model) => records().load(model),
        swap: (model, expected, next) => records().swap(model, expected, next),
      },
    }),
    localBreaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
    cache: { answer: (key, produce, signal) => cache().answer(key, produce, signal) },
    usage: { record: (entry) => usages().record(entry) },
    personalData: personalData(),
    remainingShare: (tenant) => share(tenant),
    tenantRoute: async (tenant, role) => (await experience().readRoutes(tenant))[role] ?? null,
    provenTier: (tenant, role, kind) => experience().provenTier(tenant, role, kind),
    onHop: countHop,
    onTrouble: reportTrouble,
  });
});
