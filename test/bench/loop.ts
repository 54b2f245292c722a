import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import type { MeterSnapshot } from '../../infra/local/metering.ts';
import { type Office, startOffice } from '../../infra/local/office.ts';
import { prices } from './prices.ts';

export interface LoopFigures {
  readonly alone: Run;
  readonly concurrent: Run;
  readonly perTask: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly usdPerThousand: number;
}
export interface Run {
  readonly tasks: number;
  readonly tasksPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Posts one task and resolves with its milliseconds when its execution has succeeded. */
async function runTask(office: Office): Promise<number> {
  const began = performance.now();
  // The client shares the office's process; fetch would cost it 0.3 ms a task more.
  const { statusCode, body } = await request(`${office.url}/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${office.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ description: 'The fixed loop of the benchmark.' }),
  });
  if (statusCode !== 202) throw new Error(`POST /tasks answered ${statusCode}: ${await body.text()}`);
  const { task_id } = (await body.json()) as { task_id: string };
  const arn = `arn:aws:states:us-east-1:000000000000:execution:task:${task_id}`;
  const execution = await startedExecution(office, arn);
  if (execution.status !== 'SUCCEEDED') throw new Error(`Task ${task_id} ended as ${execution.status}.`);
  return performance.now() - began;
}

/** The engine knows the execution once the dispatcher has started it. */
async function startedExecution(office: Office, arn: string) {
  for (;;) {
    try {
      return await office.engine.waitFor(arn);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ExecutionDoesNotExist') throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

async function measure(office: Office, tasks: number, concurrency: number): Promise<Run> {
  const times: number[] = [];
  let left = tasks;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) times.push(await runTask(office));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    tasks,
    tasksPerSecond: tasks / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((a, b) => a + b, 0);

function difference(before: MeterSnapshot, after: MeterSnapshot, tasks: number) {
  const operations: Record<string, number> = {};
  const services: Record<string, number> = {};
  for (const [service, counts] of Object.entries(after.requests)) {
    for (const [operation, count] of Object.entries(counts)) {
      const earlier = (before.requests as Record<string, Record<string, number>>)[service]?.[operation] ?? 0;
      const each = (count - earlier) / tasks;
      if (each > 0) operations[`${service} ${operation}`] = each;
      services[service] = (services[service] ?? 0) + each;
    }
  }
  let invocations = 0;
  let gigabyteSeconds = 0;
  for (const [name, use] of Object.entries(after.lambda)) {
    invocations += (use.invocations - (before.lambda[name]?.invocations ?? 0)) / tasks;
    gigabyteSeconds += (use.gigabyteSeconds - (before.lambda[name]?.gigabyteSeconds ?? 0)) / tasks;
  }
  const transitions = (sum(after.transitions) - sum(before.transitions)) / tasks;
  return { operations, services, invocations, gigabyteSeconds, transitions };
}

function priceOf(use: ReturnType<typeof difference>): number {
  let usd = use.transitions * prices.transition + use.invocations * prices.invocation + prices.httpRequest;
  usd += use.gigabyteSeconds * prices.gigabyteSecond;
  for (const [name, count] of Object.entries(use.operations)) {
    const [service, operation = ''] = name.split(' ');
    if (service === 'sqs') usd += count * prices.sqs;
    else if (service === 's3') usd += count * (/put|list/i.test(operation) ? prices.s3Put : prices.s3Get);
    else usd += count * (/get|query/i.test(operation) ? prices.read : prices.write);
  }
  return usd;
}

/** The loop on an embedded office of its own, with an instant provider. */
export async function benchLoop(options: {
  warmUp: number;
  alone: number;
  concurrent: number;
  concurrency: number;
}): Promise<LoopFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'office-bench-'));
  await import('./register-instant.ts');
  const office = await startOffice({
    dataDir,
    port: 0,
    apiKey: 'bench'.repeat(5),
    secondProcess: { preload: [new URL('register-instant.ts', import.meta.url).href] },
    environment: {
      OFFICE_MODELS_FILE: fileURLToPath(new URL('instant-models.json', import.meta.url)),
      MAX_CONCURRENT_TASKS_PER_TENANT: '1000',
      REQUESTS_PER_MINUTE: '1000000',
    },
  });
  try {
    // Until the compiler has seen every path often, a task takes three times as long: in this process, and in the second.
    await measure(office, options.warmUp, 1);
    const alone = await measure(office, options.alone, 1);
    await measure(office, options.warmUp, options.concurrency);
    const before = await office.meter.snapshot();
    const concurrent = await measure(office, options.concurrent, options.concurrency);
    const use = difference(before, await office.meter.snapshot(), options.concurrent);
    return {
      alone,
      concurrent,
      perTask: {
        'state transitions': use.transitions,
        'Lambda invocations': use.invocations,
        'DynamoDB requests': use.services['dynamodb'] ?? 0,
        'S3 requests': use.services['s3'] ?? 0,
        'SQS requests': use.services['sqs'] ?? 0,
      },
      operations: use.operations,
      usdPerThousand: priceOf(use) * 1000,
    };
  } finally {
    await office.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
