/** An embedded office in this process, and the few requests that fault tests make of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Office, type OfficeOptions, startOffice } from '../../infra/local/office.ts';

export type Answer = { status: number; body: Record<string, unknown> };
export interface TestOffice {
  readonly office: Office;
  readonly directory: string;
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Submits and resolves with the id. */
  submit(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** The task once it has one of these statuses; by default once it has ended. */
  reach(id: string, statuses?: readonly string[], withinMs?: number): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export const ends = ['completed', 'failed', 'cancelled'] as const;

export async function openTestOffice(options: Partial<OfficeOptions> = {}): Promise<TestOffice> {
  const directory = options.dataDir ?? mkdtempSync(join(tmpdir(), 'office-faults-'));
  const office = await startOffice({
    port: 0,
    apiKey: 'faults'.repeat(4),
    ...options,
    dataDir: directory,
    environment: { REQUESTS_PER_MINUTE: '1000000', ...options.environment },
  });

  async function request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(office.url + path, {
      method,
      headers: { authorization: `Bearer ${office.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  return {
    office,
    directory,
    request,
    async submit(body) {
      const answer = await request('POST', '/tasks', body);
      if (answer.status !== 202) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      return String(answer.body['task_id']);
    },
    async reach(id, statuses = ends, withinMs = 30_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const { body } = await request('GET', `/tasks/${id}`);
        if (statuses.includes(String(body['status']))) return body;
        if (performance.now() > deadline)
          throw new Error(`Task ${id} is ${String(body['status'])}, not ${statuses.join(' or ')}.`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async stop() {
      await office.stop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

export interface Receiver {
  readonly host: string;
  /** Requests by path, with what came. */
  readonly received: Map<string, { headers: Record<string, string>; body: string }[]>;
  /** Paths whose sender went away before it was answered. */
  readonly abandoned: ReadonlySet<string>;
  close(): Promise<void>;
}

/** A server that counts what it is sent; `answer` says with which status, and may take its time. */
export async function openReceiver(
  answer: (path: string, nth: number) => number | Promise<number> = () => 200,
): Promise<Receiver> {
  const received: Receiver['received'] = new Map();
  const abandoned = new Set<string>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    response.on('close', () => {
      if (!response.writableFinished) abandoned.add(path);
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const all = received.get(path) ?? [];
      all.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      });
      received.set(path, all);
      response.statusCode = await answer(path, all.length);
      if (response.statusCode >= 300 && response.statusCode < 400)
        response.setHeader('location', '/elsewhere');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    abandoned,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
