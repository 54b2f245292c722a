import { z } from 'zod';
import { type TaskKey, taskKeySchema } from '../../schemas/task.ts';
import type { Approval, ApprovalStore } from '../shared/stores/approval-store.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';
import { type Notice, questionOf, type WebhookStore } from '../shared/stores/webhook-store.ts';
import type { Attempt, Deliver } from './http-delivery.ts';
import { createReceivers } from './receivers.ts';
import { delayUntil, nextAttempt } from './schedule.ts';

/** A message of the webhook queue: a reminder that the task's notice is due. */
export const reminderSchema = taskKeySchema.extend({ message_id: z.string() });
export type Reminder = z.infer<typeof reminderSchema>;

export interface NotifierDeps {
  readonly tasks: Pick<TaskStore, 'get'>;
  readonly webhooks: Omit<WebhookStore, 'deliveries' | 'overdue'>;
  readonly approvals: Pick<ApprovalStore, 'get'>;
  readonly deliver: Deliver;
  /** Tells the people who run the office that one of them is asked; absent where there is no such channel. */
  readonly publish?: (approval: Approval) => Promise<void>;
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

/** What a webhook says of a question to a person; it is answered with `POST /approvals/{approval_id}`. */
export const questionBody = (approval: Approval, record: Pick<TaskRecord, 'metadata'>) => ({
  type: 'approval.requested',
  timestamp: approval.requested_at,
  data: {
    task_id: approval.task_id,
    approval_id: approval.approval_id,
    kind: approval.kind,
    reason: approval.reason,
    plan_hash: approval.plan_hash,
    expires_at: approval.expires_at_time,
    metadata: record.metadata,
  },
});

/** Counts as an attempt, so that notices to a receiver that never answers come to an end. */
const notTried = (until: string): Attempt => ({
  outcome: 'failed',
  http_status: null,
  error: `Not tried: the receiver has let another attempt wait without an answer, and is left alone until ${until}.`,
});

type Webhook = NonNullable<TaskRecord['webhook']>;
/** What a notice is about, as of now. `webhook` is null when nobody but `publish` is to be told. */
interface Subject {
  readonly webhook: Webhook | null;
  readonly body: unknown;
  readonly question: Approval | null;
}

export function createNotifier(deps: NotifierDeps) {
  const receivers = createReceivers(deps);

  async function ended(key: TaskKey): Promise<{ record: TaskRecord; webhook: Webhook } | null> {
    const record = await deps.tasks.get(key);
    if (record === null || record.webhook === null || record.stage !== 'ended') return null;
    return { record, webhook: record.webhook };
  }

  /** Null when there is nothing to say any more: the task goes on again, or somebody has answered. */
  async function subjectOf(notice: Notice): Promise<Subject | null> {
    const id = questionOf(notice.message_id);
    if (id === null) {
      const found = await ended(notice);
      return found && { webhook: found.webhook, body: webhookBody(found.record), question: null };
    }
    const [record, question] = await Promise.all([
      deps.tasks.get(notice),
      deps.approvals.get(notice.tenant_id, id),
    ]);
    if (record === null || record.stage === 'ended' || question?.status !== 'pending') return null;
    return { webhook: record.webhook, body: questionBody(question, record), question };
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
    // A redrive has ended meanwhile, or a person has asked for it again: that notice has a reminder of its own.
    if (!(await deps.webhooks.change(notice, changed))) return;
    if (next !== null) await deps.remind(reminderOf(changed), delayUntil(next, deps.now()));
  }

  async function send(notice: Notice, webhook: Webhook, body: unknown, began: Date): Promise<Attempt> {
    const turn = await receivers.turn(notice.tenant_id, webhook.url);
    if (!turn.may) return notTried(turn.until);
    const attempt = await deps.deliver({
      url: webhook.url,
      secret: webhook.secret ?? null,
      id: notice.message_id,
      body: JSON.stringify(body),
    });
    await turn.note(attempt, deps.now().getTime() - began.getTime());
    return attempt;
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
      if (again) {
        await deps.webhooks.enable(key.tenant_id, found.webhook.url);
        await deps.webhooks.hear(key.tenant_id, found.webhook.url);
      }
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
      const notice = await deps.webhooks.get(key, reminder.message_id);
      if (notice?.status !== 'pending' || notice.message_id !== reminder.message_id) return 'settled';
      const began = deps.now();
      const due = new Date(notice.next_at);
      if (due > began) {
        await deps.remind(reminder, delayUntil(due, began));
        return 'early';
      }
      const subject = await subjectOf(notice);
      if (subject === null) {
        await deps.webhooks.change(notice, { ...notice, status: 'failed' });
        return 'settled';
      }
      const { webhook, body, question } = subject;
      if (question !== null && notice.attempts === 0) await deps.publish?.(question);
      if (webhook === null) {
        await deps.webhooks.change(notice, { ...notice, status: 'delivered' });
        return 'settled';
      }
      if (await deps.webhooks.isDisabled(key.tenant_id, webhook.url)) {
        await deps.webhooks.change(notice, { ...notice, status: 'disabled' });
        return 'settled';
      }
      await conclude(notice, webhook, await send(notice, webhook, body, began), began);
      return 'made';
    },
  };
}
