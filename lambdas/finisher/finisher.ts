import type { z } from 'zod';
import { COMPLETED_MESSAGE, type NewEvent, type TaskEvent } from '../../schemas/events.ts';
import { jsonObjectSchema } from '../../schemas/json.ts';
import { type ClaimCheck, claimCheckSchema } from '../../schemas/references.ts';
import { type finisherEventSchema, taskContextSchema } from '../../schemas/roles.ts';
import type { Cost, TaskKey } from '../../schemas/task.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { Places } from '../shared/places.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';
import { assembleResult, costOf, lastSubtasks, type SubtaskResult } from './assemble.ts';

/** At least one subtask failed, or was skipped because one did. */
export class SubtasksFailedError extends OfficeError {
  override readonly name = 'SubtasksFailedError';
}

export interface FinisherDeps {
  readonly log: Pick<EventLog, 'append' | 'read'>;
  readonly tasks: Pick<TaskStore, 'end' | 'get'>;
  readonly places: Pick<Places, 'release'>;
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

  async function end(key: TaskKey, result: ClaimCheck, cost: Cost): Promise<TaskRecord | 'before'> {
    try {
      return await deps.tasks.end(key, { status: 'completed', result, cost });
    } catch (error) {
      if (error instanceof TaskStateConflictError) return 'before';
      throw error;
    }
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
      const completed: NewEvent = {
        type: 'task.completed',
        status: 'completed',
        message: COMPLETED_MESSAGE,
        data: { subtasks: event.ends.length },
      };
      const [ended] = await Promise.all([
        end(key, await deps.claims.checkIn(key, result, INLINE_RESULT_BYTES), costOf(events)),
        deps.places.release(key),
      ]);
      if (ended !== 'before') {
        await deps.log.append(key, [completed]);
        return { status: 'completed', notify: ended.webhook !== null };
      }
      // By a cancellation, then that stands; or by this very state, which died before it said so.
      const record = await deps.tasks.get(key);
      if (record?.status !== 'completed') return { status: 'ended', notify: false };
      const said = events.findLastIndex(({ type }) => type === 'task.completed');
      const begun = events.findLastIndex(({ type }) => type === 'task.submitted');
      if (said <= begun) await deps.log.append(key, [completed]);
      return { status: 'completed', notify: record.webhook !== null };
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
