import type { z } from 'zod';
import type { TaskEvent } from '../../schemas/events.ts';
import { jsonObjectSchema } from '../../schemas/json.ts';
import { claimCheckSchema } from '../../schemas/references.ts';
import { type finisherEventSchema, taskContextSchema } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { SlotStore } from '../shared/stores/slot-store.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';
import { assembleResult, costOf, lastSubtasks, type SubtaskResult } from './assemble.ts';

/** At least one subtask failed, or was skipped because one did. */
export class SubtasksFailedError extends OfficeError {
  override readonly name = 'SubtasksFailedError';
}

export interface FinisherDeps {
  readonly log: Pick<EventLog, 'append' | 'read'>;
  readonly tasks: Pick<TaskStore, 'end'>;
  readonly slots: Pick<SlotStore, 'release'>;
  readonly claims: ClaimChecks;
}

const INLINE_RESULT_BYTES = 64_000;

type FinisherEvent = z.output<typeof finisherEventSchema>;

export function createFinisher(deps: FinisherDeps) {
  async function resultsOf(events: readonly TaskEvent[]): Promise<SubtaskResult[]> {
    const latest = new Map<string, TaskEvent>();
    for (const event of events)
      if (event.type === 'subtask.finished') latest.set(event.subtask_id ?? '', event);
    return Promise.all(
      [...latest].map(async ([subtask_id, event]) => ({
        subtask_id,
        result: await deps.claims.checkOut(claimCheckSchema.parse(event.data?.['result']), jsonObjectSchema),
      })),
    );
  }

  return {
    /**
     * Puts the task's answer together and ends it as completed.
     * @throws SubtasksFailedError
     */
    async finish(event: FinisherEvent): Promise<{ status: string; notify: boolean }> {
      const key: TaskKey = { tenant_id: event.tenant_id, task_id: event.task_id };
      const failed = event.ends.filter((end) => end.status !== 'succeeded');
      if (failed.length > 0) {
        const names = failed.map((end) => `${end.subtask_id} (${end.status})`).join(', ');
        throw new SubtasksFailedError(
          `${failed.length} of ${event.ends.length} subtasks did not succeed: ${names}.`,
        );
      }
      const [{ events }, context] = await Promise.all([
        deps.log.read(key),
        deps.claims.checkOut(event.context, taskContextSchema),
      ]);
      const result = context.dry_run
        ? dryRunResult(events)
        : assembleResult(await resultsOf(events), lastSubtasks(events));
      try {
        const [record] = await Promise.all([
          deps.tasks.end(key, {
            status: 'completed',
            result: await deps.claims.checkIn(key, result, INLINE_RESULT_BYTES),
            cost: costOf(events),
          }),
          deps.slots.release(key),
        ]);
        await deps.log.append(key, [
          { type: 'task.completed', status: 'completed', message: 'The task is completed' },
        ]);
        return { status: 'completed', notify: record.webhook !== null };
      } catch (error) {
        // Ended before (cancelled, or this very state run again): the first ending stands.
        if (error instanceof TaskStateConflictError) return { status: 'ended', notify: false };
        throw error;
      }
    },
  };
}

/** What a dry run answers with: every plan's price and hash. */
function dryRunResult(events: readonly TaskEvent[]) {
  const priced = events.filter((event) => event.type === 'plan.priced');
  return {
    summary: `Planned, validated and priced ${priced.length === 1 ? 'one plan' : `${priced.length} plans`}; nothing was executed.`,
    plans: priced.map((event) => ({
      subtask_id: event.subtask_id ?? '',
      plan_hash: event.data?.['plan_hash'] ?? '',
      quote: event.data?.['quote'] ?? null,
    })),
  };
}
