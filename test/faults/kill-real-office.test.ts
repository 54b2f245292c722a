import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aStep } from '../helpers/plans.ts';

const program = fileURLToPath(new URL('./programs/real-office.ts', import.meta.url));
const typescript = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const apiKey = 'kill'.repeat(6);
const TASKS = 10;

let directory: string;
let office: ChildProcess | undefined;
let receiver: Server;
/** POSTs by task: the side effect that must not happen twice. */
let effects: Map<string, number>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'office-kill-'));
  effects = new Map();
  receiver = createServer((request, response) => {
    const name = request.url ?? '';
    effects.set(name, (effects.get(name) ?? 0) + 1);
    request.resume();
    // Slow enough that the kill meets some of them half way.
    request.on('end', () => setTimeout(() => response.end('{}'), 30));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  office?.kill('SIGKILL');
  receiver.close();
  receiver.closeAllConnections();
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
});

const receiverHost = () => `127.0.0.1:${(receiver.address() as AddressInfo).port}`;

async function open(): Promise<
  (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>
> {
  office = spawn(
    process.execPath,
    ['--import', typescript, program, join(directory, 'data'), apiKey, receiverHost()],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const lines = createInterface({ input: office.stdout as NodeJS.ReadableStream });
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('The office did not open.')));
  });
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
}

/** A plan with a POST in the middle; `parallel` steps around it. */
const planOf = (n: number) => ({
  plan_id: `plan-${n}`,
  task_id: 'given',
  metadata: {},
  steps: [
    aStep({ step_id: 'before', idempotency_key: `before-${n}` }),
    aStep({
      step_id: 'send',
      action: 'http_client',
      inputs: { method: 'POST', url: `http://${receiverHost()}/task-${n}`, body: '{}' },
      idempotency_key: `send-${n}`,
      dependencies: ['before'],
    }),
    aStep({
      step_id: 'after',
      inputs: { expression: '${steps.send.output.status} + 1' },
      idempotency_key: `after-${n}`,
      dependencies: ['send'],
    }),
  ],
});

describe('an office of ten tasks with side effects that is killed', () => {
  it.each([1, 5])(
    'ends every accepted task after the next start, and no side effect happens twice (killed after %i)',
    async (killedAfter) => {
      const first = await open();
      const ids: string[] = [];
      for (let n = 0; n < TASKS; n++) {
        const { task_id } = await first('POST', '/tasks', { description: `Send ${n}.`, plan: planOf(n) });
        ids.push(String(task_id));
      }
      while (effects.size < killedAfter) await new Promise((resolve) => setTimeout(resolve, 2));
      office?.kill('SIGKILL');

      const second = await open();
      const deadline = Date.now() + 90_000;
      const isOver = ({ status }: { status: string }) =>
        ['completed', 'failed', 'cancelled'].includes(status);
      for (;;) {
        const { tasks } = (await second('GET', '/tasks?limit=20')) as { tasks?: { status: string }[] };
        if (tasks?.filter(isOver).length === TASKS) break;
        // Says where the tasks stand, which jest's own timeout does not.
        if (Date.now() > deadline)
          throw new Error(`Not all ended after the restart: ${JSON.stringify(tasks)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      const tasks = await Promise.all(ids.map((id) => second('GET', `/tasks/${id}`)));
      expect([...effects.values()].filter((times) => times > 1)).toEqual([]);
      for (const task of tasks) {
        // A POST whose answer was lost in the kill is reported as in doubt, never repeated.
        const error = task['error'] as { name: string } | null;
        if (task['status'] === 'failed') expect(error?.name).toBe('StepInDoubtError');
        else expect(task['status']).toBe('completed');
      }
      expect(tasks.filter((task) => task['status'] === 'completed').length).toBeGreaterThan(0);
    },
    120_000,
  );
});
