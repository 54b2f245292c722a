import { describe, expect, it } from '@jest/globals';
import { fakeOffice, otherKey, readerKey } from '../../helpers/receptionist-fakes.ts';

const submit = { description: 'What is 17 * 23?' };

describe('POST /tasks', () => {
  it('accepts a task and enqueues it', async () => {
    const office = fakeOffice();
    const answer = await office.request('POST', '/tasks', { body: submit });
    const body = await answer.json();
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/tasks/${body.task_id}`);
    expect(body).toMatchObject({ status: 'submitted', links: { events: `/tasks/${body.task_id}/events` } });
    expect(Date.parse(body.estimated_completion)).toBeGreaterThan(office.deps.now().getTime());
    expect(office.tasks.get(`acme/${body.task_id}`)).toMatchObject({
      stage: 'accepted',
      priority: 'normal',
      inputs: {},
    });
    expect(office.queue).toEqual([{ tenant_id: 'acme', task_id: body.task_id }]);
  });

  it('keeps the task when the queue is out of reach', async () => {
    const office = fakeOffice({
      queue: {
        send: async () => {
          throw new Error('no queue');
        },
      },
    });
    const answer = await office.request('POST', '/tasks', { body: submit });
    expect(answer.status).toBe(202);
    expect(office.tasks.size).toBe(1);
    expect(office.errors).toHaveLength(1);
  });

  it('never promises a completion after the deadline', async () => {
    const office = fakeOffice();
    const answer = await office.request('POST', '/tasks', {
      body: { ...submit, constraints: { max_duration: 5 } },
    });
    expect((await answer.json()).estimated_completion).toBe('2026-05-01T12:00:05.000Z');
  });

  it('stores the workspace under normalized paths before the record', async () => {
    const office = fakeOffice();
    const files = [
      { path: './src/app.py', content: 'print(1)' },
      { path: 'data.bin', content: Buffer.from([0, 1, 2]).toString('base64'), encoding: 'base64' },
    ];
    const answer = await office.request('POST', '/tasks', { body: { ...submit, workspace: { files } } });
    const { task_id } = await answer.json();
    const stored = office.files.get(`acme/${task_id}`);
    expect([...(stored?.keys() ?? [])].sort()).toEqual(['data.bin', 'src/app.py']);
    expect(stored?.get('data.bin')).toEqual(Buffer.from([0, 1, 2]));
    expect(Object.keys(office.tasks.get(`acme/${task_id}`)?.inputs ?? {}).sort()).toEqual([
      'data.bin',
      'src/app.py',
    ]);
  });

  it.each([
    ['twice', ['a.txt', './a.txt'], 'workspace.files.1.path'],
    ['file and folder', ['a', 'a/b'], 'workspace.files.1.path'],
    ['traversal', ['../x'], 'workspace.files.0.path'],
    ['absolute', ['/etc/passwd'], 'workspace.files.0.path'],
    ['encoded traversal', ['a/%2e%2e/%2e%2e/b'], 'workspace.files.0.path'],
    ['backslash', ['a\\b'], 'workspace.files.0.path'],
  ])('refuses paths of a workspace: %s', async (_name, paths, where) => {
    const office = fakeOffice();
    const files = paths.map((path) => ({ path, content: 'x' }));
    const answer = await office.request('POST', '/tasks', { body: { ...submit, workspace: { files } } });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors).toEqual([expect.objectContaining({ path: where })]);
    expect(office.tasks.size + office.files.size).toBe(0);
  });

  it('refuses what is not base64', async () => {
    const files = [{ path: 'a', content: 'not base64!', encoding: 'base64' }];
    const answer = await fakeOffice().request('POST', '/tasks', {
      body: { ...submit, workspace: { files } },
    });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors[0]?.path).toBe('workspace.files.0.content');
  });

  it('refuses tools that do not exist, in constraints and plan', async () => {
    const plan = {
      plan_id: 'p',
      task_id: 't',
      metadata: {},
      steps: [{ step_id: 's', action: 'levitate', inputs: {}, idempotency_key: 'k' }],
    };
    const body = { ...submit, plan, constraints: { allowed_tools: ['python_exec', 'fly'] } };
    const answer = await fakeOffice().request('POST', '/tasks', { body });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors.map(({ path }: { path: string }) => path)).toEqual([
      'constraints.allowed_tools.1',
      'plan.steps.0.action',
    ]);
  });

  it('refuses a record that no item of the store can hold', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'x'.repeat(4_000)]));
    const answer = await fakeOffice().request('POST', '/tasks', { body: { ...submit, metadata } });
    expect(answer.status).toBe(413);
  });

  it('gives presigned URLs and starts when it is told to', async () => {
    const office = fakeOffice();
    const body = { ...submit, workspace: { upload: true, files: [{ path: 'in.csv' }] } };
    const accepted = await (await office.request('POST', '/tasks', { body })).json();
    expect(accepted.upload.files).toEqual([expect.objectContaining({ path: 'in.csv', method: 'PUT' })]);
    expect(office.queue).toEqual([]);
    const more = await office.request('POST', accepted.upload.more, { body: { files: [{ path: 'b.csv' }] } });
    expect((await more.json()).files).toHaveLength(1);
    const started = await office.request('POST', accepted.upload.start);
    expect(started.status).toBe(202);
    expect(office.queue).toHaveLength(1);
    expect((await office.request('POST', accepted.upload.start)).status).toBe(409);
    expect(
      (await office.request('POST', accepted.upload.more, { body: { files: [{ path: 'c' }] } })).status,
    ).toBe(409);
  });

  it('needs the scope tasks:write', async () => {
    const answer = await fakeOffice().request('POST', '/tasks', { body: submit, key: readerKey });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('scope="tasks:write"');
  });
});

describe('Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'k1' };

  it('gives the same answer again and makes no second task', async () => {
    const office = fakeOffice();
    const first = await office.request('POST', '/tasks', { body: submit, headers });
    const second = await office.request('POST', '/tasks', { body: submit, headers });
    expect(second.status).toBe(202);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await second.json()).toEqual(await first.json());
    expect(office.tasks.size).toBe(1);
  });

  it('refuses the key with another body', async () => {
    const office = fakeOffice();
    await office.request('POST', '/tasks', { body: submit, headers });
    const other = await office.request('POST', '/tasks', { body: { description: 'Another one' }, headers });
    expect(other.status).toBe(422);
  });

  it("is the tenant's own", async () => {
    const office = fakeOffice();
    await office.request('POST', '/tasks', { body: submit, headers });
    const other = await office.request('POST', '/tasks', {
      body: { description: 'x' },
      headers,
      key: otherKey,
    });
    expect(other.status).toBe(202);
    expect(office.tasks.size).toBe(2);
  });

  it('makes one task of 100 requests at once', async () => {
    const office = fakeOffice();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => office.request('POST', '/tasks', { body: submit, headers })),
    );
    const ids = new Set(await Promise.all(answers.map(async (answer) => (await answer.json()).task_id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(ids.size).toBe(1);
    expect(office.tasks.size).toBe(1);
  });

  it('is not used up by a request that is refused', async () => {
    const office = fakeOffice();
    expect((await office.request('POST', '/tasks', { body: { description: '' }, headers })).status).toBe(400);
    expect((await office.request('POST', '/tasks', { body: submit, headers })).status).toBe(202);
  });

  it('gives an answer that is too large to keep, and the same task again', async () => {
    const office = fakeOffice();
    const files = Array.from({ length: 2_000 }, (_, i) => ({ path: `${'folder/'.repeat(10)}${i}` }));
    const body = { ...submit, workspace: { upload: true, files } };
    const kept = office.deps.idempotency.answer;
    Object.assign(office.deps.idempotency, {
      answer: async (...[request, holder, answer]: Parameters<typeof kept>) => {
        if (JSON.stringify(answer).length > 400_000) throw new Error('An item holds 400 KB.');
        await kept(request, holder, answer);
      },
    });
    const ask = async () => (await office.request('POST', '/tasks', { body, headers })).json();
    const first = await ask();
    const second = await ask();
    expect(second.task_id).toBe(first.task_id);
    expect(second.upload.files).toHaveLength(2_000);
    expect(office.tasks.size).toBe(1);
  });

  it('goes on with the same task after a try that failed midway', async () => {
    const office = fakeOffice();
    let broken = true;
    const accept = office.deps.tasks.accept;
    Object.assign(office.deps.tasks, {
      accept: async (record: Parameters<typeof accept>[0]) => {
        await accept(record);
        if (broken) throw new Error('The answer was lost.');
      },
    });
    expect((await office.request('POST', '/tasks', { body: submit, headers })).status).toBe(500);
    broken = false;
    expect((await office.request('POST', '/tasks', { body: submit, headers })).status).toBe(202);
    expect(office.tasks.size).toBe(1);
  });
});
