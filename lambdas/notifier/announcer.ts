import type { Approval } from '../shared/stores/approval-store.ts';
import { questionMessage, type WebhookStore } from '../shared/stores/webhook-store.ts';
import type { NotifierDeps } from './notifier.ts';

/**
 * Notes that whoever the task names, and the people who run the office, are to be told that one of them is asked. Noted
 * first: a reminder that is lost is sent again by the sweeper.
 */
export function createAnnouncer(deps: {
  readonly webhooks: Pick<WebhookStore, 'put'>;
  readonly remind: NotifierDeps['remind'];
  readonly now: () => Date;
}): (approval: Approval) => Promise<void> {
  return async ({ tenant_id, task_id, approval_id }) => {
    const reminder = { tenant_id, task_id, message_id: questionMessage(approval_id) };
    await deps.webhooks.put({
      ...reminder,
      status: 'pending',
      attempts: 0,
      next_at: deps.now().toISOString(),
    });
    await deps.remind(reminder, 0);
  };
}
