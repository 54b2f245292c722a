import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stateMachineArn } from '../../infra/local/engine/engine.ts';
import { aStep } from '../helpers/plans.ts';
import { riskyTool } from '../helpers/risky-tool.ts';
import { openReceiver, openTestOffice, type Receiver, type TestOffice } from './office.ts';

let test: TestOffice;
let receiver: Receiver;
const gates = new Map<string, () => void>();

beforeAll(async () => {
  // A receiver that answers when the test lets it: the step is under way until then.
  receiver = await openReceiver(
    (path) =>
      new Promise((resolve) => (path === '/hook' ? resolve(200) : gates.set(path, () => resolve(200)))),
  );
  test = await openTestOffice({
    environment: { OFFICE_ALLOW_HOSTS: receiver.host, MAX_CONCURRENT_TASKS_PER_TENANT: '2' },
  });
}, 60_000);
afterAll(async () => {
  for (const open of gates.values()) open();
  await test.stop();
  await receiver.close();
});

const planOf = (name: string) => ({
  plan_id: name,
  task_id: 'given',
  metadata: {},
  steps: [
    aStep({
      step_id: 'slow',
      action: 'http_client',
      inputs: { method: 'POST', url: `http://${receiver.host}/${name}`, body: '{}' },
      idempotency_key: `slow-${name}`,
    }),
    aStep({
      step_id: 'never',
      action: 'http_client',
      inputs: { method: 'POST', url: `http://${receiver.host}/${name}-never`, body: '{}' },
      idempotency_key: `never-${name}`,
      dependencies: ['slow'],
    }),
  ],
});

const until = async (condition: () => boolean) => {
  const deadline = performance.now() + 15_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('It took more than 15 s.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const running = (machine: string) => test.office.engine.listExecutions(stateMachineArn(machine), 'RUNNING');

async function underWay(name: string): Promise<string> {
  const id = await test.submit({ description: `Send ${name}.`, plan: planOf(name) });
  await until(() => gates.has(`/${name}`));
  return id;
}

describe('cancelling on the embedded office', () => {
  it('stops a step under way before it ends, children and all, and nothing follows', async () => {
    const id = await underWay('first');
    expect(running('subtask').length).toBe(1);
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
    expect((await test.request('GET', `/tasks/${id}`)).body['status']).toBe('cancelled');
    expect(running('task')).toEqual([]);
    expect(running('subtask')).toEqual([]);
    gates.get('/first')?.();
    const twice = await test.request('POST', `/tasks/${id}/cancel`);
    expect(twice.status).toBe(409);
    // A task that runs through shows that the place is free and that nothing of the first one came after.
    await test.reach(await test.submit({ description: 'Compute 6 * 7.' }));
    expect(receiver.received.has('/first-never')).toBe(false);
    expect((await test.request('GET', `/tasks/${id}`)).body['status']).toBe('cancelled');
  }, 40_000);

  it('tells the tool at work, which lets go of what it waits for', async () => {
    const id = await underWay('told');
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
    await until(() => receiver.abandoned.has('/told'));
    expect(receiver.received.get('/told')).toHaveLength(1);
  }, 40_000);

  it('cancels in the queue, frees the place and tells the webhook', async () => {
    const holders = [await underWay('a'), await underWay('b')];
    const id = await test.submit({
      description: 'Wait for a place.',
      plan: planOf('queued'),
      webhook: { url: `http://${receiver.host}/hook` },
    });
    const answers = await Promise.all([1, 2, 3].map(() => test.request('POST', `/tasks/${id}/cancel`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    for (const holder of holders) await test.request('POST', `/tasks/${holder}/cancel`);
    for (const name of ['/a', '/b']) gates.get(name)?.();
    await until(() => receiver.received.has('/hook'));
    const [hook] = receiver.received.get('/hook') ?? [];
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({ type: 'task.cancelled', data: { task_id: id } });
    await test.reach(await test.submit({ description: 'Compute 1 + 1.' }));
    expect(receiver.received.has('/queued')).toBe(false);
  }, 40_000);

  it('withdraws the question that a task waits on; deciding it then is refused', async () => {
    expect((await test.request('PUT', '/tools/risky', riskyTool)).status).toBe(200);
    const id = await test.submit({
      description: 'Take the risk.',
      plan: {
        plan_id: 'p',
        task_id: 'given',
        metadata: {},
        steps: [
          aStep({
            step_id: 'risk',
            action: 'risky',
            inputs: { expression: '20 + 22' },
            idempotency_key: 'risk-1',
          }),
        ],
      },
    });
    await test.reach(id, ['awaiting_approval']);
    const { body } = await test.request('GET', '/approvals?status=pending');
    const [question] = body['approvals'] as { approval_id: string; task_id: string }[];
    expect(question?.task_id).toBe(id);
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
    const decision = await test.request('POST', `/approvals/${question?.approval_id}`, {
      decision: 'approve',
    });
    expect(decision.status).toBe(409);
    expect((await test.request('GET', '/approvals?status=pending')).body['approvals']).toEqual([]);
  }, 40_000);

  it('refuses to cancel what has ended, and what does not exist', async () => {
    const id = await test.submit({ description: 'Compute 2 + 2.' });
    expect((await test.reach(id))['status']).toBe('completed');
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(409);
    expect((await test.request('POST', '/tasks/nothing/cancel')).status).toBe(404);
  }, 40_000);
});
