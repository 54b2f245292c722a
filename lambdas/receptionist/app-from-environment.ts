import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { jsonObjectSchema } from '../../schemas/json.ts';
import { createAddressCheck } from '../notifier/address-check.ts';
import { documentClient, s3Client, sfnClient, sqsClient } from '../shared/aws.ts';
import { createBurstSpread } from '../shared/burst-spread.ts';
import { stateDocumentKey } from '../shared/claim-check.ts';
import { readEnvironment } from '../shared/environment.ts';
import { describeError } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { budgetStoreFromEnvironment } from '../shared/llm/budget-from-environment.ts';
import { configuredModels, usageStoreFromEnvironment } from '../shared/llm/from-environment.ts';
import type { Archives } from '../shared/memory/archives.ts';
import { placesFromEnvironment } from '../shared/places-from-environment.ts';
import { createAccountStore } from '../shared/stores/account-store.ts';
import { createApprovalStore } from '../shared/stores/approval-store.ts';
import { createAuditStore } from '../shared/stores/audit-store.ts';
import { createDeadLetterStore } from '../shared/stores/dead-letter-store.ts';
import { createHoldStore } from '../shared/stores/hold-store.ts';
import { createIdempotencyStore } from '../shared/stores/idempotency-store.ts';
import { createLimitStore } from '../shared/stores/limit-store.ts';
import { createMcpServerStore } from '../shared/stores/mcp-server-store.ts';
import { createPolicyStore, type PolicyStore } from '../shared/stores/policy-store.ts';
import { createRateCounter } from '../shared/stores/rate-counter.ts';
import { createRegistryStore, type RegistryStore } from '../shared/stores/registry-store.ts';
import { createTaskDocuments } from '../shared/stores/task-documents.ts';
import { createWebhookStore } from '../shared/stores/webhook-store.ts';
import { reportFeedback } from '../shared/task-metrics.ts';
import { taskQueuesFromEnvironment } from '../shared/task-queue.ts';
import { createSendSuccess } from '../shared/task-tokens.ts';
import { logger } from '../shared/telemetry.ts';
import { CANCELLED } from '../shared/tools/cancellation.ts';
import { toolRegistryFromEnvironment } from '../shared/tools/registry.ts';
import {
  claimChecks,
  eventLog,
  taskStore,
  taskTable,
  workspaceOf,
  workspacePrefix,
} from '../shared/wiring.ts';
import { createWithdraw } from '../shared/withdrawal.ts';
import { createApp } from './app.ts';
import type { VerifyToken } from './authentication.ts';
import { createExecutions } from './executions.ts';
import { createFeedbackListener } from './feedback.ts';
import { wakeHolds } from './holds.ts';
import { modelRoutesFromEnvironment } from './model-route-store.ts';
import type { Accounting, ReceptionistDeps, Workspaces } from './ports.ts';
import { createRateLimiter } from './rate-limiter.ts';

/** Well below the age at which the sweeper takes an accepted task for one that was forgotten. */
const LONGEST_FIRST_WAIT_SECONDS = 20;

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
const toolTrial = once(async () => (await import('./trial-from-environment.ts')).toolTrialFromEnvironment());
const planJudge = once(async () => (await import('./trial-from-environment.ts')).planJudgeFromEnvironment());
const discoverMcp = once(async () =>
  (await import('./mcp-from-environment.ts')).discoverMcpFromEnvironment(),
);
const archives = once(async () =>
  (await import('../shared/memory/from-environment.ts')).archivesFromEnvironment(),
);
const notice = once(async () => (await import('./notice.ts')).noticeFromEnvironment());

const now = () => new Date();

function workspaces(bucket: string): Workspaces {
  const place = (key: Parameters<Workspaces['of']>[0], path: string) => ({
    Bucket: bucket,
    Key: `${workspacePrefix(key)}${path}`,
  });
  return {
    of: workspaceOf(),
    uploadUrl: (key, path, expiresIn) =>
      getSignedUrl(s3Client(), new PutObjectCommand(place(key, path)), { expiresIn }),
    downloadUrl: (key, path, expiresIn) =>
      getSignedUrl(s3Client(), new GetObjectCommand(place(key, path)), { expiresIn }),
  };
}

function accounting(events: ReceptionistDeps['events']): Accounting {
  const holds = createHoldStore(taskTable());
  const send = createSendSuccess(sfnClient);
  return {
    usage: async (tenantId, { from, to }) =>
      jsonObjectSchema.parse(await usageStoreFromEnvironment().read(tenantId, from, to)),
    budget: async (tenantId) =>
      jsonObjectSchema.parse(await budgetStoreFromEnvironment().readBudget(tenantId)),
    setBudget: async (tenantId, limits) => {
      const budget = await budgetStoreFromEnvironment().setBudget(tenantId, limits);
      await wakeHolds({ holds, send, events }, tenantId);
      return jsonObjectSchema.parse(budget);
    },
    limitTask: ({ tenant_id, task_id }, maxCostUsd) =>
      budgetStoreFromEnvironment().setTaskLimit(tenant_id, task_id, maxCostUsd),
  };
}

/** A registry whose changes are told to this process's cache of it; other processes see them within 30 seconds. */
const forgetful = (store: RegistryStore, forget: (tenantId: string) => void): RegistryStore => ({
  ...store,
  async put(tenantId, manifest) {
    await store.put(tenantId, manifest);
    forget(tenantId);
  },
  async remove(tenantId, name) {
    const removed = await store.remove(tenantId, name);
    forget(tenantId);
    return removed;
  },
});

/** The same for policies, whose engine is loaded only with a change. */
const forgetfulPolicies = (store: PolicyStore): PolicyStore => {
  const forget = async (tenantId: string) =>
    (await import('../broker/tenant-policies.ts')).tenantPoliciesFromEnvironment().forget(tenantId);
  return {
    ...store,
    async put(tenantId, policy) {
      await store.put(tenantId, policy);
      await forget(tenantId);
    },
    async remove(tenantId, name) {
      const removed = await store.remove(tenantId, name);
      await forget(tenantId);
      return removed;
    },
  };
};

let remembered: Archives | undefined;
/** Memory answers from what it has read; a process that has not needed it before makes it for the next submission. */
function usualSeconds(tenantId: string, description: string): number | null {
  if (remembered === undefined) {
    archives().then(
      (made) => {
        remembered = made;
      },
      (error: unknown) => logger.error('Memory is not there.', { reason: describeError(error) }),
    );
    return null;
  }
  return remembered.usualSeconds(tenantId, description);
}

/** The receptionist wired to the services that the environment names. */
export function depsFromEnvironment(): ReceptionistDeps {
  const environment = readEnvironment([
    'ACCOUNTS_TABLE',
    'REGISTRY_TABLE',
    'WORKSPACE_BUCKET',
    'MAX_CONCURRENT_TASKS_PER_TENANT',
    'REQUESTS_PER_MINUTE',
    'OFFICE_ENGINE',
    'OFFICE_VERSION',
    'OFFICE_ALLOW_HOSTS',
    'DEFAULT_MAX_DURATION_SECONDS',
  ]);
  const accounts = { client: documentClient(), table: environment.ACCOUNTS_TABLE };
  const sendTask = taskQueuesFromEnvironment(sqsClient);
  const delayOf = createBurstSpread({
    places: environment.MAX_CONCURRENT_TASKS_PER_TENANT,
    longestSeconds: LONGEST_FIRST_WAIT_SECONDS,
    now,
  });
  const embedded = environment.OFFICE_ENGINE === 'embedded';
  const events = eventLog();
  const limits = createLimitStore(accounts);
  const places = placesFromEnvironment();
  const approvals = createApprovalStore(taskTable());
  const registry = toolRegistryFromEnvironment();
  const documents = createTaskDocuments(taskTable());
  const learnFrom = createFeedbackListener({ documents, claimChecks: claimChecks(), archives });
  return {
    version: environment.OFFICE_VERSION,
    engine: environment.OFFICE_ENGINE,
    streaming: embedded,
    default_max_duration_seconds: environment.DEFAULT_MAX_DURATION_SECONDS,
    now,
    newId,
    accounts: createAccountStore(accounts),
    limiter: createRateLimiter({
      counter: createRateCounter(accounts),
      limit: environment.REQUESTS_PER_MINUTE,
    }),
    limitsOf: (tenantId) => limits.read(tenantId),
    idempotency: createIdempotencyStore(accounts),
    tasks: taskStore(),
    events,
    documents,
    claimChecks: claimChecks(),
    workspaces: workspaces(environment.WORKSPACE_BUCKET),
    queue: { send: (priority, message) => sendTask(message, priority, delayOf(message.tenant_id)) },
    executions: createExecutions({ client: sfnClient }),
    approvals,
    deadLetters: createDeadLetterStore(taskTable()),
    registry: forgetful(
      createRegistryStore({ client: documentClient(), table: environment.REGISTRY_TABLE }),
      (tenantId) => registry.forget(tenantId),
    ),
    policies: forgetfulPolicies(
      createPolicyStore({ client: documentClient(), table: environment.REGISTRY_TABLE }),
    ),
    checkPolicies: async (policies) => (await import('../broker/cedar-policy.ts')).checkPolicies(policies),
    mcpServers: createMcpServerStore({ client: documentClient(), table: environment.REGISTRY_TABLE }),
    discoverMcp: async (server) => (await discoverMcp())(server),
    shelf: (tenantId) => registry.shelf(tenantId),
    audit: createAuditStore(taskTable()),
    accounting: accounting(events),
    modelRoutes: modelRoutesFromEnvironment,
    models: async () => {
      const { roles } = await configuredModels();
      return Object.fromEntries(
        Object.entries(roles).map(([role, models]) => [role, models.map(({ model }) => model)]),
      );
    },
    // Loaded when they are first needed: what few requests use must not lengthen every cold start.
    invokeTool: async (trial) => (await toolTrial())(trial),
    judgePlan: async (plan, allowed, shelf) => (await planJudge())(plan, allowed, shelf),
    withdraw: createWithdraw({ approvals, holds: createHoldStore(taskTable()), now }),
    releaseSlot: (key) => places.release(key),
    notify: async (key, again) => (await notice())(key, again),
    tellTools: async (key) => {
      const place = { Bucket: environment.WORKSPACE_BUCKET, Key: stateDocumentKey(key, CANCELLED) };
      await s3Client().send(new PutObjectCommand({ ...place, Body: '{}' }));
    },
    onFeedback: async (key, feedback) => {
      await learnFrom(key, feedback);
      reportFeedback(feedback.rating);
    },
    estimate: (tenantId, { description }) => usualSeconds(tenantId, description),
    failurePatterns: async (tenantId) => (await archives()).failurePatterns(tenantId),
    webhooks: createWebhookStore(taskTable()),
    addressProblem: createAddressCheck(environment.OFFICE_ALLOW_HOSTS.split(',').filter(Boolean)),
    logError: (message, error, detail) =>
      logger.error(message, { ...detail, error: error instanceof Error ? error : new Error(String(error)) }),
  };
}

/** The verifier of the configured issuer's tokens, loaded with the first token. */
function verifyTokenFromEnvironment(): { verifyToken: VerifyToken } | Record<string, never> {
  const {
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    OIDC_TENANT_CLAIM: tenantClaim,
  } = readEnvironment(['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_TENANT_CLAIM']);
  if (issuer === undefined || audience === undefined) return {};
  const verifier = once(async () => {
    const { createUserTokens, fetchIssuerKeys } = await import('./user-tokens.ts');
    return createUserTokens({ issuer, audience, tenantClaim, fetchKeys: () => fetchIssuerKeys(issuer), now });
  });
  return { verifyToken: async (token) => (await verifier())(token) };
}

/** The HTTP interface over the services that the environment names; `metrics` where one process can tell them all. */
export const appFromEnvironment = (
  own: Pick<ReceptionistDeps, 'metrics'> = {},
): ReturnType<typeof createApp> =>
  createApp({ ...depsFromEnvironment(), ...verifyTokenFromEnvironment(), ...own });
