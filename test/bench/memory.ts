import { unit } from '../../lambdas/shared/memory/encoder.ts';
import { lexicalEncoder } from '../../lambdas/shared/memory/lexical-encoder.ts';
import type { NewMemory } from '../../lambdas/shared/memory/memory-store.ts';
import { createTableMemoryStore } from '../../lambdas/shared/memory/table-memory-store.ts';
import { startTestTable } from '../helpers/dynalite-table.ts';

export interface MemoryFigures {
  readonly plans: number;
  /** Milliseconds for one search over all of them, in memory. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds for the first search of a process, which reads them all. */
  readonly first: number;
  /** Milliseconds for the first search after 30 seconds, which reads what has changed. */
  readonly refresh: number;
  readonly queries_per_refresh: number;
}

const TENANT = 'bench';
const DIMENSIONS = 384;

/** A fixed sequence of numbers from 0 to 1 (mulberry32), so that every run searches the same vectors. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const memory = (at: number, encoder: string, random: () => number): NewMemory => ({
  key: `plan-${at}`,
  description: `Compute figure ${at} of the table in report-${at % 97}.csv.`,
  encoder,
  vector: unit(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)),
  steps: [
    {
      step_id: 'calculate',
      action: 'math_calculator',
      inputs: { expression: `${at} * 2` },
      timeout_seconds: 300,
      parallelizable: false,
      idempotency_key: 'calculate',
      dependencies: [],
    },
  ],
  result: { summary: '${steps.calculate.output.value}' },
  context: 'context',
  files: [],
  reusable: true,
  stated_confidence: 0.9,
  pitfalls: [],
  run: { outcome: 'succeeded', first_try: true, lesson: '', seconds: 1, usd: 0, tokens: 0 },
});

/** Search over remembered plans in the embedded store. */
export async function measureMemory(plans: number): Promise<MemoryFigures> {
  const table = await startTestTable();
  try {
    let time = Date.now();
    let queries = 0;
    table.client.middlewareStack.add(
      (next, context) => (args) => {
        if (context['commandName'] === 'QueryCommand') queries += 1;
        return next(args);
      },
      { step: 'initialize', name: 'count' },
    );
    const store = createTableMemoryStore({ ...table, now: () => time });
    const random = sequence(1);
    const [probe] = (await lexicalEncoder.encode(['x'], { tenant_id: TENANT, task_id: 'x' })).vectors;
    const encoder = 'bench@1';
    for (let from = 0; from < plans; from += 50)
      await Promise.all(
        Array.from({ length: Math.min(50, plans - from) }, (_, i) =>
          store.put(TENANT, memory(from + i, encoder, random)),
        ),
      );
    const search = () =>
      store.nearest(TENANT, {
        encoder,
        vector: unit(Float32Array.from({ length: probe?.length ?? DIMENSIONS }, () => random() - 0.5)),
        limit: 24,
      });
    const timed = async (): Promise<number> => {
      const began = performance.now();
      await search();
      return performance.now() - began;
    };
    const first = await timed();
    const times: number[] = [];
    for (let i = 0; i < 200; i++) times.push(await timed());
    times.sort((a, b) => a - b);
    // What was written within the index' lag is read once more.
    time += 60_000;
    await store.put(TENANT, memory(plans, encoder, random));
    time += 60_000;
    const before = queries;
    const refresh = await timed();
    return {
      plans,
      p50: times[100] ?? 0,
      p99: times[197] ?? 0,
      first,
      refresh,
      queries_per_refresh: queries - before,
    };
  } finally {
    await table.stop();
  }
}

export async function benchMemory(quick = false): Promise<MemoryFigures> {
  const figures = await measureMemory(quick ? 1_000 : 10_000);
  for (const [name, value] of Object.entries(figures))
    console.log(`  ${name.replaceAll('_', ' ').padEnd(34)}${value.toFixed(1).padStart(12)}`);
  return figures;
}
