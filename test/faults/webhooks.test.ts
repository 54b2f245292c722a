import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { aStep } from '../helpers/plans.ts';
import { riskyTool } from '../helpers/risky-tool.ts';
import { openReceiver, openTestOffice, type Receiver, type TestOffice } from './office.ts';

let test: TestOffice;
let receiver: Receiver;
const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
/** Status by path, for each attempt in turn; the last one repeats. */
const statuses: Record<string, number[]> = {
  '/hook': [200],
  '/gone': [410, 200],
  '/moved': [302],
  '/flaky': [503, 200],
  '/asked': [200],
};

beforeAll(async () => {
  receiver = await openReceiver((path, nth) => statuses[path]?.[nth - 1] ?? statuses[path]?.at(-1) ?? 404);
  test = await openTestOffice({ environment: { OFFICE_ALLOW_HOSTS: receiver.host } });
}, 60_000);
afterAll(async () => {
  await test.stop();
  await receiver.close();
});

type Log = {
  status: string;
  next_at: string | null;
  deliveries: { attempt: number; outcome: string; http_status: number; next_at: string | null }[];
};

async function tell(path: string): Promise<string> {
  const id = await test.submit({
    description: 'Compute 6 * 7.',
    webhook: { url: `http://${receiver.host}${path}`, secret },
  });
  await test.reach(id);
  return id;
}
async function logOf(id: string, attempts: number): Promise<Log> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const log = (await test.request('GET', `/tasks/${id}/webhook`)).body as Log;
    const last = log.deliveries.at(-1);
    // The attempt is logged first; the notice follows.
    const isRecorded = last === undefined || last.next_at !== null || log.status !== 'pending';
    if ((log.deliveries.length >= attempts && isRecorded) || performance.now() > deadline) return log;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('webhooks of the embedded office', () => {
  it('are signed as Standard Webhooks says, logged, and sent again under the same id when asked', async () => {
    const id = await tell('/hook');
    expect(await logOf(id, 1)).toMatchObject({
      status: 'delivered',
      deliveries: [{ attempt: 1, outcome: 'delivered', http_status: 200 }],
    });
    const [first] = receiver.received.get('/hook') ?? [];
    const said = new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {});
    expect(said).toMatchObject({ type: 'task.completed', data: { task_id: id, status: 'completed' } });
    expect((await test.request('POST', `/tasks/${id}/webhook/resend`)).status).toBe(202);
    await logOf(id, 2);
    const ids = receiver.received.get('/hook')?.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  }, 40_000);

  it('are tried again after a failure', async () => {
    const id = await tell('/flaky');
    const log = await logOf(id, 2);
    expect(log.deliveries.map(({ outcome, http_status }) => [outcome, http_status])).toEqual([
      ['failed', 503],
      ['delivered', 200],
    ]);
  }, 40_000);

  it('follow no redirect', async () => {
    const log = await logOf(await tell('/moved'), 1);
    expect(log).toMatchObject({ status: 'pending', deliveries: [{ outcome: 'failed', http_status: 302 }] });
    expect(log.next_at).not.toBeNull();
    expect(receiver.received.has('/elsewhere')).toBe(false);
  }, 40_000);

  it('end at 410, for later tasks too, until a person asks for one', async () => {
    const id = await tell('/gone');
    expect(await logOf(id, 1)).toMatchObject({ status: 'disabled', next_at: null });
    const later = await tell('/gone');
    const deadline = performance.now() + 10_000;
    while ((await logOf(later, 0)).status !== 'disabled' && performance.now() < deadline);
    expect(receiver.received.get('/gone')).toHaveLength(1);
    await test.request('POST', `/tasks/${later}/webhook/resend`);
    expect(await logOf(later, 1)).toMatchObject({ status: 'delivered' });
  }, 40_000);

  it('tell of a question to a person while it waits, and of the end afterwards', async () => {
    await test.request('PUT', '/tools/risky', riskyTool);
    const id = await test.submit({
      description: 'Take the risk.',
      plan: {
        plan_id: 'risk',
        task_id: 'given',
        metadata: {},
        steps: [aStep({ step_id: 'risk', action: 'risky', inputs: { expression: '20 + 22' } })],
      },
      webhook: { url: `http://${receiver.host}/asked`, secret },
    });
    const heard = () => receiver.received.get('/asked') ?? [];
    const deadline = performance.now() + 20_000;
    while (heard().length === 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const [first] = heard();
    const question = new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {}) as {
      type: string;
      data: { task_id: string; approval_id: string };
    };
    expect(question).toMatchObject({ type: 'approval.requested', data: { task_id: id } });
    const path = `/approvals/${encodeURIComponent(question.data.approval_id)}`;
    expect((await test.request('POST', path, { decision: 'approve' })).status).toBe(200);
    await test.reach(id);
    expect(await logOf(id, 2)).toMatchObject({ status: 'delivered' });
    expect(heard().map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      'approval.requested',
      'task.completed',
    ]);
  }, 60_000);

  it('refuse private addresses when the task is submitted, and tasks without a webhook', async () => {
    const answer = await test.request('POST', '/tasks', {
      description: 'Compute 1 + 1.',
      webhook: { url: 'http://169.254.169.254/latest/meta-data' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toMatchObject([{ path: 'webhook.url' }]);
    const id = await test.submit({ description: 'Compute 1 + 1.' });
    expect((await test.request('POST', `/tasks/${id}/webhook/resend`)).status).toBe(409);
    expect((await test.request('GET', '/tasks/nothing/webhook')).status).toBe(404);
  }, 40_000);
});
