/** A notifier without stores and network, and the outcomes of attempts. */

import { createAnnouncer } from '../../lambdas/notifier/announcer.ts';
import type { Attempt } from '../../lambdas/notifier/http-delivery.ts';
import { createNotifier, type Reminder } from '../../lambdas/notifier/notifier.ts';
import type { Approval } from '../../lambdas/shared/stores/approval-store.ts';
import type { TaskRecord } from '../../lambdas/shared/stores/task-record.ts';
import type { Notice, Silence } from '../../lambdas/shared/stores/webhook-store.ts';
import type { Delivery } from '../../schemas/webhooks.ts';
import { aTaskRecord } from './task-records.ts';

export const key = { tenant_id: 'acme', task_id: 't1' };
export const record = aTaskRecord({
  ...key,
  stage: 'ended',
  status: 'completed',
  webhook: { url: 'https://example.com/hook' },
  runs: 1,
});

/** A notifier whose reminders come back when they are due: the clock jumps to them. */
export function office(
  answers: (attempt: number) => Attempt,
  stored: TaskRecord = record,
  question: Approval | null = null,
) {
  const state = {
    now: Date.parse('2026-01-02T00:00:00.000Z'),
    notice: null as Notice | null,
    log: [] as Omit<Delivery, 'delivery_id'>[],
    disabled: new Set<string>(),
    silence: null as Silence | null,
    sent: [] as { id: string; body: string }[],
    queue: [] as { reminder: Reminder; at: number }[],
    delays: [] as number[],
    published: [] as string[],
    /** Milliseconds that a delivery takes. */
    takes: 0,
  };
  const notifier = createNotifier({
    tasks: { get: async () => stored },
    webhooks: {
      put: async (notice) => void Object.assign(state, { notice }),
      get: async () => state.notice,
      log: async (_key, delivery) => void state.log.push(delivery),
      disable: async (_tenant, url) => void state.disabled.add(url),
      enable: async (_tenant, url) => void state.disabled.delete(url),
      isDisabled: async (_tenant, url) => state.disabled.has(url),
      change: async (read, changed) => {
        const { message_id, attempts } = state.notice ?? read;
        if (message_id !== read.message_id || attempts !== read.attempts) return false;
        Object.assign(state, { notice: changed });
        return true;
      },
      silence: async () => state.silence,
      hush: async (_tenant, _url, read, silence) => {
        if (state.silence?.times !== read?.times) return false;
        state.silence = silence;
        return true;
      },
      hear: async () => void Object.assign(state, { silence: null }),
    },
    approvals: { get: async () => question },
    publish: async ({ approval_id }) => void state.published.push(approval_id),
    deliver: async ({ id, body }) => {
      state.sent.push({ id, body });
      state.now += state.takes;
      return answers(state.sent.length);
    },
    remind: async (reminder, delay) => {
      state.delays.push(delay);
      state.queue.push({ reminder, at: state.now + delay * 1000 });
    },
    now: () => new Date(state.now),
    random: () => 0.5,
  });
  const drain = async () => {
    for (let next = state.queue.shift(); next !== undefined; next = state.queue.shift()) {
      state.now = Math.max(state.now, next.at);
      await notifier.attempt(next.reminder);
    }
  };
  const announce = createAnnouncer({
    webhooks: { put: async (notice) => void Object.assign(state, { notice }) },
    remind: async (reminder, delay) => void state.queue.push({ reminder, at: state.now + delay * 1000 }),
    now: () => new Date(state.now),
  });
  return { ...notifier, announce, state, drain };
}

export const failed: Attempt = { outcome: 'failed', http_status: 503, error: 'The receiver answered 503.' };
export const delivered: Attempt = { outcome: 'delivered', http_status: 204, error: null };
