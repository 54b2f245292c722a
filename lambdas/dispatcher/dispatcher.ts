import { z } from 'zod';
import type { Priority, TaskKey } from '../../schemas/task.ts';
import { taskKeySchema } from '../../schemas/task.ts';
import type { SlotStore } from '../shared/stores/slot-store.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';

/** A message of the priority queues. */
export const queuedTaskSchema = taskKeySchema.extend({
  /** Continue from what an earlier execution stored. */
  resume: z.boolean().default(false),
  mode: z.enum(['retry', 'replan', 'edit']).optional(),
});
export type QueuedTask = z.infer<typeof queuedTaskSchema>;

/** The engine as the dispatcher sees it. */
export interface Engine {
  /** Idempotent by name: starting what has started answers with the same ARN. */
  start(name: string, input: TaskKey & { resume: boolean }): Promise<string>;
  /** `gone` when there is no such execution. */
  state(executionArn: string): Promise<'running' | 'ended' | 'gone'>;
  stop(executionArn: string, reason: string): Promise<void>;
}

export interface DispatcherDeps {
  readonly tasks: Pick<TaskStore, 'get' | 'start' | 'listActive' | 'end'>;
  readonly slots: Pick<SlotStore, 'take' | 'release'>;
  readonly engine: Engine;
  /** Puts a task (back) into its priority's queue. */
  readonly enqueue: (message: QueuedTask, priority: Priority, delaySeconds: number) => Promise<void>;
  readonly bury: (
    event: TaskKey & { failure: { Error: string; Cause: string }; execution_arn: string },
  ) => Promise<unknown>;
  readonly maxPerTenant: number;
  readonly now: () => Date;
  readonly random: () => number;
}

/** A tenant at its limit is tried again after 2 to 6 seconds; jitter keeps its tasks from coming back as one. */
const retryDelay = (random: () => number): number => 2 + Math.floor(random() * 5);

const SWEEP_LIMIT = 200;
const UPLOAD_LIMIT_MS = 24 * 3600 * 1000;

export const executionName = (taskId: string, runs: number): string =>
  runs === 0 ? taskId : `${taskId}-r${runs}`;

export function createDispatcher(deps: DispatcherDeps) {
  return {
    /**
     * Admits one accepted task and starts its execution. The execution is started before the record says so:
     * a crash in between leaves an accepted task, which is dispatched again under the same name.
     */
    async dispatch(message: QueuedTask, priority: Priority): Promise<'started' | 'delayed' | 'settled'> {
      const key: TaskKey = { tenant_id: message.tenant_id, task_id: message.task_id };
      if (!(await deps.slots.take(key, deps.maxPerTenant))) {
        await deps.enqueue(message, priority, retryDelay(deps.random));
        return 'delayed';
      }
      // Every redrive is an execution of its own, also one that starts over (`edit`) and resumes nothing.
      const again = message.resume || message.mode !== undefined;
      const runs = again ? ((await deps.tasks.get(key))?.runs ?? 0) : 0;
      const arn = await deps.engine.start(executionName(message.task_id, runs), {
        ...key,
        resume: message.resume,
      });
      try {
        await deps.tasks.start(key, arn);
        return 'started';
      } catch (error) {
        if (!(error instanceof TaskStateConflictError)) throw error;
        // Started by an earlier delivery of this message, or ended (cancelled) while it was queued.
        const record = await deps.tasks.get(key);
        if (record?.stage === 'ended') {
          await Promise.all([
            deps.engine.stop(arn, 'The task ended before it started.'),
            deps.slots.release(key),
          ]);
        }
        return 'settled';
      }
    },

    /** Finds what is stuck and mends it: accepted but never started, started but without execution, past its deadline. */
    async sweep(minAgeSeconds: number): Promise<{ looked_at: number; mended: number }> {
      const before = new Date(deps.now().getTime() - minAgeSeconds * 1000);
      const records = await deps.tasks.listActive({ limit: SWEEP_LIMIT, olderThan: before });
      const mended = await Promise.all(records.map((record) => mend(record, before)));
      return { looked_at: records.length, mended: mended.filter(Boolean).length };
    },
  };

  async function mend(record: TaskRecord, before: Date): Promise<boolean> {
    const key: TaskKey = { tenant_id: record.tenant_id, task_id: record.task_id };
    const now = deps.now().getTime();
    const fail = async (name: string, cause: string) => {
      const execution_arn = record.execution_arn ?? '';
      if (execution_arn !== '') await deps.engine.stop(execution_arn, cause);
      await deps.bury({ ...key, failure: { Error: name, Cause: cause }, execution_arn });
      return true;
    };
    if (Date.parse(record.deadline) < now && record.stage !== 'uploading') {
      return fail('DeadlineExceededError', `The task did not end before its deadline, ${record.deadline}.`);
    }
    switch (record.stage) {
      case 'uploading':
        if (now - Date.parse(record.created_at) < UPLOAD_LIMIT_MS) return false;
        return fail('UploadAbandoned', 'The workspace was not completed within a day.');
      case 'accepted':
        if (record.updated_at > before.toISOString()) return false;
        await deps.enqueue({ ...key, resume: record.runs > 0 }, record.priority, 0);
        return true;
      case 'started': {
        if (record.execution_arn === undefined || (record.started_at ?? '') > before.toISOString())
          return false;
        if ((await deps.engine.state(record.execution_arn)) === 'running') return false;
        return fail('ExecutionLost', 'The execution ended without recording an end of the task.');
      }
      default:
        return false;
    }
  }
}
