import { z } from 'zod';
import { type TaskKey, taskKeySchema } from '../../schemas/task.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';
import type { Notice, WebhookStore } from '../shared/stores/webhook-store.ts';
import type { Attempt, Deliver } from './http-delivery.ts';
import { delayUntil, nextAttempt } from './schedule.ts';

/** A message of the webhook queue: a reminder that the task's notice is due. */
export const reminderSchema = taskKeySchema.extend({ message_id: z.string() });
export type Reminder = z.infer<typeof reminderSchema>;

export interface NotifierDeps {
  readonly tasks: Pick<TaskStore, 'get'>;
  readonly webhooks: Pick<WebhookStore, 'put' | 'get' | 'log' | 'disable' | 'enable' | 'isDisabled'>;
  readonly deliver: Deliver;
  readonly remind: (reminder: Reminder, delaySeconds: number) => Promise<void>;
  readonly now: () => Date;
  readonly random: () => number;
}

/** What a webhook says (Standard Webhooks: type, timestamp, data); results are fetched, not pushed. */
export const webhookBody = (record: TaskRecord) => ({
  type: `task.${record.status}`,
  timestamp: record.completed_at ?? record.updated_at,
  data: {
    task_id: record.task_id,
    status: record.status,
    completed_at: record.completed_at ?? null,
    error: record.error ?? null,
    metadata: record.metadata,
  },
});

type Webhook = NonNullable<TaskRecord['webhook']>;

export function createNotifier(deps: NotifierDeps) {
  async function ended(key: TaskKey): Promise<{ record: TaskRecord; webhook: Webhook } | null> {
    const record = await deps.tasks.get(key);
    if (record === null || record.webhook === null || record.stage !== 'ended') return null;
    return { record, webhook: record.webhook };
  }

  const reminderOf = ({ tenant_id, task_id, message_id }: Notice): Reminder => ({
    tenant_id,
    task_id,
    message_id,
  });

  async function conclude(notice: Notice, webhook: Webhook, attempt: Attempt, began: Date): Promise<void> {
    const attempts = notice.attempts + 1;
    const next = attempt.outcome === 'failed' ? nextAttempt(attempts, deps.now(), deps.random()) : null;
    const outcome = attempt.outcome === 'gone' ? 'disabled' : attempt.outcome;
    const status = outcome === 'refused' ? 'failed' : outcome;
    if (outcome === 'disabled') await deps.webhooks.disable(notice.tenant_id, webhook.url);
    await deps.webhooks.log(notice, {
      message_id: notice.message_id,
      attempt: attempts,
      at: began.toISOString(),
      outcome: status,
      http_status: attempt.http_status,
      error: attempt.error,
      duration_ms: deps.now().getTime() - began.getTime(),
      next_at: next?.toISOString() ?? null,
    });
    const changed: Notice = {
      ...notice,
      attempts,
      status: next === null ? status : 'pending',
      next_at: next?.toISOString() ?? notice.next_at,
    };
    await deps.webhooks.put(changed);
    if (next !== null) await deps.remind(reminderOf(changed), delayUntil(next, deps.now()));
  }

  return {
    /**
     * Notes that the task's webhook is to be told of its end, and sends the first reminder. Noted first: a reminder
     * that is lost is sent again by the sweeper. `again` starts over for a person who asked for it.
     */
    async notify(key: TaskKey, again = false): Promise<{ notified: boolean }> {
      const found = await ended(key);
      if (found === null) return { notified: false };
      const message_id = `msg_${key.task_id}_${found.record.runs}`;
      const known = again ? null : await deps.webhooks.get(key);
      if (again) await deps.webhooks.enable(key.tenant_id, found.webhook.url);
      if (known?.message_id !== message_id) {
        const next_at = deps.now().toISOString();
        await deps.webhooks.put({ ...key, message_id, status: 'pending', attempts: 0, next_at });
      }
      await deps.remind({ ...key, message_id }, 0);
      return { notified: true };
    },

    /** Makes the attempt that a reminder asks for, if it is due and nobody has made it. */
    async attempt(reminder: Reminder): Promise<'made' | 'early' | 'settled'> {
      const key: TaskKey = { tenant_id: reminder.tenant_id, task_id: reminder.task_id };
      const notice = await deps.webhooks.get(key);
      if (notice?.status !== 'pending' || notice.message_id !== reminder.message_id) return 'settled';
      const began = deps.now();
      const due = new Date(notice.next_at);
      if (due > began) {
        await deps.remind(reminder, delayUntil(due, began));
        return 'early';
      }
      const found = await ended(key);
      // Redriven in the meantime: it has not ended any more, and will be told of when it does.
      if (found === null) {
        await deps.webhooks.put({ ...notice, status: 'failed' });
        return 'settled';
      }
      const { record, webhook } = found;
      if (await deps.webhooks.isDisabled(key.tenant_id, webhook.url)) {
        await deps.webhooks.put({ ...notice, status: 'disabled' });
        return 'settled';
      }
      const attempt = await deps.deliver({
        url: webhook.url,
        secret: webhook.secret ?? null,
        id: notice.message_id,
        body: JSON.stringify(webhookBody(record)),
      });
      await conclude(notice, webhook, attempt, began);
      return 'made';
    },
  };
}
