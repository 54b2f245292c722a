/** In-memory fakes of everything the receptionist works with: object literals over maps. */
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { InvalidPolicyError } from '../../lambdas/broker/policy.ts';
import { createAddressCheck } from '../../lambdas/notifier/address-check.ts';
import { createApp } from '../../lambdas/receptionist/app.ts';
import type { QueueMessage, ReceptionistDeps } from '../../lambdas/receptionist/ports.ts';
import { createRateLimiter } from '../../lambdas/receptionist/rate-limiter.ts';
import { endpoints } from '../../lambdas/receptionist/routes/all.ts';
import type { ApiKey, Scope } from '../../lambdas/shared/stores/account-store.ts';
import type { Approval } from '../../lambdas/shared/stores/approval-store.ts';
import type { AuditEntry } from '../../lambdas/shared/stores/audit-store.ts';
import type { DeadLetter } from '../../lambdas/shared/stores/dead-letter-store.ts';
import type { McpServerRecord } from '../../lambdas/shared/stores/mcp-server-store.ts';
import type { StoredPolicy } from '../../lambdas/shared/stores/policy-store.ts';
import type { TaskRecord } from '../../lambdas/shared/stores/task-record.ts';
import { createWithdraw } from '../../lambdas/shared/withdrawal.ts';
import type { TaskEvent } from '../../schemas/events.ts';
import type { SubtaskView } from '../../schemas/http.ts';
import type { HumanDecision } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import {
  eventStamp,
  fakeApprovalStore,
  fakeDeadLetterStore,
  fakeEventLog,
  fakeIdempotencyStore,
  fakeNamedStore,
  fakeRegistryStore,
  fakeTaskStore,
  fakeWorkspaceOf,
  idOf,
} from './receptionist-stores.ts';

export const readerKey = 'reader-key-0123456789';
export const adminKey = 'admin-key-0123456789';
export const otherKey = 'other-key-0123456789';

const apiKey = (tenant_id: string, scopes: readonly Scope[], name: string): ApiKey => ({
  key_id: createHash('sha256').update(name).digest('hex').slice(0, 16),
  tenant_id,
  name,
  scopes: [...scopes],
  created_at: '2026-01-01T00:00:00.000Z',
});

export const someTool: ToolManifest = {
  name: 'math_calculator',
  version: '1.0.0',
  description: 'Calculates.',
  input_schema: { type: 'object' },
  output_schema: { type: 'object' },
  risk: 'low',
  idempotent: true,
  timeout_seconds: 10,
  memory_mb: 128,
  network: 'none',
  workspace: 'none',
  example: { expression: '1 + 1' },
  source: { kind: 'builtin' },
};

/** The fields of answers' bodies that tests read; which of them are there depends on the request. */
export interface AnswerBody {
  readonly task_id: string;
  readonly estimated_completion: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly upload: { readonly files: unknown[]; readonly more: string; readonly start: string };
  readonly files: unknown[];
  readonly subtasks: readonly SubtaskView[];
  readonly tasks: readonly { readonly task_id: string }[];
  readonly cursor: string | null;
  readonly events: readonly { readonly type: string }[];
  readonly artifacts: readonly { readonly path: string; readonly url: string }[];
  readonly approvals: unknown[];
  readonly dead_letters: unknown[];
  readonly classes: unknown[];
  readonly tools: unknown[];
  readonly entries: unknown[];
}
export type Answered = Omit<Response, 'json'> & { json(): Promise<AnswerBody> };

export interface FakeOffice {
  readonly deps: ReceptionistDeps;
  readonly tasks: Map<string, TaskRecord>;
  readonly events: Map<string, TaskEvent[]>;
  readonly approvals: Map<string, Approval>;
  readonly letters: Map<string, DeadLetter>;
  readonly keys: Map<string, ApiKey>;
  readonly audit: AuditEntry[];
  readonly queue: QueueMessage[];
  readonly stopped: string[];
  readonly answered: { token: string; decision: HumanDecision }[];
  readonly errors: unknown[];
  readonly files: Map<string, Map<string, Uint8Array>>;
  readonly released: string[];
  readonly feedback: unknown[];
  /** Sends a request with the admin's key unless another one is given; `body` is sent as JSON. */
  request(
    method: string,
    path: string,
    options?: {
      key?: string | null;
      body?: unknown;
      headers?: Record<string, string>;
      raw?: string | Uint8Array<ArrayBuffer> | ReadableStream;
    },
  ): Promise<Answered>;
  log(key: TaskKey, ...events: Omit<TaskEvent, 'id' | 'at'>[]): void;
}

const patternOf = (path: string) =>
  new RegExp(`^${path.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Every JSON answer of every test fits the schema that the OpenAPI document gives for it. */
async function requireDocumented(method: string, path: string, answer: Response): Promise<void> {
  if (!(answer.headers.get('content-type') ?? '').startsWith('application/json')) return;
  const plain = path.split('?', 1)[0] ?? '';
  const served = endpoints.find((each) => each.method === method && patternOf(each.path).test(plain));
  const schema = served?.answers[answer.status]?.schema;
  if (schema === undefined)
    throw new Error(`${method} ${path} answered ${answer.status}, which is not documented.`);
  if (!served?.path.endsWith('{path+}')) schema.parse(await answer.json());
}

/** An office whose clock stands still unless `now` is given. */
export function fakeOffice(changes: Partial<ReceptionistDeps> = {}): FakeOffice {
  const now = changes.now ?? (() => new Date('2026-05-01T12:00:00.000Z'));
  const stamp = eventStamp(now);
  const tasks = new Map<string, TaskRecord>();
  const events = new Map<string, TaskEvent[]>();
  const approvals = new Map<string, Approval>();
  const letters = new Map<string, DeadLetter>();
  const audit: AuditEntry[] = [];
  const queue: QueueMessage[] = [];
  const stopped: string[] = [];
  const answered: FakeOffice['answered'] = [];
  const errors: unknown[] = [];
  const released: string[] = [];
  const feedback: unknown[] = [];
  const files = new Map<string, Map<string, Uint8Array>>();
  const registered = new Map<string, ToolManifest>();
  const keys = new Map<string, ApiKey>([
    [adminKey, apiKey('acme', ['admin'], 'admin')],
    [readerKey, apiKey('acme', ['tasks:read'], 'reader')],
    [otherKey, apiKey('other', ['admin'], 'other')],
  ]);
  const deps: ReceptionistDeps = {
    version: '0.0.0',
    engine: 'fake',
    streaming: true,
    default_max_duration_seconds: 3_600,
    now,
    newId: () => ulid(),
    accounts: { findKey: async (key) => keys.get(key) ?? null },
    limiter: createRateLimiter({
      counter: { add: async (_key, _start, count) => count },
      limit: 100_000,
      now,
    }),
    idempotency: fakeIdempotencyStore(),
    tasks: fakeTaskStore(tasks, now),
    events: fakeEventLog(events, tasks, stamp, audit),
    documents: {
      list: async () => [],
      async putFeedback(key, given) {
        feedback.push({ ...key, ...given });
      },
    },
    claimChecks: {
      checkIn: async (_key, document) => ({ inline: JSON.parse(JSON.stringify(document)) }),
      async checkOut(check, schema) {
        if (!('inline' in check)) throw new Error('This fake keeps everything inline.');
        return schema.parse(check.inline);
      },
    },
    workspaces: {
      of: fakeWorkspaceOf(files, now),
      uploadUrl: async (key, path) => `http://127.0.0.1/put/${idOf(key)}/${path}`,
      downloadUrl: async (key, path) => `http://127.0.0.1/get/${idOf(key)}/${path}`,
    },
    queue: {
      async send(_priority, message) {
        queue.push(message);
      },
    },
    executions: {
      async stop(arn, subtasks) {
        stopped.push(arn, ...subtasks);
      },
      async answer(token, decision) {
        answered.push({ token, decision });
        return true;
      },
    },
    approvals: fakeApprovalStore(approvals),
    deadLetters: fakeDeadLetterStore(letters),
    registry: fakeRegistryStore(registered),
    policies: fakeNamedStore<StoredPolicy>(),
    checkPolicies: async (policies) => {
      if (Object.values(policies).some((text) => text.includes('nonsense')))
        throw new InvalidPolicyError('nonsense is not Cedar');
    },
    mcpServers: fakeNamedStore<McpServerRecord>(),
    discoverMcp: async () => [],
    shelf: async (tenantId) => ({
      manifests: new Map(
        [
          someTool,
          ...[...registered].filter(([id]) => id.startsWith(`${tenantId}/`)).map(([, each]) => each),
        ].map((manifest) => [manifest.name, manifest]),
      ),
      unavailable: new Map(),
    }),
    audit: {
      async append(_tenantId, entry) {
        const logged = { ...entry, id: ulid(), at: now().toISOString() };
        audit.push(logged);
        return logged;
      },
      list: async (_tenantId, { limit }) => ({ entries: audit.slice(0, limit), cursor: null }),
    },
    models: async () => ({ planner: ['offline'] }),
    accounting: {
      limitTask: async () => {},
      usage: async (_tenantId, range) => ({ ...range }),
      budget: async () => ({ day: {}, month: {} }),
      setBudget: async (_tenantId, limits) => ({ ...limits }),
    },
    modelRoutes: { read: async () => ({ planner: ['offline'] }), set: async () => {} },
    invokeTool: async ({ inputs }) => ({ status: 'ok', output: inputs, error: null, duration_ms: 1 }),
    judgePlan: async () => ({
      verdict: 'APPROVED',
      feedback: [],
      hash: 'h',
      quote: { max_usd: 0, max_tokens: 0 },
    }),
    withdraw: async (key, by, comment) =>
      createWithdraw({ approvals: deps.approvals, holds: { forget: async () => undefined }, now })(
        key,
        by,
        comment,
      ),
    async releaseSlot(key) {
      released.push(idOf(key));
    },
    notify: async () => undefined,
    tellTools: async () => undefined,
    webhooks: { get: async () => null, deliveries: async () => [] },
    addressProblem: createAddressCheck([]),
    logError: (_message, error) => void errors.push(error),
    ...changes,
  };
  const app = createApp(deps);

  return {
    deps,
    tasks,
    events,
    approvals,
    letters,
    keys,
    audit,
    queue,
    stopped,
    answered,
    errors,
    files,
    released,
    feedback,
    async request(method, path, options = {}) {
      const key = options.key === undefined ? adminKey : options.key;
      const headers: Record<string, string> = {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(options.body === undefined && options.raw === undefined
          ? {}
          : { 'content-type': 'application/json' }),
        ...options.headers,
      };
      const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
      const answer = await app.request(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      await requireDocumented(method, path, answer.clone());
      return answer as Answered;
    },
    log(key, ...added) {
      const logged = added.map(stamp);
      events.set(idOf(key), [...(events.get(idOf(key)) ?? []), ...logged]);
    },
  };
}
