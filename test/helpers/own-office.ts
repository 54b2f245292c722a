import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { TaskEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import type { TaskAnswer } from './api-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const typescript = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const openSchema = z.looseObject({ url: z.string(), api_key: z.string() });

export interface OwnOfficeOptions {
  /** Settings of the office's functions. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A module that exports `provider`: every role asks it. Without one the offline provider answers. */
  readonly provider?: URL;
  /** Another checkout; its own start command is used. */
  readonly root?: string;
}

export interface OwnOffice {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  send<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  /** Submits and gives the id. */
  submit(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** The task once `reached` says so; by default once it has ended. */
  waitFor(taskId: string, reached?: (task: TaskAnswer) => boolean): Promise<TaskAnswer>;
  /** Everything the log says of a task. */
  events(taskId: string): Promise<readonly TaskEvent[]>;
  /** Runs the command line against this office. */
  office(...argv: string[]): Promise<{ code: number; output: string }>;
  stop(): Promise<void>;
}

const ended = ({ status }: TaskAnswer): boolean => ['completed', 'failed', 'cancelled'].includes(status);

/** An embedded office in a process of its own, with a data folder that goes with it. */
export async function startOwnOffice(options: OwnOfficeOptions = {}): Promise<OwnOffice> {
  const dataDir = mkdtempSync(join(tmpdir(), 'office-own-'));
  const environment = { REQUESTS_PER_MINUTE: '100000', ...options.environment };
  const argv =
    options.root === undefined
      ? ['--import', typescript, join(root, 'test/helpers/programs/own-office.ts'), dataDir]
      : [join(options.root, 'scripts/office.mjs'), 'start', '--port', '0', '--data', dataDir, '--json'];
  const child = spawn(
    process.execPath,
    [...argv, ...(options.provider === undefined ? [] : [options.provider.href])],
    {
      cwd: options.root ?? root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        OFFICE_API_KEY: '',
        ...environment,
        OWN_OFFICE_ENVIRONMENT: JSON.stringify(environment),
      },
    },
  );
  const { url, api_key: key } = await opened(child);

  async function send<Body>(method: string, path: string, body?: unknown) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  return {
    url,
    key,
    dataDir,
    send,
    async submit(body) {
      const { status, body: accepted } = await send<{ task_id: string }>('POST', '/tasks', body);
      if (status !== 202) throw new Error(`The task was refused: ${status} ${JSON.stringify(accepted)}`);
      return accepted.task_id;
    },
    async waitFor(taskId, reached = ended) {
      const end = Date.now() + 120_000;
      for (;;) {
        const { body: task } = await send<TaskAnswer>('GET', `/tasks/${taskId}`);
        if (reached(task)) return task;
        if (ended(task) || Date.now() > end)
          throw new Error(
            `Task ${taskId} is ${task.status}: ${JSON.stringify({ error: task.error, logs: task.logs })}`,
          );
        await delay(20);
      }
    },
    async events(taskId) {
      const { body } = await send<{ events: TaskEvent[] }>('GET', `/tasks/${taskId}/logs?limit=1000`);
      return body.events;
    },
    office: (...argv) => run([join(root, 'scripts/office.mjs'), ...argv, '--url', url, '--key', key]),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

function opened(child: ChildProcess): Promise<z.output<typeof openSchema>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The office ended with code ${code} before it was open.`)));
    createInterface({ input: child.stdout ?? process.stdin }).once('line', (line) =>
      resolve(openSchema.parse(JSON.parse(line))),
    );
  });
}

function run(argv: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** A complete plan of these steps, as it is given with a task. */
export const givenPlan = (
  ...steps: readonly { step_id: string; action: string; inputs: Json; dependencies?: string[] }[]
) => ({
  plan_id: 'given',
  task_id: 'given',
  metadata: {},
  steps: steps.map((step) => ({ idempotency_key: `key-${step.step_id}`, ...step })),
});
