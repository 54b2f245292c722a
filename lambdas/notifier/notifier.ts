import type { TaskKey } from '../../schemas/task.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';

/** One signed message to one address. */
export interface WebhookDelivery {
  readonly url: string;
  readonly secret: string | null;
  readonly id: string;
  readonly body: string;
}

export interface NotifierDeps {
  readonly tasks: Pick<TaskStore, 'get'>;
  /** Resolves when the receiver answered with a 2xx. */
  readonly deliver: (delivery: WebhookDelivery) => Promise<void>;
  readonly now: () => Date;
}

/** What a webhook says (Standard Webhooks: type, timestamp, data); results are fetched, not pushed. */
export const webhookBody = (record: TaskRecord, at: Date) => ({
  type: `task.${record.status}`,
  timestamp: at.toISOString(),
  data: {
    task_id: record.task_id,
    status: record.status,
    completed_at: record.completed_at ?? null,
    error: record.error ?? null,
    metadata: record.metadata,
  },
});

export function createNotifier(deps: NotifierDeps) {
  return {
    /** Tells the task's webhook that it has ended. The id is the same for every try, so receivers can drop repeats. */
    async notify(key: TaskKey): Promise<{ notified: boolean }> {
      const record = await deps.tasks.get(key);
      if (record === null || record.webhook === null || record.stage !== 'ended') return { notified: false };
      await deps.deliver({
        url: record.webhook.url,
        secret: record.webhook.secret ?? null,
        id: `msg_${record.task_id}_${record.runs}`,
        body: JSON.stringify(webhookBody(record, deps.now())),
      });
      return { notified: true };
    },
  };
}
