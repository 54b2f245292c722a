import { z } from 'zod';
import type { Priority, TaskKey } from '../../schemas/task.ts';
import { taskKeySchema } from '../../schemas/task.ts';
import type { BurstSpread } from '../shared/burst-spread.ts';
import type { Places } from '../shared/places.ts';
import { TaskStateConflictError, type TaskStore } from '../shared/stores/task-store.ts';
import type { Admission } from './admission.ts';

/** A message of the priority queues. */
export const queuedTaskSchema = taskKeySchema.extend({
  /** Which execution of the task this asks for; a late message of an earlier one starts nothing. */
  run: z.int().min(0).default(0),
  /** Continue from what an earlier execution stored. */
  resume: z.boolean().default(false),
  mode: z.enum(['retry', 'replan', 'edit']).optional(),
  /** How often it was put back. */
  attempt: z.int().min(0).default(0),
});
export type QueuedTask = z.infer<typeof queuedTaskSchema>;

/** The engine as the dispatcher sees it. */
export interface Engine {
  /** Idempotent by name: starting what has started answers with the same ARN. */
  start(name: string, input: TaskKey & { resume: boolean }): Promise<string>;
  /** `gone` when there is no such execution. */
  state(executionArn: string): Promise<'running' | 'ended' | 'gone'>;
  /** ARNs of the executions that run, as far as the engine lists them. */
  running(): Promise<ReadonlySet<string>>;
  stop(executionArn: string, reason: string): Promise<void>;
}

/** Puts a task (back) into its priority's queue. */
export type Enqueue = (message: QueuedTask, priority: Priority, delaySeconds: number) => Promise<void>;

export interface DispatcherDeps {
  readonly tasks: Pick<TaskStore, 'get' | 'start' | 'postpone'>;
  readonly admission: Admission;
  readonly maxPerTenant: number;
  readonly places: Pick<Places, 'wait' | 'leave' | 'release' | 'pass'>;
  readonly engine: Engine;
  readonly enqueue: Enqueue;
  readonly now: () => Date;
  readonly random: () => number;
  /** Keeps the tasks of one tenant that come back to a full office from filling the queue. */
  readonly spread: BurstSpread;
}

const LONGEST_DELAY = 20;

/** 2, 3, 4.5 … 20 seconds with a quarter of jitter. */
export const retryDelay = (attempt: number, random: number): number =>
  Math.max(1, Math.round(Math.min(LONGEST_DELAY, 2 * 1.5 ** attempt) * (0.75 + random / 2)));

/** The sweeper's own look at the lines comes sooner; after that long it asks for the task again. */
const LINE_PATIENCE_SECONDS = 300;
/** A delayed message is back in the queue then; queues may be long. */
const QUEUE_PATIENCE_SECONDS = 60;

export const executionName = (taskId: string, run: number): string =>
  run === 0 ? taskId : `${taskId}-r${run}`;

export function createDispatcher(deps: DispatcherDeps) {
  /** While the whole office is full, all of a tenant's tasks together come back 50 times a second. */
  async function putBack(key: TaskKey, message: QueuedTask, priority: Priority): Promise<'delayed'> {
    const delay = Math.max(retryDelay(message.attempt, deps.random()), deps.spread(key.tenant_id));
    await deps.enqueue({ ...message, attempt: message.attempt + 1 }, priority, delay);
    const back = deps.now().getTime() + (delay + QUEUE_PATIENCE_SECONDS) * 1000;
    await deps.tasks.postpone(key, new Date(back));
    return 'delayed';
  }

  /** Admits the task, or leaves it where it is called from when there is a place. */
  async function place(
    key: TaskKey,
    message: QueuedTask,
    priority: Priority,
  ): Promise<'here' | 'delayed' | 'waiting'> {
    // One that was called has been promised a place.
    const admitted = await deps.admission.admit(key, priority, message.attempt > 0);
    if (admitted === 'admitted') return 'here';
    if (admitted === 'office_full') return putBack(key, message, priority);
    const waiting = { message: { ...message, attempt: message.attempt + 1 }, priority };
    const running = await deps.places.wait(waiting);
    // A place may have become free before anybody could see that this task waits for it.
    if (running < deps.maxPerTenant && (await deps.admission.admit(key, priority, true)) === 'admitted') {
      await deps.places.leave(waiting);
      return 'here';
    }
    await deps.tasks.postpone(key, new Date(deps.now().getTime() + LINE_PATIENCE_SECONDS * 1000));
    return 'waiting';
  }

  return {
    /**
     * Admits one accepted task and starts its execution. The execution is started before the record says so:
     * a crash in between leaves an accepted task, which is dispatched again under the same name.
     */
    async dispatch(
      message: QueuedTask,
      priority: Priority,
    ): Promise<'started' | 'delayed' | 'waiting' | 'settled'> {
      const key: TaskKey = { tenant_id: message.tenant_id, task_id: message.task_id };
      // A redriven or waiting task may have ended or started since: one read saves an execution that must be stopped.
      if (message.run > 0 || message.attempt > 0) {
        const record = await deps.tasks.get(key);
        if (record?.stage !== 'accepted' || record.runs !== message.run) {
          if (message.attempt > 0) {
            await deps.places.leave({ message, priority });
            await deps.places.pass(key.tenant_id);
          }
          return 'settled';
        }
      }
      const placed = await place(key, message, priority);
      if (placed !== 'here') return placed;
      if (message.attempt > 0) await deps.places.leave({ message, priority });
      const input = { ...key, resume: message.resume };
      const arn = await deps.engine.start(executionName(message.task_id, message.run), input);
      try {
        await deps.tasks.start(key, arn, message.run);
        return 'started';
      } catch (error) {
        if (!(error instanceof TaskStateConflictError)) throw error;
        // Started by an earlier delivery of this message, or ended (cancelled) while it was queued.
        const record = await deps.tasks.get(key);
        if (record === null || record.stage === 'ended') {
          await Promise.all([
            deps.engine.stop(arn, 'The task ended before it started.'),
            deps.places.release(key),
          ]);
        }
        return 'settled';
      }
    },
  };
}
