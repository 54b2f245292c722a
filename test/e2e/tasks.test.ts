import { describe, expect, it } from '@jest/globals';
import {
  events,
  eventTypes,
  getTask,
  run,
  send,
  submit,
  type TaskEventView,
  waitFor,
} from '../helpers/api-client.ts';

const python = [
  'def load():\n    return process_data()\n',
  'from load import load\n\n\ndef helper():\n    pass\n\n\ndef main():\n    helper()\n    load()\n',
];

describe('a task from submission to result', () => {
  it('computes', async () => {
    const accepted = await submit({ description: 'What is 17 * 23?' });
    expect(accepted.status).toBe('submitted');
    expect(Date.parse(accepted.estimated_completion)).not.toBeNaN();
    const task = await waitFor(accepted.task_id);
    expect(task).toMatchObject({
      task_id: accepted.task_id,
      status: 'completed',
      progress: 1,
      current_step: null,
      error: null,
      cost: { usd: expect.any(Number), tokens: expect.any(Number) },
    });
    expect(JSON.stringify(task.final_result)).toContain('391');
    expect(task.final_result?.['summary']).toEqual(expect.any(String));
    expect(task.subtasks.map(({ status }) => status)).toEqual(['succeeded']);
    expect(task.logs.at(-1)).toBe('The task is completed');
    expect(Date.parse(task.completed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(task.created_at));
    expect(task.execution_arn).toEqual(expect.stringContaining(accepted.task_id));
  });

  it('traces a call sequence', async () => {
    const task = await run({
      description: 'Analyze the Python files in ./src and create a call graph from main() to process_data()',
      constraints: { allowed_tools: ['code_analyzer', 'file_operations'] },
      workspace: {
        files: [
          { path: 'src/load.py', content: `from data import process_data\n\n\n${python[0]}` },
          { path: 'src/app.py', content: python[1] },
          { path: 'src/data.py', content: 'def process_data():\n    return 1\n' },
        ],
      },
    });
    expect(task.status).toBe('completed');
    expect(task.final_result).toMatchObject({
      path: ['main', 'load', 'process_data'],
      locations: [
        expect.objectContaining({ name: 'main', file: 'src/app.py', line: 8 }),
        expect.objectContaining({ name: 'load', file: 'src/load.py', line: 4 }),
        expect.objectContaining({ name: 'process_data', file: 'src/data.py', line: 1 }),
      ],
      summary: expect.any(String),
    });
  });

  it('shows the same at /status, and in the list', async () => {
    const task = await run({ description: 'What is 2 + 2?', metadata: { run: 'list' } });
    expect((await send('GET', `/tasks/${task.task_id}/status`)).body).toEqual(await getTask(task.task_id));
    const { body } = await send<{
      tasks: { task_id: string; status: string; metadata: object }[];
      cursor: string | null;
    }>('GET', '/tasks?limit=5&status=completed');
    expect(body.tasks).toContainEqual(
      expect.objectContaining({ task_id: task.task_id, status: 'completed', metadata: { run: 'list' } }),
    );
    expect(body.tasks.every(({ status }) => status === 'completed')).toBe(true);
  });

  it('pages through the list, newest first, each task once', async () => {
    const wanted: string[] = [];
    for (let i = 0; i < 3; i += 1)
      wanted.unshift((await submit({ description: `What is 1 + ${i}?` })).task_id);
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      const path: string = `/tasks?limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { body } = await send<{ tasks: { task_id: string }[]; cursor: string | null }>('GET', path);
      seen.push(...body.tasks.map(({ task_id }) => task_id));
      cursor = body.cursor;
      if (cursor === null) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => wanted.includes(id))).toEqual(wanted);
  });

  it('keeps its plans with hash, quote, verdict, authorisation and results', async () => {
    const task = await run({ description: 'What is 6 * 7?' });
    const { body } = await send<{ plans: Record<string, unknown>[] }>('GET', `/tasks/${task.task_id}/plans`);
    expect(body.plans).toEqual([
      expect.objectContaining({
        iteration: 1,
        plan_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        quote: { max_usd: expect.any(Number), max_tokens: expect.any(Number) },
        verdict: expect.objectContaining({ verdict: 'APPROVED' }),
        authorization: expect.objectContaining({ decision: 'authorized' }),
        steps: [expect.objectContaining({ status: 'succeeded' })],
      }),
    ]);
  });

  it('writes files that a person can fetch', async () => {
    const task = await run({
      description: 'Read data.csv, compute the mean of column price, and write it to report.txt',
      workspace: { files: [{ path: 'data.csv', content: 'name,price\na,1\nb,2\nc,6\n' }] },
    });
    expect(task.status).toBe('completed');
    const { body } = await send<{ artifacts: { path: string; size: number; url: string }[] }>(
      'GET',
      `/tasks/${task.task_id}/artifacts`,
    );
    expect(body.artifacts.map(({ path }) => path)).toEqual(['report.txt']);
    const file = await send<string>('GET', `/tasks/${task.task_id}/artifacts/report.txt`);
    expect(file.text).toContain('3');
    expect((await send('GET', `/tasks/${task.task_id}/artifacts/none.txt`)).status).toBe(404);
    expect((await send('GET', `/tasks/${task.task_id}/artifacts/..%2f..%2fx`)).status).toBe(404);
  });

  it('takes feedback', async () => {
    const task = await run({ description: 'What is 3 + 4?' });
    const sent = await send('POST', `/tasks/${task.task_id}/feedback`, {
      body: { rating: 5, comment: 'right' },
    });
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({ task_id: task.task_id, rating: 5 });
    expect((await send('POST', `/tasks/${task.task_id}/feedback`, { body: { rating: 0 } })).status).toBe(400);
  });

  it('plans, validates and prices without executing when told so', async () => {
    const task = await run({ description: 'Write the text "hello" to hello.txt', dry_run: true });
    expect(task.status).toBe('completed');
    const { body } = await send<{ artifacts: unknown[] }>('GET', `/tasks/${task.task_id}/artifacts`);
    expect(body.artifacts).toEqual([]);
    const types = await eventTypes(task.task_id);
    expect(types).toContain('plan.priced');
    expect(types).not.toContain('step.finished');
  });
});

describe('the log', () => {
  it('is the same as a list and as a stream, in order, and resumes anywhere', async () => {
    const task = await run({ description: 'What is 5 * 5?' });
    const { body } = await send<{ events: TaskEventView[]; cursor: string }>(
      'GET',
      `/tasks/${task.task_id}/logs`,
    );
    const ids = body.events.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    const streamed = await events(task.task_id);
    expect(streamed.map(({ event }) => event)).toEqual(body.events);
    expect(streamed.map(({ id }) => id)).toEqual(ids);
    const middle = ids[Math.floor(ids.length / 2)] ?? '';
    const rest = await events(task.task_id, { lastId: middle });
    expect(rest.map(({ id }) => id)).toEqual(ids.filter((id) => id > middle));
    const page = await send<{ events: TaskEventView[] }>(
      'GET',
      `/tasks/${task.task_id}/logs?cursor=${middle}`,
    );
    expect(page.body.events.map(({ id }) => id)).toEqual(ids.filter((id) => id > middle));
    expect(
      (await send<{ events: [] }>('GET', `/tasks/${task.task_id}/logs?cursor=${body.cursor}`)).body.events,
    ).toEqual([]);
  });

  it('follows a running task to its end', async () => {
    const { task_id } = await submit({ description: 'What is 9 * 9?' });
    const types: string[] = [];
    let lastId: string | undefined;
    // Where answers can't be streamed each connection ends early and the next one resumes.
    for (let connection = 0; connection < 60 && types.at(-1) !== 'task.completed'; connection += 1) {
      for (const { id, event } of await events(task_id, lastId === undefined ? {} : { lastId })) {
        types.push(event.type);
        lastId = id;
      }
      if (types.at(-1) !== 'task.completed') await waitFor(task_id, () => true);
    }
    expect(types).toEqual(
      expect.arrayContaining(['task.decomposed', 'plan.created', 'step.finished', 'task.completed']),
    );
    expect(types.filter((type) => type === 'task.completed')).toHaveLength(1);
  });

  it('refuses a cursor that it did not give out', async () => {
    const { task_id } = await submit({ description: 'What is 1 + 1?' });
    expect((await send('GET', `/tasks/${task_id}/logs?cursor=nonsense`)).status).toBe(400);
    expect(
      (await send('GET', `/tasks/${task_id}/events`, { headers: { 'last-event-id': 'nonsense' } })).status,
    ).toBe(400);
  });
});

describe('a workspace that is uploaded', () => {
  it('is put to presigned URLs before the task starts', async () => {
    const accepted = await submit({
      description: 'Count the lines of notes.txt',
      workspace: { upload: true, files: [{ path: 'notes.txt' }] },
    });
    const [file] = accepted.upload?.files ?? [];
    const put = await send('PUT', file?.url ?? '', {
      raw: new TextEncoder().encode('one\ntwo\nthree\n'),
      key: null,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(put.status).toBe(200);
    expect((await getTask(accepted.task_id)).status).toBe('submitted');
    expect((await send('POST', accepted.upload?.start ?? '')).status).toBe(202);
    const task = await waitFor(accepted.task_id);
    expect(task.status).toBe('completed');
    expect(JSON.stringify(task.final_result)).toContain('3');
    expect((await send('POST', accepted.upload?.start ?? '')).status).toBe(409);
  });
});
