import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aStep } from '../helpers/plans.ts';
import { openReceiver, openTestOffice, type Receiver, type TestOffice } from './office.ts';

let test: TestOffice;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await openReceiver((path) => (path === '/changing' ? changing : 200));
  test = await openTestOffice({ environment: { OFFICE_ALLOW_HOSTS: receiver.host } });
}, 60_000);
afterAll(async () => {
  await test.stop();
  await receiver.close();
});

/** What `/changing` answers with. */
let changing = 404;
const calls = (path: string) => receiver.received.get(path)?.length ?? 0;

/** A task whose first effect succeeds and whose second step can't be done while its file is missing. */
async function failed(name: string): Promise<string> {
  const id = await test.submit({
    description: `Send and read ${name}.`,
    constraints: { max_iterations: 1 },
    plan: {
      plan_id: name,
      task_id: 'given',
      metadata: {},
      steps: [
        aStep({
          step_id: 'send',
          action: 'http_client',
          inputs: { method: 'POST', url: `http://${receiver.host}/${name}`, body: '{}' },
          idempotency_key: `send-${name}`,
        }),
        aStep({
          step_id: 'read',
          action: 'file_operations',
          inputs: { operation: 'read', path: `${name}.txt` },
          idempotency_key: `read-${name}`,
          dependencies: ['send'],
        }),
      ],
    },
  });
  expect((await test.reach(id))['status']).toBe('failed');
  return id;
}
const redrive = (id: string, body: object) => test.request('POST', `/dead-letters/${id}/redrive`, body);

describe('the clinic of dead letters', () => {
  it('says what failed where, what was done, and what has failed like this before', async () => {
    const first = await failed('one');
    const second = await failed('two');
    const { body } = await test.request('GET', `/dead-letters/${second}`);
    expect(body).toMatchObject({
      status: 'open',
      redrives: 0,
      receipts: { succeeded: 1, failed: 1, in_doubt: [] },
      plan_hash: expect.any(String),
      failed_state: expect.any(String),
      execution_arn: expect.stringContaining(second),
      console_url: null,
    });
    expect(body['similar']).toEqual(expect.arrayContaining([expect.objectContaining({ task_id: first })]));
    const analytics = (await test.request('GET', '/analytics/failures')).body;
    expect(analytics['by_day']).toEqual([
      { date: expect.any(String), counts: { [String(body['class'])]: expect.any(Number) } },
    ]);
  }, 60_000);

  it.each(['retry', 'replan'] as const)(
    '%s keeps the effect that succeeded, twice over',
    async (mode) => {
      const id = await failed(mode);
      const both = await Promise.all([redrive(id, { mode }), redrive(id, { mode })]);
      expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
      await test.reach(id);
      expect((await redrive(id, { mode, add_budget_usd: 1 })).status).toBe(202);
      await test.reach(id);
      expect(calls(`/${mode}`)).toBe(1);
      expect((await test.request('GET', `/dead-letters/${id}`)).body).toMatchObject({
        redrives: 2,
        status: 'open',
      });
    },
    60_000,
  );

  it('redriving many, each twice at once and twice over, adds no effect', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `many-${n}`);
    const ids = await Promise.all(names.map(failed));
    const accepted = new Map(ids.map((id) => [id, 0]));
    for (const mode of ['retry', 'replan']) {
      const both = [...ids, ...ids];
      const answers = await Promise.all(both.map((id) => redrive(id, { mode })));
      for (const [index, id] of ids.entries()) {
        const pair = [answers[index], answers[index + ids.length]].map((answer) => answer?.status);
        // One of them is refused, unless the other one's run is over already.
        expect([
          [202, 202],
          [202, 409],
          [409, 202],
        ]).toContainEqual(pair);
        accepted.set(id, (accepted.get(id) ?? 0) + pair.filter((status) => status === 202).length);
      }
      await Promise.all(ids.map((id) => test.reach(id, ['failed'], 60_000)));
    }
    expect(names.map((name) => calls(`/${name}`))).toEqual(names.map(() => 1));
    for (const [id, redrives] of accepted) {
      const { body } = await test.request('GET', `/dead-letters/${id}`);
      expect(body).toMatchObject({ redrives, status: 'open', receipts: { succeeded: 1, in_doubt: [] } });
    }
  }, 120_000);

  it('edit runs again also what waited for a step that had failed', async () => {
    const step = (step_id: string, action: string, inputs: object, dependencies: string[]) =>
      aStep({
        step_id,
        action,
        inputs: inputs as never,
        idempotency_key: `changing-${step_id}`,
        dependencies,
      });
    const id = await test.submit({
      description: 'Read what is named.',
      constraints: { max_iterations: 1 },
      workspace: { files: [{ path: '200.txt', content: 'found' }] },
      plan: {
        plan_id: 'changing',
        task_id: 'given',
        metadata: {},
        steps: [
          step('get', 'http_client', { url: `http://${receiver.host}/changing` }, []),
          step('read', 'file_operations', { operation: 'read', path: '${steps.get.output.status}.txt' }, [
            'get',
          ]),
          step('after', 'math_calculator', { expression: '6 * 7' }, ['read']),
        ],
      },
    });
    expect((await test.reach(id))['status']).toBe('failed');
    changing = 200;
    const input = { constraints: { max_iterations: 2 } };
    expect((await redrive(id, { mode: 'edit', input })).status).toBe(202);
    expect(await test.reach(id)).toMatchObject({ status: 'completed', error: null });
    for (const mode of ['retry', 'replan'] as const) expect((await redrive(id, { mode })).status).toBe(409);
    expect(await test.reach(id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('edit starts over with what it changes, and a completed task is not redriven', async () => {
    const id = await failed('edited');
    const answer = await redrive(id, { mode: 'edit', input: { description: 'What is 30 + 12?' } });
    expect(answer.status).toBe(202);
    await test.reach(id);
    expect(calls('/edited')).toBe(1);
    const done = await test.submit({ description: 'Compute 6 * 7.' });
    await test.reach(done);
    expect((await redrive(done, { mode: 'retry' })).status).toBe(404);
  }, 60_000);
});
