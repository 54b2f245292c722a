import type { AcceptedTask } from '../../schemas/http.ts';
import { builtInToolNames } from '../../schemas/identifiers.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { Constraints, Submission, TaskKey } from '../../schemas/task.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskStateConflictError } from '../shared/stores/task-store.ts';
import type { ReceptionistDeps } from './ports.ts';
import { badRequest, conflict, type FieldError, HttpProblem, MAX_RECORD_BYTES } from './problem.ts';
import { type DecodedFile, decodeFiles, normalizePaths } from './workspace-files.ts';

/** Presigned URLs are good for an hour. */
export const UPLOAD_SECONDS = 3_600;
/** Seconds a task usually takes when nothing better is known. */
const USUAL_SECONDS = 30;
/** Uploads at a time; S3 takes 3,500 writes a second and prefix, a Lambda has few sockets. */
const UPLOADS_AT_ONCE = 24;

/**
 * What the schema can't see: paths, encodings, tools that don't exist, and the size of the record.
 * @throws HttpProblem 400 or 413
 */
export async function checkSubmission(
  deps: ReceptionistDeps,
  tenantId: string,
  body: Submission,
): Promise<void> {
  const files = body.workspace?.files ?? [];
  const paths =
    body.workspace !== undefined && 'upload' in body.workspace
      ? normalizePaths(files)
      : decodeFiles(filesOf(body)).map(({ path }) => path);
  const { webhook, constraints } = body;
  refuseLargeRecord(body, paths);
  await refuseUnknownTools(deps, tenantId, [...toolsNamedIn(constraints), ...toolsOfPlan(body.plan)]);
  const problem = webhook === undefined ? null : await deps.addressProblem(webhook.url);
  if (problem !== null) {
    throw badRequest('The webhook can not be reached from here.', [
      { path: 'webhook.url', message: problem },
    ]);
  }
}

/** @throws HttpProblem 413 when a task's texts and the paths of its files fit into no record together */
export function refuseLargeRecord(
  {
    description,
    criteria,
    metadata,
    webhook,
    constraints,
  }: Pick<TaskRecord, 'description' | 'criteria' | 'metadata' | 'constraints'> & {
    webhook?: TaskRecord['webhook'] | undefined;
  },
  paths: readonly string[],
): void {
  const bytes =
    Buffer.byteLength(JSON.stringify({ description, criteria, metadata, webhook, constraints })) +
    paths.reduce((sum, path) => sum + Buffer.byteLength(path) + 48, 0);
  if (bytes > MAX_RECORD_BYTES) {
    throw new HttpProblem(
      413,
      `Description, criteria, metadata and file names make ${bytes} bytes together; ${MAX_RECORD_BYTES} fit. Put long texts into files.`,
    );
  }
}

/** A tool's name in a request, and where it stands. */
interface NamedTool {
  readonly name: string;
  readonly path: string;
}

export const toolsOfPlan = (plan: Plan | null | undefined, root = ''): NamedTool[] =>
  (plan?.steps ?? []).map(({ action }, i) => ({ name: action, path: `${root}plan.steps.${i}.action` }));

export const toolsNamedIn = (constraints: Constraints | undefined, root = ''): NamedTool[] =>
  (constraints?.allowed_tools ?? []).map((name, i) => ({
    name,
    path: `${root}constraints.allowed_tools.${i}`,
  }));

/** @throws HttpProblem 400 */
export async function refuseUnknownTools(
  deps: ReceptionistDeps,
  tenantId: string,
  named: readonly NamedTool[],
): Promise<void> {
  const builtIn = new Set<string>(builtInToolNames);
  // The registry is only read when a name is not the office's own: a usual submission costs one write.
  const others = [...new Set(named.map(({ name }) => name))].filter((name) => !builtIn.has(name));
  if (others.length === 0) return;
  const unknown = await unknownTools(deps, tenantId, others);
  const errors: FieldError[] = named
    .filter(({ name }) => unknown.has(name))
    .map(({ name, path }) => ({ path, message: `there is no tool ${name}; GET /tools lists them` }));
  if (errors.length > 0) throw badRequest('The task names tools that do not exist.', errors);
}

/** A tool that another process has just registered is not on this one's shelf yet: the store decides. */
async function unknownTools(
  deps: ReceptionistDeps,
  tenantId: string,
  names: readonly string[],
): Promise<Set<string>> {
  const { manifests } = await deps.shelf(tenantId);
  const missing = names.filter((name) => !manifests.has(name));
  const found = await Promise.all(missing.map((name) => deps.registry.get(tenantId, name)));
  return new Set(missing.filter((_, index) => found[index] === null));
}

const filesOf = (body: Submission) =>
  body.workspace !== undefined && !('upload' in body.workspace) ? body.workspace.files : [];

/**
 * Accepts a task: workspace to S3, then the record (durable from here on), then the queue.
 * A queue that can't be reached loses nothing: the sweeper enqueues what was accepted and not started.
 */
export async function submitTask(
  deps: ReceptionistDeps,
  tenantId: string,
  body: Submission,
  subject: { id: string; again: boolean },
): Promise<AcceptedTask> {
  const key: TaskKey = { tenant_id: tenantId, task_id: subject.id };
  const uploading = body.workspace !== undefined && 'upload' in body.workspace;
  const now = deps.now();
  const seconds = body.constraints.max_duration ?? deps.default_max_duration_seconds;
  const deadline = new Date(now.getTime() + seconds * 1000);
  const [inputs, plan] = await Promise.all([
    storeFiles(deps, key, decodeFiles(filesOf(body))),
    body.plan === null ? null : deps.claimChecks.checkIn(key, body.plan),
    // Before it is accepted: no call of a limited task goes unlimited.
    limitCost(deps, key, body.constraints.max_cost_usd),
  ]);
  const record: TaskRecord = {
    ...key,
    stage: uploading ? 'uploading' : 'accepted',
    status: 'submitted',
    description: body.description,
    constraints: body.constraints,
    criteria: body.criteria,
    priority: body.priority,
    dry_run: body.dry_run,
    plan,
    webhook: body.webhook ?? null,
    metadata: body.metadata,
    inputs,
    created_at: now.toISOString(),
    deadline: deadline.toISOString(),
    updated_at: now.toISOString(),
    runs: 0,
  };
  try {
    await deps.tasks.accept(record);
  } catch (error) {
    // An earlier try with the same Idempotency-Key got as far as this; enqueueing twice starts once.
    if (!(error instanceof TaskStateConflictError && subject.again)) throw error;
  }
  if (!uploading) await enqueue(deps, record);
  const estimate = now.getTime() + (deps.estimate?.(key.tenant_id, body) ?? estimateSeconds(body)) * 1000;
  const self = `/tasks/${key.task_id}`;
  return {
    task_id: key.task_id,
    status: 'submitted',
    estimated_completion: new Date(Math.min(estimate, deadline.getTime())).toISOString(),
    links: {
      self,
      events: `${self}/events`,
      logs: `${self}/logs`,
      artifacts: `${self}/artifacts`,
      cancel: `${self}/cancel`,
    },
    ...(uploading
      ? {
          upload: {
            files: await uploadUrls(deps, key, normalizePaths(body.workspace?.files ?? [])),
            more: `${self}/uploads`,
            start: `${self}/start`,
          },
        }
      : {}),
  };
}

/** Tasks without a limit of their own cost no request. */
export async function limitCost(
  deps: ReceptionistDeps,
  key: TaskKey,
  maxCostUsd: number | undefined,
): Promise<void> {
  if (maxCostUsd !== undefined) await deps.accounting.limitTask(key, maxCostUsd);
}

const estimateSeconds = (body: Submission): number =>
  body.plan?.metadata.estimated_duration_seconds ?? USUAL_SECONDS;

/** Puts the task into the queue of its priority; a failure is logged and left to the sweeper. */
export async function enqueue(
  deps: ReceptionistDeps,
  record: Pick<TaskRecord, 'tenant_id' | 'task_id' | 'priority'>,
  how: { run?: number; resume?: true; mode?: 'retry' | 'replan' | 'edit' } = {},
): Promise<void> {
  const { tenant_id, task_id, priority } = record;
  try {
    await deps.queue.send(priority, { tenant_id, task_id, ...how });
  } catch (error) {
    deps.logError('An accepted task could not be enqueued; the sweeper will', error, { tenant_id, task_id });
  }
}

/** Path to etag of every stored file. */
async function storeFiles(
  deps: ReceptionistDeps,
  key: TaskKey,
  files: readonly DecodedFile[],
): Promise<Record<string, string>> {
  const workspace = deps.workspaces.of(key);
  const etags: [string, string][] = [];
  const left = [...files];
  await Promise.all(
    Array.from({ length: Math.min(UPLOADS_AT_ONCE, files.length) }, async () => {
      for (let file = left.pop(); file !== undefined; file = left.pop()) {
        // With marks given there is nothing to read first: one request a file.
        const { etag } = await workspace.write(file.path, file.bytes, { marks: [] });
        etags.push([file.path, etag]);
      }
    }),
  );
  return Object.fromEntries(etags);
}

export async function uploadUrls(deps: ReceptionistDeps, key: TaskKey, paths: readonly string[]) {
  const expires_at = new Date(deps.now().getTime() + UPLOAD_SECONDS * 1000).toISOString();
  return Promise.all(
    paths.map(async (path) => ({
      path,
      method: 'PUT' as const,
      url: await deps.workspaces.uploadUrl(key, path, UPLOAD_SECONDS),
      expires_at,
    })),
  );
}

/**
 * The workspace is complete: what is there now are the task's inputs.
 * @throws HttpProblem 409 when the task was started before
 */
export async function startUploaded(deps: ReceptionistDeps, key: TaskKey): Promise<TaskRecord> {
  const entries = await deps.workspaces.of(key).list('');
  const inputs = Object.fromEntries(entries.map(({ path, etag }) => [path, etag]));
  try {
    const record = await deps.tasks.finishUpload(key, inputs);
    await enqueue(deps, record);
    return record;
  } catch (error) {
    if (error instanceof TaskStateConflictError) {
      throw conflict(`Task ${key.task_id} does not wait for an upload.`);
    }
    throw error;
  }
}
