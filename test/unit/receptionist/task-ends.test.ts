import { describe, expect, it } from '@jest/globals';
import { type FakeOffice, fakeOffice } from '../../helpers/receptionist-fakes.ts';

async function submitted(office: FakeOffice, more = {}): Promise<{ tenant_id: string; task_id: string }> {
  const body = { description: 'x', ...more };
  const { task_id } = await (await office.request('POST', '/tasks', { body })).json();
  return { tenant_id: 'acme', task_id };
}

async function started(office: FakeOffice, more = {}) {
  const key = await submitted(office, more);
  await office.deps.tasks.start(key, `arn:aws:states:eu-west-1:1:execution:task:${key.task_id}`, 0);
  office.log(key, {
    type: 'task.decomposed',
    status: 'planning',
    message: '',
    data: { subtasks: [{ subtask_id: 'a', description: '', prerequisites: [] }] },
  });
  return key;
}

const error = { name: 'ToolFailed', message: 'No.' };

async function failed(office: FakeOffice, more = {}) {
  const key = await started(office, more);
  await office.deps.tasks.end(key, { status: 'failed', error, cost: { usd: 1, tokens: 2 } });
  await bury(office, key);
  return key;
}

async function bury(office: FakeOffice, key: { tenant_id: string; task_id: string }, run = 0) {
  await office.deps.deadLetters.put({
    ...key,
    class: 'tool_failed',
    failed_state: 'Execute the plan',
    error,
    cost: { usd: 1, tokens: 2 },
    execution_arn: 'arn',
    failed_at: '2026-05-01T12:00:00.000Z',
    redrives: run,
    run,
    status: 'open',
  });
}

describe('POST /tasks/{task_id}/cancel', () => {
  it('ends the task, stops its executions and frees its place', async () => {
    const office = fakeOffice();
    const key = await started(office);
    const answer = await office.request('POST', `/tasks/${key.task_id}/cancel`);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ task_id: key.task_id, status: 'cancelled' });
    expect(office.stopped).toEqual([expect.stringContaining(key.task_id), 'a']);
    expect(office.released).toEqual([`acme/${key.task_id}`]);
    expect(office.events.get(`acme/${key.task_id}`)?.at(-1)).toMatchObject({ type: 'task.cancelled' });
    const view = await (await office.request('GET', `/tasks/${key.task_id}`)).json();
    expect(view).toMatchObject({ status: 'cancelled', error: { name: 'TaskCancelled' }, current_step: null });
  });

  it('leaves nothing that seems to be at work', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    await office.deps.tasks.start(key, 'arn:aws:states:eu-west-1:1:execution:task:x', 0);
    const subtasks = ['a', 'b'].map((subtask_id) => ({ subtask_id, description: '', prerequisites: [] }));
    const steps = ['s', 't'].map((step_id) => ({ step_id, action: 'python_exec', dependencies: [] }));
    office.log(
      key,
      { type: 'task.decomposed', status: 'planning', message: '', data: { subtasks } },
      { type: 'plan.created', subtask_id: 'a', iteration: 1, message: '', data: { steps } },
      { type: 'step.started', subtask_id: 'a', step_id: 's', status: 'executing', message: '' },
    );
    await office.request('POST', `/tasks/${key.task_id}/cancel`);
    // A step that was under way when the task ended says so late.
    office.log(key, {
      type: 'step.started',
      subtask_id: 'a',
      step_id: 's',
      status: 'executing',
      message: '',
    });
    const view = await (await office.request('GET', `/tasks/${key.task_id}`)).json();
    expect(view).toMatchObject({
      status: 'cancelled',
      subtasks: [
        { subtask_id: 'a', status: 'failed', ended_at: expect.any(String) },
        { subtask_id: 'b', status: 'skipped', ended_at: null },
      ],
    });
    expect(view.subtasks[0]?.steps.map(({ step_id, status }) => [step_id, status])).toEqual([
      ['s', 'in_doubt'],
      ['t', 'skipped'],
    ]);
  });

  it('cancels a task that has not started', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    expect((await office.request('POST', `/tasks/${key.task_id}/cancel`)).status).toBe(202);
    expect(office.stopped).toEqual([]);
  });

  it('answers 409 the second time', async () => {
    const office = fakeOffice();
    const key = await started(office);
    await office.request('POST', `/tasks/${key.task_id}/cancel`);
    expect((await office.request('POST', `/tasks/${key.task_id}/cancel`)).status).toBe(409);
  });

  it('stays cancelled when an execution can not be stopped', async () => {
    const office = fakeOffice();
    const key = await started(office);
    Object.assign(office.deps.executions, {
      stop: async () => {
        throw new Error('throttled');
      },
    });
    expect((await office.request('POST', `/tasks/${key.task_id}/cancel`)).status).toBe(202);
    expect(office.errors).toHaveLength(1);
  });
});

describe('dead letters', () => {
  it('are listed and shown', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const { dead_letters } = await (await office.request('GET', '/dead-letters')).json();
    expect(dead_letters).toEqual([expect.objectContaining({ task_id: key.task_id, class: 'tool_failed' })]);
    const letter = await (await office.request('GET', `/dead-letters/${key.task_id}`)).json();
    expect(letter).toMatchObject({ status: 'open', subtask_id: null });
    expect(letter).not.toHaveProperty('tenant_id');
    const { classes } = await (await office.request('GET', '/analytics/failures')).json();
    expect(classes).toEqual([
      expect.objectContaining({ class: 'tool_failed', count: 1, open: 1, cost_usd: 1 }),
    ]);
  });

  it.each(['retry', 'replan'])('redrive with %s enqueues the task again', async (mode) => {
    const office = fakeOffice();
    const key = await failed(office);
    const answer = await office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body: { mode } });
    expect(answer.status).toBe(202);
    expect(office.queue.at(-1)).toEqual({ ...key, run: 1, mode, resume: true });
    expect(office.letters.get(`acme/${key.task_id}`)).toMatchObject({ status: 'redriven', redrives: 1 });
    expect(await (await office.request('GET', `/tasks/${key.task_id}`)).json()).toMatchObject({
      status: 'submitted',
    });
  });

  it('redrive with edit changes the task', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const body = {
      mode: 'edit',
      input: { description: 'y', constraints: { max_cost_usd: 2 } },
      add_budget_usd: 0.5,
    };
    expect((await office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body })).status).toBe(202);
    expect(office.tasks.get(`acme/${key.task_id}`)).toMatchObject({
      description: 'y',
      constraints: { max_cost_usd: 2.5 },
      deadline: '2026-05-01T13:00:00.000Z',
    });
  });

  it('redrive happens once', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const send = () =>
      office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body: { mode: 'retry' } });
    expect([(await send()).status, (await send()).status]).toEqual([202, 409]);
  });

  it('redrive that comes second leaves it to the first how much the task may cost', async () => {
    let limit = 0;
    const { accounting } = fakeOffice().deps;
    const limitTask = async (_key: unknown, usd: number) => {
      limit = usd;
    };
    const office = fakeOffice({ accounting: { ...accounting, limitTask } });
    const key = await failed(office, { constraints: { max_cost_usd: 1 } });
    const redrive = (add_budget_usd: number) =>
      office.request('POST', `/dead-letters/${key.task_id}/redrive`, {
        body: { mode: 'retry', add_budget_usd },
      });
    const answers = await Promise.all([1, 5, 9].map(redrive));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    expect(office.tasks.get(`acme/${key.task_id}`)?.constraints.max_cost_usd).toBe(limit);
  });

  it('redrive waits for a letter that is just being written', async () => {
    const office = fakeOffice();
    const key = await started(office);
    await office.deps.tasks.end(key, { status: 'failed', error, cost: { usd: 1, tokens: 2 } });

    const asked = office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body: { mode: 'retry' } });
    await new Promise((resolve) => setImmediate(resolve));
    await bury(office, key);

    expect((await asked).status).toBe(202);
  });

  it('redrive waits for the letter of the second failure, too', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const redrive = () =>
      office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body: { mode: 'retry' } });
    expect((await redrive()).status).toBe(202);
    await office.deps.tasks.start(key, 'arn:aws:states:eu-west-1:1:execution:task:again', 1);
    await office.deps.tasks.end(key, { status: 'failed', error, cost: { usd: 1, tokens: 2 } });

    const asked = redrive();
    await new Promise((resolve) => setImmediate(resolve));
    await bury(office, key, 1);

    expect((await asked).status).toBe(202);
  });

  it.each([
    [{ mode: 'retry', add_budget_usd: 9_000 }, 'add_budget_usd'],
    [
      { mode: 'edit', input: { constraints: { allowed_tools: ['math_calculator', 'teleport'] } } },
      'input.constraints.allowed_tools.1',
    ],
  ])('redrive refuses what a submission may not ask for: %j', async (body, path) => {
    const office = fakeOffice();
    const key = await failed(office, { constraints: { max_cost_usd: 5_000 } });
    const answer = await office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors).toEqual([expect.objectContaining({ path })]);
    const view = await office.request('GET', `/tasks/${key.task_id}`);
    expect(await view.json()).toMatchObject({ status: 'failed', constraints: { max_cost_usd: 5_000 } });
    expect(office.letters.get(`acme/${key.task_id}`)).toMatchObject({ status: 'open' });
  });

  it('redrive refuses texts that no record holds', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const input = { description: '€'.repeat(20_000), criteria: Array(50).fill('€'.repeat(2_000)) };
    const body = { mode: 'edit', input };
    const answer = await office.request('POST', `/dead-letters/${key.task_id}/redrive`, { body });
    expect(answer.status).toBe(413);
    expect(office.letters.get(`acme/${key.task_id}`)).toMatchObject({ status: 'open' });
  });

  it('redrive says what is missing', async () => {
    const office = fakeOffice();
    const key = await failed(office);
    const path = `/dead-letters/${key.task_id}/redrive`;
    expect((await office.request('POST', path, { body: { mode: 'edit' } })).status).toBe(400);
    expect((await office.request('POST', path, { body: { mode: 'retry', input: {} } })).status).toBe(400);
    expect(
      (await office.request('POST', '/dead-letters/none/redrive', { body: { mode: 'retry' } })).status,
    ).toBe(404);
  });
});
