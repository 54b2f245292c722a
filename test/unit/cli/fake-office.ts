import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from '../../helpers/loopback-http.ts';

export interface FakeEvent {
  readonly type: string;
  readonly status?: string;
  readonly subtask_id?: string;
  readonly step_id?: string;
  readonly iteration?: number;
  readonly message?: string;
  readonly data?: Record<string, unknown>;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What the fake office is to say; every field has a default. */
export interface FakeOfficeScript {
  readonly key?: string;
  readonly events?: readonly FakeEvent[];
  /** The stream is cut after so many events, once per number. */
  readonly cuts?: readonly number[];
  /** Pause before each event, in milliseconds. */
  readonly pause?: number;
  /** The task when it is over; before that it is `executing`. */
  readonly task?: Record<string, unknown>;
  /** Other answers, by `METHOD /path`. */
  readonly answers?: Readonly<Record<string, readonly [status: number, body: unknown]>>;
}

export interface FakeOffice {
  readonly url: string;
  readonly key: string;
  readonly seen: FakeRequest[];
  close(): Promise<void>;
}

const FIRST = Date.parse('2026-01-02T03:04:05.000Z');

/** A server that speaks the office's HTTP contract from a script, for tests of its clients. */
export async function startFakeOffice(script: FakeOfficeScript = {}): Promise<FakeOffice> {
  const key = script.key ?? 'test-key-0123456789';
  const seen: FakeRequest[] = [];
  const cuts = [...(script.cuts ?? [])];
  const events = script.events ?? [{ type: 'task.completed', status: 'completed', message: 'Done' }];
  let over = false;
  const task = () => ({
    task_id: 'task-1',
    status: over ? 'completed' : 'executing',
    description: 'Trace the calls from main to process_data',
    cost: { usd: 0, tokens: 0 },
    created_at: new Date(FIRST).toISOString(),
    completed_at: over ? new Date(FIRST + 1_500).toISOString() : null,
    final_result: over ? { summary: 'All done.' } : null,
    ...(over ? script.task : {}),
  });

  async function stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 5\n\n: hello\n\n');
    const from = Number(request.headers['last-event-id'] ?? -1) + 1;
    const cut = cuts.shift() ?? events.length;
    for (let index = from; index < events.length; index += 1) {
      if (index >= from + cut) {
        // What was written must leave before the connection breaks.
        await new Promise((resolve) => response.write(':\n', resolve));
        await new Promise((resolve) => setImmediate(resolve));
        response.destroy();
        return;
      }
      if (script.pause) await new Promise((resolve) => setTimeout(resolve, script.pause));
      const at = new Date(script.pause ? Date.now() : FIRST + index * 100).toISOString();
      const data = JSON.stringify({ id: String(index), at, message: '', ...events[index] });
      response.write(`id: ${index}\nevent: ${events[index]?.type}\ndata: ${data}\n\n`);
      if (/^task\.(completed|failed|cancelled)$/.test(events[index]?.type ?? '')) over = true;
    }
    response.end();
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    const method = request.method ?? '';
    seen.push({ method, path, headers: request.headers, body: text === '' ? null : JSON.parse(text) });
    const answer = script.answers?.[`${method} ${path}`];
    if (request.headers.authorization !== `Bearer ${key}` && path !== '/health') {
      sendJson(response, 401, {
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'The key is unknown.',
      });
    } else if (answer !== undefined) {
      sendJson(response, answer[0], answer[1]);
    } else if (method === 'POST' && path === '/tasks') {
      sendJson(response, 202, {
        task_id: 'task-1',
        status: 'submitted',
        estimated_completion: null,
        links: {},
      });
    } else if (method === 'GET' && path === '/tasks/task-1') {
      sendJson(response, 200, task());
    } else if (method === 'GET' && path === '/tasks/task-1/events') {
      await stream(request, response);
    } else if (path === '/health') {
      sendJson(response, 200, { status: 'ok', version: '1.2.3', engine: 'fake' });
    } else {
      sendJson(response, 404, { title: 'Not found', status: 404, detail: `There is nothing at ${path}.` });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
