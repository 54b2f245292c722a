/** Many seeded tasks in an office where things go wrong and which is killed again and again; what is wrong at the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seeded } from './injector.ts';
import { ends, openReceiver } from './office.ts';
import { effectTask, wordTask } from './tasks.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly tasks: number;
  /** Probability of a fault at each crossing of a boundary. */
  readonly rate: number;
  /** How often the office is killed from outside, besides the crashes of its own. */
  readonly kills: number;
  readonly log?: (line: string) => void;
}

export interface SoakReport {
  readonly seed: number;
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  readonly inDoubt: number;
  readonly restarts: number;
  readonly seconds: number;
  /** What must not be: tasks lost, effects that happened twice, tasks stuck. */
  readonly problems: readonly string[];
}

const program = fileURLToPath(new URL('./programs/faulty-office.ts', import.meta.url));
const typescript = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const apiKey = 'soak'.repeat(6);
/** Past the tasks' deadline of four minutes the sweep ends what is left; a minute more is allowed. */
const LONGEST_MS = (240 + 60) * 1000;
const SUBMITTERS = 8;

type View = { status: string; error: { name: string } | null };

export async function soak({
  seed,
  tasks,
  rate,
  kills,
  log = () => undefined,
}: SoakOptions): Promise<SoakReport> {
  const directory = mkdtempSync(join(tmpdir(), 'office-soak-'));
  const receiver = await openReceiver();
  const random = seeded(seed);
  const began = performance.now();
  let restarts = -1;
  let child: ChildProcess | undefined;
  let url: Promise<string> = Promise.reject(new Error('The office has not been started.'));
  url.catch(() => undefined);
  let over = false;

  function start(): void {
    restarts += 1;
    const incarnation = spawn(
      process.execPath,
      [
        ...['--import', typescript, program, join(directory, 'data'), apiKey, receiver.host],
        ...[String(seed * 1_000 + restarts), String(rate), String(rate / 250)],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    child = incarnation;
    url = new Promise((resolve) => {
      createInterface({ input: incarnation.stdout }).once('line', resolve);
    });
    incarnation.once('exit', () => {
      if (!over) start();
    });
  }
  start();

  /** Asks until there is an answer that is neither a failure of the office nor of the connection. */
  async function ask(method: string, path: string, body?: unknown, key?: string): Promise<Response> {
    for (;;) {
      const base = await Promise.race([url, pause(500).then(() => null)]);
      if (base === null) continue;
      // A request that fails met an office that was killed: the next one answers.
      const response = await fetch(base + path, {
        method,
        signal: AbortSignal.timeout(10_000),
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch(() => null);
      if (response !== null) {
        if (response.status < 500 && response.status !== 429 && response.status !== 409) return response;
        await response.body?.cancel().catch(() => undefined);
      }
      await pause(50);
    }
  }

  const ids = new Map<string, string>();
  const names = Array.from({ length: tasks }, (_, index) => `s${seed}-${index}`);
  const problems: string[] = [];
  const left = [...names];
  const killer = (async () => {
    for (let n = 0; n < kills && !over; n++) {
      await pause(1_500 + random() * 4_000);
      if (!over) child?.kill('SIGKILL');
    }
  })();
  try {
    await Promise.all(
      Array.from({ length: SUBMITTERS }, async () => {
        for (let name = left.shift(); name !== undefined; name = left.shift()) {
          const task =
            Number(name.split('-')[1]) % 4 === 3 ? wordTask(name) : effectTask(receiver.host, name);
          const response = await ask('POST', '/tasks', task, name);
          const body = (await response.json()) as { task_id: string };
          if (response.status === 202) ids.set(name, body.task_id);
          else problems.push(`${name} was answered ${response.status}: ${JSON.stringify(body)}`);
        }
      }),
    );
    log(`${ids.size} tasks accepted after ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const views = new Map<string, View>();
    const deadline = performance.now() + LONGEST_MS;
    while (views.size < ids.size && performance.now() < deadline) {
      for (const [name, id] of ids) {
        if (views.has(name)) continue;
        const response = await ask('GET', `/tasks/${id}`);
        if (response.status === 404) problems.push(`${name} is lost (${id})`);
        const view = (await response.json()) as View;
        if (response.status === 404 || ends.some((status) => status === view.status)) views.set(name, view);
      }
      await pause(200);
    }
    for (const name of ids.keys()) {
      const times = receiver.received.get(`/${name}`)?.length ?? 0;
      const view = views.get(name);
      if (view === undefined) problems.push(`${name} is stuck (${ids.get(name)})`);
      if (times > 1) problems.push(`the POST of ${name} came ${times} times`);
      const sends = Number(name.split('-')[1]) % 4 !== 3;
      if (!sends || view === undefined) continue;
      if (view.status === 'completed' && times !== 1) problems.push(`${name} is completed without its POST`);
      const note = await ask('GET', `/tasks/${ids.get(name)}/artifacts/note.txt`);
      const text = note.status === 200 ? await note.text() : '';
      if (text !== '' && text !== `${name}\n`) problems.push(`${name} wrote ${JSON.stringify(text)}`);
      if (view.status === 'completed' && text === '') problems.push(`${name} is completed without its line`);
    }
    const of = (status: string) => [...views.values()].filter((view) => view.status === status);
    return {
      seed,
      accepted: ids.size,
      completed: of('completed').length,
      failed: of('failed').length,
      inDoubt: of('failed').filter(({ error }) => error?.name === 'StepInDoubtError').length,
      restarts,
      seconds: (performance.now() - began) / 1000,
      problems,
    };
  } finally {
    over = true;
    await killer;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    if (child?.exitCode === null && child.kill('SIGKILL')) await gone;
    await receiver.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  }
}
