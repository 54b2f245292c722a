/** In-memory fakes of everything the receptionist works with: object literals over maps. */
import { createHash } from 'node:crypto';

import { monotonicFactory, ulid } from 'ulid';
import { createApp } from '../../lambdas/receptionist/app.ts';
import type { QueueMessage, ReceptionistDeps } from '../../lambdas/receptionist/ports.ts';
import { createRateLimiter } from '../../lambdas/receptionist/rate-limiter.ts';
import { endpoints } from '../../lambdas/receptionist/routes/all.ts';
import type { ApiKey, Scope } from '../../lambdas/shared/stores/account-store.ts';
import { type Approval, ApprovalNotPendingError } from '../../lambdas/shared/stores/approval-store.ts';
import type { AuditEntry } from '../../lambdas/shared/stores/audit-store.ts';
import { type DeadLetter, DeadLetterNotOpenError } from '../../lambdas/shared/stores/dead-letter-store.ts';
import type { Claim, StoredAnswer } from '../../lambdas/shared/stores/idempotency-store.ts';
import { ToolVersionExistsError } from '../../lambdas/shared/stores/registry-store.ts';
import type { TaskRecord } from '../../lambdas/shared/stores/task-record.ts';
import { TaskNotFoundError, TaskStateConflictError } from '../../lambdas/shared/stores/task-store.ts';
import { FileNotFoundError, type Workspace } from '../../lambdas/shared/tools/workspace.ts';
import type { TaskEvent } from '../../schemas/events.ts';
import type { HumanDecision } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';

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

const idOf = (key: TaskKey) => `${key.tenant_id}/${key.task_id}`;

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
  const nextEvent = monotonicFactory();
  const now = changes.now ?? (() => new Date('2026-05-01T12:00:00.000Z'));
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
  const claims = new Map<
    string,
    { fingerprint: string; subject: string; holder: string; live: boolean; answer?: StoredAnswer }
  >();

  const change = (
    key: TaskKey,
    transition: string,
    from: TaskRecord['stage'][],
    set: Partial<TaskRecord>,
  ) => {
    const record = tasks.get(idOf(key));
    if (record === undefined || !from.includes(record.stage))
      throw new TaskStateConflictError(key.task_id, transition);
    const changed = { ...record, ...set };
    tasks.set(idOf(key), changed);
    return changed;
  };

  const workspaceOf = (key: TaskKey): Workspace => {
    const stored = files.get(idOf(key)) ?? new Map<string, Uint8Array>();
    files.set(idOf(key), stored);
    const entry = (path: string, bytes: Uint8Array) => ({
      path,
      size: bytes.byteLength,
      etag: createHash('md5').update(bytes).digest('hex'),
      modified_at: now().toISOString(),
    });
    return {
      async read(path) {
        const bytes = stored.get(path);
        if (bytes === undefined) throw new FileNotFoundError(path);
        return { bytes, etag: entry(path, bytes).etag };
      },
      async write(path, bytes) {
        stored.set(path, bytes);
        return entry(path, bytes);
      },
      list: async () => [...stored].map(([path, bytes]) => entry(path, bytes)),
      async stat(path) {
        const bytes = stored.get(path);
        return bytes === undefined ? null : entry(path, bytes);
      },
      async remove(path) {
        stored.delete(path);
      },
    };
  };

  const claimOf = (request: { tenant_id: string; key: string; fingerprint: string }): Claim | null => {
    const held = claims.get(`${request.tenant_id}/${request.key}`);
    if (held === undefined) return null;
    if (held.fingerprint !== request.fingerprint) return { outcome: 'mismatch' };
    return held.answer === undefined ? { outcome: 'busy' } : { outcome: 'answered', answer: held.answer };
  };

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
    idempotency: {
      async claim(request, wanted) {
        const id = `${request.tenant_id}/${request.key}`;
        const held = claims.get(id);
        if (
          held === undefined ||
          (!held.live && held.answer === undefined && held.fingerprint === request.fingerprint)
        ) {
          const subject = held?.subject ?? wanted.subject;
          claims.set(id, { fingerprint: request.fingerprint, subject, holder: wanted.holder, live: true });
          return { outcome: 'claimed', subject, again: held !== undefined };
        }
        return claimOf(request) ?? { outcome: 'busy' };
      },
      look: async (request) => claimOf(request),
      async answer(request, holder, answer) {
        const held = claims.get(`${request.tenant_id}/${request.key}`);
        if (held?.holder === holder) held.answer = answer;
      },
      async giveUp(request, holder) {
        const held = claims.get(`${request.tenant_id}/${request.key}`);
        if (held?.holder === holder) held.live = false;
      },
    },
    tasks: {
      async accept(record) {
        if (tasks.has(idOf(record))) throw new TaskStateConflictError(record.task_id, 'accepted');
        tasks.set(idOf(record), record);
      },
      finishUpload: async (key, inputs) =>
        change(key, 'started', ['uploading'], { stage: 'accepted', inputs }),
      start: async (key, arn) =>
        change(key, 'started', ['accepted'], {
          stage: 'started',
          status: 'decomposing',
          execution_arn: arn,
          runs: 1,
        }),
      async reopen(key, changed = {}) {
        if (!tasks.has(idOf(key))) throw new TaskNotFoundError(key.task_id);
        return change(key, 'redriven', ['ended'], { ...changed, stage: 'accepted', status: 'submitted' });
      },
      end: async (key, ending) =>
        change(key, ending.status, ['uploading', 'accepted', 'started'], {
          ...ending,
          stage: 'ended',
          completed_at: now().toISOString(),
        }),
      get: async (key) => tasks.get(idOf(key)) ?? null,
      async list(tenantId, options) {
        const own = [...tasks.values()].filter(({ tenant_id }) => tenant_id === tenantId).reverse();
        const from = Number(options.cursor ?? 0);
        const page = own.slice(from, from + options.limit);
        const next = from + page.length;
        return { tasks: page, cursor: next < own.length ? String(next) : null };
      },
      listActive: async () => [],
    },
    events: {
      async append(key, added) {
        const logged = added.map(
          (event): TaskEvent => ({
            ...event,
            id: nextEvent(now().getTime()),
            at: event.at ?? now().toISOString(),
          }),
        );
        events.set(idOf(key), [...(events.get(idOf(key)) ?? []), ...logged]);
        return logged;
      },
      list: async (key, options = {}) =>
        (events.get(idOf(key)) ?? [])
          .filter(({ id }) => options.after === undefined || id > options.after)
          .slice(0, options.limit),
      read: async (key) => ({
        meta: (tasks.get(idOf(key)) as Record<string, unknown> | undefined) ?? null,
        events: events.get(idOf(key)) ?? [],
      }),
    },
    documents: {
      list: async () => [],
      async putFeedback(key, given) {
        feedback.push({ ...key, ...given });
      },
      forgetGates: async () => undefined,
    },
    claimChecks: {
      checkIn: async (_key, document) => ({ inline: JSON.parse(JSON.stringify(document)) }),
      async checkOut(check, schema) {
        if (!('inline' in check)) throw new Error('This fake keeps everything inline.');
        return schema.parse(check.inline);
      },
    },
    workspaces: {
      of: workspaceOf,
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
    approvals: {
      async get(tenantId, id) {
        const found = approvals.get(id);
        return found?.tenant_id === tenantId ? found : null;
      },
      async decide(tenantId, id, decision) {
        const found = approvals.get(id);
        if (found?.tenant_id !== tenantId || found.status !== 'pending') {
          throw new ApprovalNotPendingError(`Approval ${id} is not pending.`);
        }
        const decided: Approval = {
          ...found,
          status: decision.status,
          decided_by: decision.by,
          comment: decision.comment,
          decided_at: decision.at,
        };
        approvals.set(id, decided);
        return decided;
      },
      list: async (tenantId, { limit }) =>
        [...approvals.values()].filter(({ tenant_id }) => tenant_id === tenantId).slice(0, limit),
      listByTask: async (key) =>
        [...approvals.values()].filter(
          (each) => each.tenant_id === key.tenant_id && each.task_id === key.task_id,
        ),
    },
    deadLetters: {
      async put(letter) {
        letters.set(idOf(letter), letter);
      },
      document: (letter) => ({ sk: 'DEADLETTER', body: letter }),
      get: async (key) => letters.get(idOf(key)) ?? null,
      list: async (tenantId, { limit }) => ({
        letters: [...letters.values()].filter(({ tenant_id }) => tenant_id === tenantId).slice(0, limit),
        cursor: null,
      }),
      async resolve(key) {
        const letter = letters.get(idOf(key));
        if (letter?.status !== 'open') throw new DeadLetterNotOpenError('not open');
        const resolved: DeadLetter = { ...letter, status: 'redriven', redrives: letter.redrives + 1 };
        letters.set(idOf(key), resolved);
        return resolved;
      },
    },
    registry: {
      list: async (tenantId) =>
        [...registered].filter(([id]) => id.startsWith(`${tenantId}/`)).map(([, manifest]) => manifest),
      get: async (tenantId, name) => registered.get(`${tenantId}/${name}`) ?? null,
      async put(tenantId, manifest) {
        const known = registered.get(`${tenantId}/${manifest.name}`);
        if (known?.version === manifest.version && JSON.stringify(known) !== JSON.stringify(manifest)) {
          throw new ToolVersionExistsError('raise the version');
        }
        registered.set(`${tenantId}/${manifest.name}`, manifest);
      },
      remove: async (tenantId, name) => registered.delete(`${tenantId}/${name}`),
    },
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
    accounting: {
      usage: async (_tenantId, range) => ({ ...range }),
      budget: async () => ({ day: {}, month: {} }),
      setBudget: async (_tenantId, limits) => ({ ...limits }),
    },
    invokeTool: async ({ inputs }) => ({ status: 'ok', output: inputs, error: null, duration_ms: 1 }),
    judgePlan: async () => ({
      verdict: 'APPROVED',
      feedback: [],
      hash: 'h',
      quote: { max_usd: 0, max_tokens: 0 },
    }),
    async releaseSlot(key) {
      released.push(idOf(key));
    },
    notify: async () => undefined,
    onFeedback: async () => undefined,
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
      const logged = added.map(
        (event): TaskEvent => ({ ...event, id: nextEvent(now().getTime()), at: now().toISOString() }),
      );
      events.set(idOf(key), [...(events.get(idOf(key)) ?? []), ...logged]);
    },
  };
}
