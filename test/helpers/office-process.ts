/** An embedded office in a process of its own, with settings of its own; for tests of what the environment decides. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = fileURLToPath(new URL('../../scripts/office.mjs', import.meta.url));

const eventSchema = z.looseObject({
  type: z.string(),
  message: z.string(),
  subtask_id: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
const pageSchema = z.object({ events: z.array(eventSchema), cursor: z.string().nullable() });
const viewSchema = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  final_result: z.record(z.string(), z.unknown()).nullable(),
  error: z.object({ name: z.string(), message: z.string() }).nullable(),
  cost: z.object({ usd: z.number(), tokens: z.number() }),
});
export type OfficeView = z.infer<typeof viewSchema>;
export type OfficeEvent = z.infer<typeof eventSchema>;

export interface OfficeProcess {
  /** The body of the answer. @throws when it is an error */
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  submit(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** The task once it is in one of these statuses. @throws when it ends in another or takes too long */
  reach(taskId: string, ...statuses: readonly string[]): Promise<OfficeView>;
  /** The task's log from its start. */
  events(taskId: string): Promise<OfficeEvent[]>;
  /** The dead letter of a task that fails. */
  letter(taskId: string): Promise<Record<string, unknown>>;
  /** What the functions logged. */
  functionLog(): string;
  close(): Promise<void>;
}

const FINAL = ['completed', 'failed', 'cancelled'];
/** Settings of the machine that would bring other models into the office. */
const KEYS =
  /^(OFFICE_|OPENAI_|GEMINI_|MISTRAL_|GROQ_|OLLAMA_|BEDROCK_|AWS_|BRAVE_|TAVILY_|SEARXNG_|NODE_OPTIONS$)/;

/** Nothing answers on the port of discards: no Ollama of the machine is found. */
const noOllama = { OLLAMA_HOST: '127.0.0.1:9' };

export async function startOfficeProcess(
  environment: Readonly<Record<string, string>>,
): Promise<OfficeProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'office-process-'));
  const data = join(directory, 'data');
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !KEYS.test(name)));
  const child = spawn(process.execPath, [program, 'start', '--port', '0', '--data', data, '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...noOllama, REQUESTS_PER_MINUTE: '100000', ...environment },
  });
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  const { url, api_key: key } = await opened(child).catch((error: unknown) => {
    remove();
    throw error;
  });

  async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  }

  async function events(taskId: string): Promise<OfficeEvent[]> {
    const found: OfficeEvent[] = [];
    for (let cursor = ''; ; ) {
      const page = pageSchema.parse(await call('GET', `/tasks/${taskId}/logs${cursor}`));
      found.push(...page.events);
      if (page.cursor === null || page.events.length === 0) return found;
      cursor = `?cursor=${encodeURIComponent(page.cursor)}`;
    }
  }

  async function reach(taskId: string, ...statuses: readonly string[]): Promise<OfficeView> {
    // A sweep every ten seconds wakes who waits for money, and each may wait again.
    const end = Date.now() + 45_000;
    for (;;) {
      const view = viewSchema.parse(await call('GET', `/tasks/${taskId}`));
      if (statuses.includes(view.status)) return view;
      if (FINAL.includes(view.status) || Date.now() > end)
        throw new Error(
          `Task ${taskId} is ${view.status}, not ${statuses.join(' or ')}: ${JSON.stringify(view.error)}\n${(await events(taskId)).map((event) => `${event.type} ${event.message}`).join('\n')}`,
        );
      await delay(40);
    }
  }

  return {
    call,
    events,
    submit: async (body) => String((await call('POST', '/tasks', body))['task_id']),
    reach,
    async letter(taskId) {
      // The status of a failed task is written first, its letter a moment later.
      await reach(taskId, 'failed');
      const end = Date.now() + 10_000;
      while (!(await events(taskId)).some(({ type }) => type === 'task.failed')) {
        if (Date.now() > end) throw new Error(`Task ${taskId} failed and has no event that says so.`);
        await delay(20);
      }
      return call('GET', `/dead-letters/${taskId}`);
    },
    functionLog: () => readFileSync(join(data, 'functions.log'), 'utf8'),
    async close() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      remove();
    },
  };
}

function opened(child: ChildProcess): Promise<{ url: string; api_key: string }> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += String(chunk);
  });
  return new Promise((done, failed) => {
    child.once('close', (code) =>
      failed(new Error(`The office ended with code ${code} before it was open: ${complaints}`)),
    );
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) =>
      done(z.looseObject({ url: z.string(), api_key: z.string() }).parse(JSON.parse(line))),
    );
  });
}
