import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OfficeApi } from '../../../scripts/cli/api.ts';
import { followTask, parseEvent, readEventStream } from '../../../scripts/cli/event-stream.ts';
import type { TaskEvent } from '../../../scripts/cli/views.ts';
import { type FakeOffice, type FakeOfficeScript, startFakeOffice } from './fake-office.ts';

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function readAll(text: string, sizes: readonly number[]) {
  const messages = [];
  for await (const message of readEventStream(chunksOf(new TextEncoder().encode(text), sizes)))
    messages.push(message);
  return messages;
}

describe('readEventStream', () => {
  it('reads the same messages however the bytes are cut and whatever ends the lines', async () => {
    const lines = [
      'retry: 10',
      ': comment',
      'id: 1',
      'event: a',
      'data: {"x":',
      'data: "é€😀"}',
      '',
      'data',
      '',
      'data:two',
      '',
      '',
    ];
    const expected = [
      { id: '1', event: 'a', data: '{"x":\n"é€😀"}' },
      { id: '1', event: 'message', data: '' },
      { id: '1', event: 'message', data: 'two' },
    ];

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        async (sizes, ending) => {
          expect(await readAll(lines.join(ending) + ending, sizes)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps an unfinished message to itself', async () => {
    expect(await readAll('data: whole\n\ndata: half', [4])).toEqual([
      { id: '', event: 'message', data: 'whole' },
    ]);
  });
});

describe('parseEvent', () => {
  it('passes unknown types through', () => {
    const data = JSON.stringify({
      id: 'x',
      at: '2026-01-02T03:04:05Z',
      type: 'moon.landed',
      message: 'one step',
    });

    expect(parseEvent({ id: '7', event: 'moon.landed', data })).toMatchObject({
      id: '7',
      type: 'moon.landed',
    });
  });

  it.each(['not json', '[]', '{"type":3}'])('shows %j as it is', (data) => {
    expect(parseEvent({ id: '7', event: 'message', data })).toMatchObject({
      type: 'unreadable',
      message: data,
    });
  });
});

describe('followTask', () => {
  let office: FakeOffice;
  afterEach(() => office.close());

  async function follow(script: FakeOfficeScript, id = 'task-1'): Promise<TaskEvent[]> {
    office = await startFakeOffice(script);
    const events: TaskEvent[] = [];
    const api = new OfficeApi({ url: office.url, key: office.key });
    const signal = new AbortController().signal;
    for await (const event of followTask(api, id, { signal, patience_seconds: 1 })) events.push(event);
    return events;
  }

  const six = [1, 2, 3, 4, 5].map((n) => ({ type: 'step.started', message: String(n) }));
  const script = [...six, { type: 'task.completed' }];

  it('gives every event once although the connection is cut twice', async () => {
    const events = await follow({ events: script, cuts: [2, 0, 3] });

    expect(events.map((event) => event.id)).toEqual(['0', '1', '2', '3', '4', '5']);
    const resumed = office.seen
      .filter(({ path }) => path.endsWith('/events'))
      .map(({ headers }) => headers['last-event-id']);
    expect(resumed).toEqual([undefined, '1', '1', '4']);
  });

  it('ends when the task is over although its last event never came', async () => {
    const answers = { 'GET /tasks/task-1': [200, { task_id: 'task-1', status: 'failed' }] as const };

    expect(await follow({ events: six, answers })).toHaveLength(5);
  });

  it('says what the office says of an unknown task', async () => {
    await expect(follow({}, 'task-9')).rejects.toThrow(
      'Not found: There is nothing at /tasks/task-9/events (404)',
    );
  });
});
