import type { z } from 'zod';
import { COMPLETED_MESSAGE, type TaskEvent } from '../../schemas/events.ts';
import type { StepView, SubtaskView, TaskSummary, TaskView } from '../../schemas/http.ts';
import { finalResultSchema, isFinal, type TaskKey, type TaskStatus } from '../../schemas/task.ts';
import { type TaskRecord, taskRecordSchema } from '../shared/stores/task-record.ts';
import { consoleUrl } from './console-url.ts';
import { noTask } from './endpoint.ts';
import type { ReceptionistDeps } from './ports.ts';
import { foldTask, type TaskProgress } from './task-view.ts';

/** `logs` of a task's answer holds what the latest of its events say. */
const SHOWN_EVENTS = 100;

/** The record's end wins; a task that has been accepted (again) and not started shows no earlier end. */
export function statusOf(record: Pick<TaskRecord, 'stage' | 'status'>, folded: TaskProgress): TaskStatus {
  if (record.stage === 'ended' || record.stage === 'uploading') return record.status;
  if (isFinal(folded.status)) return record.status;
  return record.stage === 'started' && folded.status === 'submitted' ? record.status : folded.status;
}

/** A task's end is written before its last line; an answer in between says the same as one after it. */
function logsOf(record: TaskRecord, events: readonly TaskEvent[]): string[] {
  const said = events.map((event) => event.message);
  const isSilent =
    record.stage === 'ended' &&
    record.status === 'completed' &&
    !events.some(({ type }) => type === 'task.completed');
  return (isSilent ? [...said, COMPLETED_MESSAGE] : said).slice(-SHOWN_EVENTS);
}

function progressOf(record: TaskRecord, folded: TaskProgress): number {
  if (record.stage === 'ended') return record.status === 'completed' ? 1 : Math.min(folded.progress, 0.99);
  return folded.progress;
}

const endedSubtasks: readonly SubtaskView['status'][] = ['succeeded', 'failed', 'skipped'];

/** A part of a task that has ended: nothing of it goes on, and of what was under way nobody knows how far it came. */
function closed(subtask: SubtaskView, endedAt: string | null): SubtaskView {
  const steps = subtask.steps.map((step): StepView => {
    if (step.status === 'running') return { ...step, status: 'in_doubt', ended_at: endedAt };
    return step.status === 'waiting' ? { ...step, status: 'skipped' } : step;
  });
  if (endedSubtasks.includes(subtask.status)) return { ...subtask, steps };
  return subtask.started_at === null
    ? { ...subtask, status: 'skipped', steps }
    : { ...subtask, status: 'failed', ended_at: endedAt, steps };
}

const subtasksOf = (record: TaskRecord, folded: TaskProgress): SubtaskView[] =>
  record.stage === 'ended' && record.status !== 'completed'
    ? folded.subtasks.map((subtask) => closed(subtask, record.completed_at ?? null))
    : [...folded.subtasks];

/** A task and its events as `GET /tasks` lists it. */
export function summaryOf(record: TaskRecord, events: readonly TaskEvent[]): TaskSummary {
  const folded = foldTask(events);
  return {
    task_id: record.task_id,
    status: statusOf(record, folded),
    description: record.description,
    priority: record.priority,
    dry_run: record.dry_run,
    metadata: record.metadata,
    progress: progressOf(record, folded),
    error: record.error ?? null,
    cost: record.cost ?? folded.cost,
    created_at: record.created_at,
    completed_at: record.completed_at ?? null,
  };
}

/** A task, its events and its result as `GET /tasks/{task_id}` shows it. */
export function viewOf(
  record: TaskRecord,
  events: readonly TaskEvent[],
  result: z.infer<typeof finalResultSchema> | null,
): Omit<TaskView, 'console_url'> {
  const folded = foldTask(events);
  return {
    ...summaryOf(record, events),
    criteria: record.criteria,
    constraints: record.constraints,
    current_step: record.stage === 'ended' ? null : folded.current_step,
    logs: logsOf(record, events),
    final_result: result,
    subtasks: subtasksOf(record, folded),
    started_at: record.started_at ?? null,
    deadline: record.deadline,
    execution_arn: record.execution_arn ?? null,
  };
}

/**
 * The task's record and events, in one query.
 * @throws HttpProblem 404
 */
export async function readTask(
  deps: Pick<ReceptionistDeps, 'events'>,
  key: TaskKey,
): Promise<{ record: TaskRecord; events: TaskEvent[] }> {
  const { meta, events } = await deps.events.read(key);
  if (meta === null) throw noTask(key.task_id);
  return { record: taskRecordSchema.parse(meta), events };
}

/** @throws HttpProblem 404 */
export async function answerForTask(deps: ReceptionistDeps, key: TaskKey): Promise<TaskView> {
  const { record, events } = await readTask(deps, key);
  const result =
    record.result === undefined ? null : await deps.claimChecks.checkOut(record.result, finalResultSchema);
  return { ...viewOf(record, events, result), console_url: consoleUrl(record.execution_arn, deps.engine) };
}

/** How far it has come, its events tell: of one that has started, and of one that ended before its goal. */
const hasPath = ({ stage, status }: TaskRecord): boolean =>
  stage === 'started' || (stage === 'ended' && status !== 'completed');

/** Pages read at most for one answer of a filtered list. */
const MAX_PAGES = 20;

/**
 * Newest first. The status of an open task is folded from its events, so a filter reads pages until the answer is
 * full; a cursor may come with fewer tasks than asked for.
 */
export async function listTasks(
  deps: Pick<ReceptionistDeps, 'tasks' | 'events'>,
  tenantId: string,
  query: { status?: TaskStatus | undefined; limit: number; cursor?: string | undefined },
): Promise<{ tasks: TaskSummary[]; cursor: string | null }> {
  const tasks: TaskSummary[] = [];
  let cursor: string | null = query.cursor ?? null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await deps.tasks.list(tenantId, {
      limit: query.limit - tasks.length,
      ...(cursor === null ? {} : { cursor }),
    });
    const isWanted = ({ status }: { status: TaskStatus }): boolean =>
      query.status === undefined || status === query.status;
    const summaries = await Promise.all(
      found.tasks
        .filter((record) => record.stage !== 'ended' || isWanted(record))
        .map(async (record) => summaryOf(record, hasPath(record) ? await deps.events.list(record) : [])),
    );
    tasks.push(...summaries.filter(isWanted));
    cursor = found.cursor;
    if (cursor === null || tasks.length >= query.limit) break;
  }
  return { tasks, cursor };
}
