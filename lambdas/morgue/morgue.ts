import type { TaskEvent } from '../../schemas/events.ts';
import type { StateFailure } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import { costOf } from '../finisher/assemble.ts';
import type { Places } from '../shared/places.ts';
import type { DeadLetter, DeadLetterStore } from '../shared/stores/dead-letter-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';
import type { Withdraw } from '../shared/withdrawal.ts';
import { type Diagnosis, diagnose } from './classify.ts';
import { receiptsIn } from './receipts.ts';

export interface MorgueDeps {
  readonly log: Pick<EventLog, 'append' | 'read'>;
  readonly tasks: Pick<TaskStore, 'end' | 'get'>;
  readonly places: Pick<Places, 'release'>;
  readonly withdraw: Withdraw;
  readonly letters: Pick<DeadLetterStore, 'document' | 'get'>;
  /** Sends to the dead letter queue, where alarms look. */
  readonly enqueue: (letter: DeadLetter) => Promise<void>;
  readonly now: () => Date;
}

export interface BurialEvent extends TaskKey {
  readonly failure: StateFailure;
  readonly execution_arn: string;
}

/** The events of the latest run: earlier failures were redriven and explain nothing. */
const latestRun = (events: readonly TaskEvent[]): readonly TaskEvent[] =>
  events.slice(events.findLastIndex(({ type }) => type === 'task.submitted') + 1);

export function createMorgue(deps: MorgueDeps) {
  /** Ends the task as failed, or finds it ended: null when by somebody else's decision, which stands. */
  async function end(key: TaskKey, diagnosis: Diagnosis, cost: DeadLetter['cost']) {
    try {
      return await deps.tasks.end(key, { status: 'failed', error: diagnosis.error, cost });
    } catch (error) {
      if (!(error instanceof TaskStateConflictError)) throw error;
      const record = await deps.tasks.get(key);
      return record?.status === 'failed' ? record : null;
    }
  }

  return {
    /**
     * Ends a task as failed and keeps what a person needs to decide what becomes of it. Run again after a crash it
     * does what is still to be done.
     */
    async bury(event: BurialEvent): Promise<{ status: string; notify: boolean }> {
      const key: TaskKey = { tenant_id: event.tenant_id, task_id: event.task_id };
      const [{ meta, events }, earlier] = await Promise.all([deps.log.read(key), deps.letters.get(key)]);
      const run = latestRun(events);
      const deadline = String(meta?.['deadline']);
      const late = deps.now() >= new Date(deadline);
      const diagnosis = diagnose(event.failure, run, late ? deadline : null);
      const cost = costOf(events);
      const [record] = await Promise.all([end(key, diagnosis, cost), deps.places.release(key)]);
      if (record === null) return { status: 'ended', notify: false };
      // Whoever was asked something can't be heard any more.
      if (late) await deps.withdraw(key, 'the office', diagnosis.error.message);
      const notify = record.webhook !== null;
      if (earlier?.status === 'open' && earlier.run === record.runs) return { status: 'failed', notify };
      const letter: DeadLetter = {
        ...key,
        ...diagnosis,
        cost,
        receipts: receiptsIn(events),
        execution_arn: event.execution_arn,
        failed_at: deps.now().toISOString(),
        redrives: earlier?.redrives ?? 0,
        run: record.runs,
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
      return { status: 'failed', notify };
    },
  };
}
