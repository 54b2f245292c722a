/** In-memory stores that keep the rules of the real ones: one conditional write a transition, per tenant. */

import { createHash } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import {
  type Approval,
  ApprovalNotPendingError,
  type ApprovalStore,
} from '../../lambdas/shared/stores/approval-store.ts';
import { type AuditEntry, auditEntrySchema } from '../../lambdas/shared/stores/audit-store.ts';
import {
  type DeadLetter,
  DeadLetterNotOpenError,
  type DeadLetterStore,
} from '../../lambdas/shared/stores/dead-letter-store.ts';
import type { EventLog } from '../../lambdas/shared/stores/event-log.ts';
import type { Claim, IdempotencyStore, StoredAnswer } from '../../lambdas/shared/stores/idempotency-store.ts';
import { type RegistryStore, ToolVersionExistsError } from '../../lambdas/shared/stores/registry-store.ts';
import type { TaskRecord } from '../../lambdas/shared/stores/task-record.ts';
import {
  TaskNotFoundError,
  TaskStateConflictError,
  type TaskStore,
} from '../../lambdas/shared/stores/task-store.ts';
import { FileNotFoundError, type Workspace } from '../../lambdas/shared/tools/workspace.ts';
import type { TaskEvent } from '../../schemas/events.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';

export const idOf = (key: TaskKey) => `${key.tenant_id}/${key.task_id}`;
type Now = () => Date;

/** Stamps events as the log does; ids order them. */
export function eventStamp(now: Now) {
  const nextEvent = monotonicFactory();
  return (event: Omit<TaskEvent, 'id' | 'at'> & { at?: string }): TaskEvent => ({
    ...event,
    id: nextEvent(now().getTime()),
    at: event.at ?? now().toISOString(),
  });
}

export function fakeTaskStore(tasks: Map<string, TaskRecord>, now: Now): TaskStore {
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

  return {
    async accept(record) {
      if (tasks.has(idOf(record))) throw new TaskStateConflictError(record.task_id, 'accepted');
      tasks.set(idOf(record), record);
    },
    finishUpload: async (key, inputs) => change(key, 'started', ['uploading'], { stage: 'accepted', inputs }),
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
    listActive: async () => ({ tasks: [], next: null }),
    postpone: async () => undefined,
  };
}

export function fakeEventLog(
  events: Map<string, TaskEvent[]>,
  tasks: ReadonlyMap<string, TaskRecord>,
  stamp: ReturnType<typeof eventStamp>,
  audit: AuditEntry[],
): EventLog {
  return {
    async append(key, added, documents = []) {
      const logged = added.map(stamp);
      audit.push(
        ...documents.filter(({ pk }) => pk !== undefined).map(({ body }) => auditEntrySchema.parse(body)),
      );
      events.set(idOf(key), [...(events.get(idOf(key)) ?? []), ...logged]);
    },
    list: async (key, options = {}) =>
      (events.get(idOf(key)) ?? [])
        .filter(({ id }) => options.after === undefined || id > options.after)
        .slice(0, options.limit),
    read: async (key) => ({
      meta: (tasks.get(idOf(key)) as Record<string, unknown> | undefined) ?? null,
      events: events.get(idOf(key)) ?? [],
    }),
  };
}

/** Workspaces by task, files by path. */
export function fakeWorkspaceOf(
  files: Map<string, Map<string, Uint8Array>>,
  now: Now,
): (key: TaskKey) => Workspace {
  return (key: TaskKey): Workspace => {
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
}

export function fakeIdempotencyStore(): IdempotencyStore {
  const claims = new Map<
    string,
    { fingerprint: string; subject: string; holder: string; live: boolean; answer?: StoredAnswer }
  >();

  const claimOf = (request: { tenant_id: string; key: string; fingerprint: string }): Claim | null => {
    const held = claims.get(`${request.tenant_id}/${request.key}`);
    if (held === undefined) return null;
    if (held.fingerprint !== request.fingerprint) return { outcome: 'mismatch' };
    return held.answer === undefined ? { outcome: 'busy' } : { outcome: 'answered', answer: held.answer };
  };

  return {
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
  };
}

export function fakeApprovalStore(
  approvals: Map<string, Approval>,
): Omit<ApprovalStore, 'request' | 'listDecided' | 'settle'> {
  return {
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
    told: async ({ approval_id }, told_at) => {
      const found = approvals.get(approval_id);
      if (found !== undefined) approvals.set(approval_id, { ...found, told_at });
    },
    list: async (tenantId, { limit, status }) => {
      const found = [...approvals.values()].filter(
        (each) => each.tenant_id === tenantId && (status ?? each.status) === each.status,
      );
      return { approvals: found.slice(0, limit), cursor: null };
    },
    listByTask: async (key) =>
      [...approvals.values()].filter(
        (each) => each.tenant_id === key.tenant_id && each.task_id === key.task_id,
      ),
  };
}

export function fakeDeadLetterStore(letters: Map<string, DeadLetter>): DeadLetterStore {
  return {
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
  };
}

export function fakeRegistryStore(registered: Map<string, ToolManifest>): RegistryStore {
  return {
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
  };
}

/** What a tenant keeps by name: policies, MCP servers. */
export function fakeNamedStore<Item extends { readonly name: string }>() {
  const stored = new Map<string, Item>();
  return {
    list: async (tenantId: string) =>
      [...stored].filter(([id]) => id.startsWith(`${tenantId}/`)).map(([, item]) => item),
    get: async (tenantId: string, name: string) => stored.get(`${tenantId}/${name}`) ?? null,
    put: async (tenantId: string, item: Item) => void stored.set(`${tenantId}/${item.name}`, item),
    remove: async (tenantId: string, name: string) => stored.delete(`${tenantId}/${name}`),
  };
}
