import type { TaskKey } from '../../schemas/task.ts';
import type { NotifierDeps } from '../notifier/notifier.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';
import type { WebhookStore } from '../shared/stores/webhook-store.ts';
import type { Withdraw } from '../shared/withdrawal.ts';
import type { Engine, Enqueue } from './dispatcher.ts';

export interface SweeperDeps {
  readonly tasks: Pick<TaskStore, 'listActive' | 'postpone' | 'get'>;
  readonly engine: Pick<Engine, 'state' | 'running' | 'stop'>;
  readonly enqueue: Enqueue;
  readonly bury: (
    event: TaskKey & { failure: { Error: string; Cause: string }; execution_arn: string },
  ) => Promise<unknown>;
  readonly withdraw: Withdraw;
  readonly webhooks: Pick<WebhookStore, 'overdue'>;
  /** Calls those of a tenant that have room although nobody called them. */
  readonly refill: (tenantId: string) => Promise<number>;
  readonly remind: NotifierDeps['remind'];
  readonly now: () => Date;
  /** For a task that could not be mended; the next sweep tries again. */
  readonly warn: (problem: unknown, key: TaskKey) => void;
}

export interface Sweep {
  readonly looked_at: number;
  readonly mended: number;
}

const PAGE = 250;
/** Tasks mended at once. */
const AT_ONCE = 20;
/** A message that the sweeper sent may wait that long in its queue before another one is sent. */
const LEASE_MS = 300_000;
const REMINDER_PATIENCE_MS = 120_000;
/** At a start with empty queues every pending notice is taken up again: the last wait is 20 hours. */
const REMINDER_HORIZON_MS = 24 * 3600 * 1000;
const UPLOAD_LIMIT_MS = 24 * 3600 * 1000;

export function createSweeper(deps: SweeperDeps) {
  async function fail(record: TaskRecord, name: string, cause: string): Promise<true> {
    const key: TaskKey = { tenant_id: record.tenant_id, task_id: record.task_id };
    const execution_arn = record.execution_arn ?? '';
    if (execution_arn !== '') await deps.engine.stop(execution_arn, cause);
    await deps.bury({ ...key, failure: { Error: name, Cause: cause }, execution_arn });
    await deps.withdraw(key, 'the office', cause);
    return true;
  }

  async function mend(
    record: TaskRecord,
    before: Date,
    patient: boolean,
    running: () => Promise<ReadonlySet<string>>,
  ): Promise<boolean> {
    const key: TaskKey = { tenant_id: record.tenant_id, task_id: record.task_id };
    const now = deps.now().getTime();
    if (Date.parse(record.deadline) < now && record.stage !== 'uploading') {
      return fail(
        record,
        'DeadlineExceededError',
        `The task did not end before its deadline, ${record.deadline}.`,
      );
    }
    switch (record.stage) {
      case 'uploading':
        if (now - Date.parse(record.created_at) < UPLOAD_LIMIT_MS) return false;
        return fail(record, 'UploadAbandoned', 'The workspace was not completed within a day.');
      case 'accepted': {
        // Without patience the queues are known to be empty, whatever was sent to them.
        if (patient && Date.parse(record.queued_until ?? record.updated_at) > before.getTime()) return false;
        const message = { ...key, run: record.runs, resume: record.resume ?? false, attempt: 0 };
        await deps.enqueue(message, record.priority, 0);
        await deps.tasks.postpone(key, new Date(now + LEASE_MS));
        return true;
      }
      case 'started': {
        const { execution_arn, started_at = '' } = record;
        if (execution_arn === undefined || started_at > before.toISOString()) return false;
        if ((await running()).has(execution_arn)) return false;
        // Lists lag behind: the execution itself is asked, and then the record, which it may have ended meanwhile.
        if ((await deps.engine.state(execution_arn)) === 'running') return false;
        if ((await deps.tasks.get(key))?.stage !== 'started') return false;
        return fail(record, 'ExecutionLost', 'The execution ended without recording an end of the task.');
      }
      default:
        return false;
    }
  }

  /** A reminder travels in hops of 15 minutes; one that is much later was lost, with a queue or with its sender. */
  async function remindOfWebhooks(minAgeSeconds: number): Promise<number> {
    const patience = minAgeSeconds === 0 ? -REMINDER_HORIZON_MS : REMINDER_PATIENCE_MS;
    const late = await deps.webhooks.overdue(new Date(deps.now().getTime() - patience), PAGE);
    for (const { tenant_id, task_id, message_id } of late) {
      await deps.remind({ tenant_id, task_id, message_id }, 0);
    }
    return late.length;
  }

  return {
    /** Finds what is stuck and mends it: accepted but never started, started but without execution, past its deadline. */
    async sweep(minAgeSeconds: number): Promise<Sweep> {
      const before = new Date(deps.now().getTime() - minAgeSeconds * 1000);
      let listed: Promise<ReadonlySet<string>> | undefined;
      const running = () => {
        listed ??= deps.engine.running();
        return listed;
      };
      let looked = 0;
      const waiting = new Set<string>();
      let mended = await remindOfWebhooks(minAgeSeconds);
      // The young ones too: a deadline may be near.
      let after: string | null = '';
      while (after !== null) {
        const page: Awaited<ReturnType<TaskStore['listActive']>> = await deps.tasks.listActive({
          limit: PAGE,
          ...(after === '' ? {} : { after }),
        });
        looked += page.tasks.length;
        for (const { stage, tenant_id } of page.tasks) if (stage === 'accepted') waiting.add(tenant_id);
        const left = [...page.tasks];
        await Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            for (let record = left.shift(); record !== undefined; record = left.shift()) {
              try {
                if (await mend(record, before, minAgeSeconds > 0, running)) mended += 1;
              } catch (problem) {
                deps.warn(problem, record);
              }
            }
          }),
        );
        after = page.next;
      }
      for (const tenantId of waiting) mended += await deps.refill(tenantId);
      return { looked_at: looked, mended };
    },
  };
}
