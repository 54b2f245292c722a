import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Office, startOffice } from '../../infra/local/office.ts';
import { documentClient } from '../../lambdas/shared/aws.ts';
import { readEnvironment } from '../../lambdas/shared/environment.ts';
import { createAccountStore, scopes } from '../../lambdas/shared/stores/account-store.ts';

export interface LoadFigures {
  readonly tasks: number;
  readonly completed: number;
  /** Neither completed nor otherwise ended when everything was over. */
  readonly lost: number;
  readonly acceptedPerSecond: number;
  readonly completedPerSecond: number;
  /** From acceptance to the end, in seconds: under a backlog this is mostly the wait for a place. */
  readonly p50Seconds: number;
  readonly p99Seconds: number;
  /** Heap of the office's process after a collection where the process allows it, in MB. */
  readonly heapBeforeMb: number;
  readonly heapAfterMb: number;
  readonly peakRssMb: number;
  /** Another tenant's tasks, handed in one at a time while the first tenant's wait: the longest, in seconds. */
  readonly otherTenantSeconds: number;
  /** The same task in the idle office. */
  readonly aloneSeconds: number;
}

const MB = 1024 * 1024;
const SUBMITTERS = 20;
const OTHERS = 5;

interface View {
  readonly task_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly completed_at: string | null;
}

const isEnd = (status: string): boolean => ['completed', 'failed', 'cancelled'].includes(status);

async function call<T>(
  office: Office,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(office.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

const task = { description: 'The fixed loop of the benchmark.' };

/** Seconds from handing a task in to its end. */
async function secondsOf(office: Office, key: string): Promise<number> {
  const began = performance.now();
  const { task_id } = await call<View>(office, key, 'POST', '/tasks', task);
  while (!isEnd((await call<View>(office, key, 'GET', `/tasks/${task_id}`)).status)) await pause(20);
  return (performance.now() - began) / 1000;
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / MB;
}

async function keyOfAnotherTenant(): Promise<string> {
  const { ACCOUNTS_TABLE } = readEnvironment(['ACCOUNTS_TABLE']);
  const accounts = createAccountStore({ client: documentClient(), table: ACCOUNTS_TABLE });
  return (await accounts.createKey({ tenant_id: 'other', name: 'bench', scopes })).key;
}

/**
 * Queues many tasks of one tenant at once on an embedded office, with an instant provider, and hands in another
 * tenant's meanwhile. Run with `--expose-gc` for exact figures of the heap.
 */
export async function benchLoad(options: { tasks: number; maxPerTenant?: number }): Promise<LoadFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'office-load-'));
  await import('./register-instant.ts');
  const office = await startOffice({
    dataDir,
    port: 0,
    apiKey: 'bench'.repeat(5),
    secondProcess: { preload: [new URL('register-instant.ts', import.meta.url).href] },
    environment: {
      OFFICE_MODELS_FILE: fileURLToPath(new URL('instant-models.json', import.meta.url)),
      MAX_CONCURRENT_TASKS_PER_TENANT: String(options.maxPerTenant ?? 20),
      REQUESTS_PER_MINUTE: '1000000',
    },
  });
  const watch = { peak: 0 };
  const timer = setInterval(() => {
    watch.peak = Math.max(watch.peak, process.memoryUsage().rss);
  }, 200);
  try {
    const other = await keyOfAnotherTenant();
    for (let n = 0; n < 3; n++) await secondsOf(office, office.apiKey);
    const aloneSeconds = await secondsOf(office, other);
    const heapBeforeMb = heapMb();

    const ids: string[] = [];
    const began = performance.now();
    let left = options.tasks;
    await Promise.all(
      Array.from({ length: SUBMITTERS }, async () => {
        while (left-- > 0) {
          ids.push((await call<View>(office, office.apiKey, 'POST', '/tasks', task)).task_id);
        }
      }),
    );
    const acceptedPerSecond = ids.length / ((performance.now() - began) / 1000);
    let otherTenantSeconds = 0;
    for (let n = 0; n < OTHERS; n++) {
      otherTenantSeconds = Math.max(otherTenantSeconds, await secondsOf(office, other));
    }
    const patience = performance.now() + options.tasks * 1_000;
    const ended = new Map<string, View>();
    while (ended.size < ids.length && performance.now() < patience) {
      for (const id of ids) {
        if (ended.has(id)) continue;
        const view = await call<View>(office, office.apiKey, 'GET', `/tasks/${id}`);
        // Tasks start about in the order of their acceptance: the next ones have hardly ended either.
        if (!isEnd(view.status)) break;
        ended.set(id, view);
      }
      await pause(200);
    }
    const seconds = (performance.now() - began) / 1000;
    const waits = [...ended.values()]
      .map(({ created_at, completed_at }) => (Date.parse(completed_at ?? '') - Date.parse(created_at)) / 1000)
      .sort((a, b) => a - b);
    const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
    return {
      tasks: ids.length,
      completed: [...ended.values()].filter(({ status }) => status === 'completed').length,
      lost: ids.length - ended.size,
      acceptedPerSecond,
      completedPerSecond: ended.size / seconds,
      p50Seconds: at(0.5),
      p99Seconds: at(0.99),
      heapBeforeMb,
      heapAfterMb: heapMb(),
      peakRssMb: watch.peak / MB,
      otherTenantSeconds,
      aloneSeconds,
    };
  } finally {
    clearInterval(timer);
    await office.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
