import { resentSchema, webhookViewSchema } from '../../../schemas/webhooks.ts';
import { type Call, type Endpoint, endpoint, noTask, problemAnswer, taskKeyOf } from '../endpoint.ts';
import { conflict } from '../problem.ts';

async function webhookOf(call: Call<unknown, unknown>) {
  const key = taskKeyOf(call);
  const record = await call.deps.tasks.get(key);
  if (record === null) throw noTask(key.task_id);
  if (record.webhook === null) throw conflict(`Task ${key.task_id} was submitted without a webhook.`);
  return { key, record, url: record.webhook.url };
}

const get = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/webhook',
  operation_id: 'getWebhook',
  tag: 'Tasks',
  summary: "Attempts to tell the task's webhook of its end, oldest first",
  scope: 'tasks:read',
  answers: {
    200: { description: 'The delivery log', schema: webhookViewSchema },
    409: problemAnswer('The task has no webhook'),
  },
  async handle(call) {
    const { key, url } = await webhookOf(call);
    const [notice, deliveries] = await Promise.all([
      call.deps.webhooks.get(key),
      call.deps.webhooks.deliveries(key),
    ]);
    const status = notice?.status ?? null;
    const next_at = notice?.status === 'pending' ? notice.next_at : null;
    return { status: 200, body: { url, status, next_at, deliveries } };
  },
});

const resend = endpoint({
  method: 'POST',
  path: '/tasks/{task_id}/webhook/resend',
  operation_id: 'resendWebhook',
  tag: 'Tasks',
  summary: "Tell the task's webhook again",
  description:
    'Attempts start over, also at an address that has answered 410. The message keeps its `webhook-id`.',
  scope: 'tasks:write',
  answers: { 202: { description: 'It will be told', schema: resentSchema } },
  async handle(call) {
    const { key, record } = await webhookOf(call);
    if (record.stage !== 'ended')
      throw conflict(`Task ${key.task_id} has not ended; there is nothing to tell.`);
    await call.deps.notify(key, true);
    return { status: 202, body: { task_id: key.task_id, status: 'pending' } };
  },
});

export const webhookRoutes: readonly Endpoint[] = [get, resend];
