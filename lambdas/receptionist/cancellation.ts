import type { TaskKey } from '../../schemas/task.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskStateConflictError } from '../shared/stores/task-store.ts';
import type { ReceptionistDeps } from './ports.ts';
import { conflict } from './problem.ts';
import { readTask } from './task-answers.ts';
import { foldTask } from './task-view.ts';

/**
 * Cancels a task. Its end is written first, so that nothing that still runs can complete it; then its executions
 * are stopped, its questions withdrawn and its place freed.
 *
 * @throws HttpProblem 404, or 409 when it has ended before
 */
export async function cancelTask(deps: ReceptionistDeps, key: TaskKey, actor: string): Promise<void> {
  const { events } = await readTask(deps, key);
  const folded = foldTask(events);
  const error = { name: 'TaskCancelled', message: `The task was cancelled by ${actor}.` };
  let record: TaskRecord;
  try {
    // What was read may be older: only the record that the end is written to tells whether it has started.
    record = await deps.tasks.end(key, { status: 'cancelled', error, cost: folded.cost });
  } catch (cause) {
    if (!(cause instanceof TaskStateConflictError)) throw cause;
    throw conflict(`Task ${key.task_id} has ended already; there is nothing to cancel.`);
  }
  const subtasks = folded.subtasks.map(({ subtask_id }) => subtask_id);
  const cleaning = await Promise.allSettled([
    record.execution_arn === undefined
      ? Promise.resolve()
      : deps.executions.stop(record.execution_arn, subtasks, error.message),
    deps.events.append(key, [{ type: 'task.cancelled', status: 'cancelled', message: error.message }]),
    deps.withdraw(key, actor, 'The task was cancelled.'),
    deps.releaseSlot(key),
    record.execution_arn === undefined ? Promise.resolve() : deps.tellTools(key),
    record.webhook === null ? Promise.resolve() : deps.notify(key),
  ]);
  // The task is cancelled whatever happens to these; what is left over ends by its own time limits.
  for (const outcome of cleaning) {
    if (outcome.status === 'rejected') {
      deps.logError('Cleaning up after a cancellation failed', outcome.reason, { ...key });
    }
  }
}
