import { setTimeout as pause } from 'node:timers/promises';
import type { TaskKey } from '../../schemas/task.ts';
import type { DeadLetter } from '../shared/stores/dead-letter-store.ts';
import type { ReceptionistDeps } from './ports.ts';
import { notFound } from './problem.ts';

const PAUSE_MS = 50;
const PATIENCE_MS = 2_000;

/**
 * The task's dead letter. The morgue ends a task before it writes the letter, so that only one ending wins; who asks in
 * the instant between waits for it, also when there is one of an earlier run.
 *
 * @throws HttpProblem 404
 */
export async function deadLetterOf(
  deps: Pick<ReceptionistDeps, 'deadLetters' | 'tasks' | 'now'>,
  key: TaskKey,
): Promise<DeadLetter> {
  for (;;) {
    const letter = await deps.deadLetters.get(key);
    if (letter?.status === 'open') return letter;
    const record = await deps.tasks.get(key);
    const isBeingWritten =
      record?.status === 'failed' &&
      letter?.run !== record.runs &&
      deps.now().getTime() - Date.parse(record.completed_at ?? '') < PATIENCE_MS;
    if (isBeingWritten) {
      await pause(PAUSE_MS);
      continue;
    }
    if (letter !== null) return letter;
    throw notFound(`Task ${key.task_id} has no dead letter.`);
  }
}
