import type { StateFailure } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import { costOf } from '../finisher/assemble.ts';
import type { DeadLetter, DeadLetterStore } from '../shared/stores/dead-letter-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { SlotStore } from '../shared/stores/slot-store.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';
import { diagnose } from './classify.ts';

export interface MorgueDeps {
  readonly log: Pick<EventLog, 'append' | 'read'>;
  readonly tasks: Pick<TaskStore, 'end'>;
  readonly slots: Pick<SlotStore, 'release'>;
  readonly letters: Pick<DeadLetterStore, 'document' | 'get'>;
  /** Sends to the dead letter queue, where alarms look. */
  readonly enqueue: (letter: DeadLetter) => Promise<void>;
  readonly now: () => Date;
}

export interface BurialEvent extends TaskKey {
  readonly failure: StateFailure;
  readonly execution_arn: string;
}

export function createMorgue(deps: MorgueDeps) {
  return {
    /** Ends a task as failed and keeps what a person needs to decide what becomes of it. */
    async bury(event: BurialEvent): Promise<{ status: string; notify: boolean }> {
      const key: TaskKey = { tenant_id: event.tenant_id, task_id: event.task_id };
      const [{ events }, earlier] = await Promise.all([deps.log.read(key), deps.letters.get(key)]);
      const diagnosis = diagnose(event.failure, events);
      const cost = costOf(events);
      try {
        const [record] = await Promise.all([
          deps.tasks.end(key, { status: 'failed', error: diagnosis.error, cost }),
          deps.slots.release(key),
        ]);
        const letter: DeadLetter = {
          ...key,
          ...diagnosis,
          cost,
          execution_arn: event.execution_arn,
          failed_at: deps.now().toISOString(),
          redrives: earlier?.redrives ?? 0,
          status: 'open',
        };
        await deps.log.append(
          key,
          [
            {
              type: 'task.failed',
              status: 'failed',
              message: `The task failed: ${diagnosis.error.message}`,
              data: { class: diagnosis.class, error: diagnosis.error },
            },
          ],
          [deps.letters.document(letter)],
        );
        await deps.enqueue(letter);
        return { status: 'failed', notify: record.webhook !== null };
      } catch (error) {
        // Ended before, by a cancellation or by this very state run again: the first ending stands.
        if (error instanceof TaskStateConflictError) return { status: 'ended', notify: false };
        throw error;
      }
    },
  };
}
