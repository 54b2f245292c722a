import { describe, expect, it } from '@jest/globals';
import { collectedEvents, streamedEvents } from '../../../lambdas/receptionist/event-stream.ts';
import { type FakeOffice, fakeOffice } from '../../helpers/receptionist-fakes.ts';

async function submitted(office: FakeOffice, body: Record<string, unknown> = {}) {
  const { task_id } = await (
    await office.request('POST', '/tasks', { body: { description: 'x', ...body } })
  ).json();
  return { tenant_id: 'acme', task_id };
}
const step = { type: 'step.started', message: 'works', subtask_id: 'a', step_id: 's' } as const;
const completed = { type: 'task.completed', message: 'done', status: 'completed' } as const;
const datas = (text: string) =>
  text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6)).type] : []));

describe('GET /tasks', () => {
  it('lists newest first, by pages', async () => {
    const office = fakeOffice();
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push((await submitted(office)).task_id);
    const first = await (await office.request('GET', '/tasks?limit=3')).json();
    const second = await (await office.request('GET', `/tasks?limit=3&cursor=${first.cursor}`)).json();
    const seen = [...first.tasks, ...second.tasks].map(({ task_id }: { task_id: string }) => task_id);
    expect(seen).toEqual(ids.reverse());
    expect(second.cursor).toBeNull();
  });

  it('shows the same of a task that has failed as the task itself', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    await submitted(office);
    await office.deps.tasks.start(key, 'arn', 0);
    const subtasks = [{ subtask_id: 'a', description: '', prerequisites: [] }];
    office.log(key, { type: 'task.decomposed', status: 'planning', message: '', data: { subtasks } });
    office.log(key, { ...step, status: 'executing' });
    const error = { name: 'ToolFailed', message: 'No.' };
    await office.deps.tasks.end(key, { status: 'failed', error, cost: { usd: 0, tokens: 0 } });
    const view = await (await office.request('GET', `/tasks/${key.task_id}`)).json();
    expect(view).toMatchObject({ progress: expect.any(Number) });
    const { tasks } = await (await office.request('GET', '/tasks?status=failed')).json();
    for (const [name, value] of Object.entries(tasks[0] ?? {})) expect(view).toHaveProperty(name, value);
    expect(tasks).toHaveLength(1);
  });

  it('filters by the status that the events tell', async () => {
    const office = fakeOffice();
    const running = await submitted(office);
    await submitted(office);
    await office.deps.tasks.start(running, 'arn', 0);
    office.log(running, { ...step, status: 'executing' });
    const { tasks } = await (await office.request('GET', '/tasks?status=executing')).json();
    expect(tasks.map(({ task_id }: { task_id: string }) => task_id)).toEqual([running.task_id]);
  });
});

describe('GET /tasks/{task_id}', () => {
  it('shows a running task', async () => {
    const office = fakeOffice();
    const key = await submitted(office, { metadata: { a: 'b' }, webhook: { url: 'https://example.com/h' } });
    await office.deps.tasks.start(key, 'arn:x', 0);
    office.log(key, { ...step, status: 'executing' });
    const view = await (await office.request('GET', `/tasks/${key.task_id}/status`)).json();
    expect(view).toMatchObject({
      task_id: key.task_id,
      status: 'executing',
      current_step: 'a/s',
      final_result: null,
      error: null,
      execution_arn: 'arn:x',
      completed_at: null,
      metadata: { a: 'b' },
      logs: [expect.any(String)],
    });
    expect(view).not.toHaveProperty('webhook');
  });

  it('shows a task with a webhook that would be refused today', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    const record = office.tasks.get(`acme/${key.task_id}`);
    if (record === undefined) throw new Error('The task is not kept.');
    Object.assign(record, { webhook: { url: 'https://u:p@example.com/h' } });
    expect((await office.request('GET', `/tasks/${key.task_id}`)).status).toBe(200);
  });

  it('says that a task is completed also before its last line is logged, and once', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    await office.deps.tasks.start(key, 'arn:x', 0);
    office.log(key, { ...step, status: 'executing' });
    await office.deps.tasks.end(key, {
      status: 'completed',
      result: { inline: { summary: '', outputs: {} } },
      cost: { usd: 0, tokens: 0 },
    });
    const logs = async (): Promise<string[]> => {
      const view: unknown = await (await office.request('GET', `/tasks/${key.task_id}`)).json();
      return (view as { logs: string[] }).logs;
    };
    expect(await logs()).toContain('The task is completed');
    office.log(key, { ...completed, message: 'The task is completed' });
    expect((await logs()).filter((line) => line === 'The task is completed')).toHaveLength(1);
  });

  it('shows a result, whatever late events say', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    await office.deps.tasks.start(key, 'arn', 0);
    await office.deps.tasks.end(key, {
      status: 'completed',
      result: { inline: { summary: 'It is 391.', outputs: {} } },
      cost: { usd: 1, tokens: 2 },
    });
    office.log(key, completed, { ...step, status: 'executing' });
    expect(await (await office.request('GET', `/tasks/${key.task_id}`)).json()).toMatchObject({
      status: 'completed',
      progress: 1,
      current_step: null,
      final_result: { summary: 'It is 391.' },
      cost: { usd: 1, tokens: 2 },
    });
  });

  it('keeps feedback', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    const path = `/tasks/${key.task_id}/feedback`;
    const answer = await office.request('POST', path, { body: { rating: 5, comment: 'good' } });
    expect(answer.status).toBe(201);
    expect(office.feedback).toEqual([expect.objectContaining({ rating: 5, task_id: key.task_id })]);
    expect((await office.request('POST', path, { body: { rating: 6 } })).status).toBe(400);
    expect((await office.request('POST', path, { body: { rating: 4.5 } })).status).toBe(400);
  });
});

describe('logs and events', () => {
  it('pages through the log', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    office.log(key, step, step, completed);
    const first = await (await office.request('GET', `/tasks/${key.task_id}/logs?limit=2`)).json();
    expect(first.events).toHaveLength(2);
    const rest = await (
      await office.request('GET', `/tasks/${key.task_id}/logs?cursor=${first.cursor}`)
    ).json();
    expect(rest.events.map(({ type }: { type: string }) => type)).toEqual(['task.completed']);
    expect((await office.request('GET', `/tasks/${key.task_id}/logs?cursor=x`)).status).toBe(400);
  });

  it('streams until the task has ended', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    office.log(key, step);
    const answer = streamedEvents(office.deps, key, undefined, new AbortController().signal, 1);
    const reader = answer.body?.getReader();
    let text = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      text += new TextDecoder().decode(value);
      if (text.includes('step.started') && !text.includes('task.completed')) office.log(key, completed);
    }
    expect(datas(text)).toEqual(['step.started', 'task.completed']);
    expect(text.startsWith('retry: ')).toBe(true);
  });

  it('resumes after Last-Event-ID', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    office.log(key, step, step, completed);
    const last = office.events.get(`acme/${key.task_id}`)?.[1]?.id ?? '';
    const answer = await office.request('GET', `/tasks/${key.task_id}/events`, {
      headers: { 'last-event-id': last },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(datas(await answer.text())).toEqual(['task.completed']);
  });

  it('sends an event that was written late', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    office.log(key, step, { ...step, step_id: 'late' }, { ...step, step_id: 'early' });
    const log = office.events.get(`acme/${key.task_id}`) ?? [];
    const late = log.splice(1, 1);
    const answer = streamedEvents(office.deps, key, undefined, new AbortController().signal, 1);
    const reader = answer.body?.getReader();
    let text = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      text += new TextDecoder().decode(value);
      if (text.includes('"early"') && !text.includes('"late"')) log.splice(1, 0, ...late);
      else if (text.includes('"late"') && !text.includes('task.completed')) {
        office.events.set(`acme/${key.task_id}`, log);
        office.log(key, completed);
      }
    }
    expect(datas(text)).toEqual(['step.started', 'step.started', 'step.started', 'task.completed']);
  });

  it('stops when the client is gone', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    const gone = new AbortController();
    const text = streamedEvents(office.deps, key, undefined, gone.signal, 1).text();
    gone.abort();
    await expect(text).resolves.toContain('retry');
  });

  it('ends when the record has ended without an event', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    const error = { name: 'X', message: 'y' };
    await office.deps.tasks.end(key, { status: 'failed', error, cost: { usd: 0, tokens: 0 } });
    const text = await streamedEvents(office.deps, key, undefined, new AbortController().signal, 1).text();
    expect(datas(text)).toEqual([]);
  });

  it('holds back what may not be complete where nothing can be streamed', async () => {
    let time = Date.parse('2026-05-01T12:00:00Z');
    const office = fakeOffice({ now: () => new Date(time), streaming: false });
    const key = await submitted(office);
    office.log(key, step);
    expect(datas(await (await collectedEvents(office.deps, key, undefined)).text())).toEqual([]);
    time += 3_000;
    const answer = await office.request('GET', `/tasks/${key.task_id}/events`);
    expect(datas(await answer.text())).toEqual(['step.started']);
    office.log(key, completed);
    expect(datas(await (await collectedEvents(office.deps, key, undefined)).text())).toHaveLength(2);
  });
});

describe('artifacts', () => {
  it('are the files that the task wrote', async () => {
    const office = fakeOffice();
    const files = [
      { path: 'in.txt', content: 'given' },
      { path: 'changed.txt', content: 'before' },
    ];
    const key = await submitted(office, { workspace: { files } });
    await office.deps.workspaces.of(key).write('out/r\u00e9sum\u00e9.json', Buffer.from('{}'));
    await office.deps.workspaces.of(key).write('changed.txt', Buffer.from('after'));
    const { artifacts } = await (await office.request('GET', `/tasks/${key.task_id}/artifacts`)).json();
    expect(artifacts.map(({ path }: { path: string }) => path).sort()).toEqual([
      'changed.txt',
      'out/r\u00e9sum\u00e9.json',
    ]);
    const url = artifacts.find(({ path }: { path: string }) => path.startsWith('out/'))?.url ?? '';
    const file = await office.request('GET', url);
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toBe('application/json');
    expect(await file.text()).toBe('{}');
  });

  it('are not sent again to someone who has them', async () => {
    const office = fakeOffice();
    const key = await submitted(office, { workspace: { files: [{ path: 'a.txt', content: 'x' }] } });
    const ask = (headers: Record<string, string> = {}) =>
      office.request('GET', `/tasks/${key.task_id}/artifacts/a.txt`, { headers });
    const etag = (await ask()).headers.get('etag') ?? '';
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const again = await ask({ 'if-none-match': known });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('never serve a page', async () => {
    const office = fakeOffice();
    const key = await submitted(office);
    await office.deps.workspaces.of(key).write('x.html', Buffer.from('<script>1</script>'));
    const answer = await office.request('GET', `/tasks/${key.task_id}/artifacts/x.html`);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['none.txt', '..%2f..%2fother%2fworkspace%2fx', '%2e%2e/x', 'a%00b'])(
    'answer 404 to %s',
    async (path) => {
      const office = fakeOffice();
      const key = await submitted(office);
      expect((await office.request('GET', `/tasks/${key.task_id}/artifacts/${path}`)).status).toBe(404);
    },
  );
});
