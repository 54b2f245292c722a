/** What the router itself costs per call: no network, no cache, a provider that answers at once. */
import { z } from 'zod';
import { createCircuitBreaker, memoryBreakerRecords } from '../../lambdas/shared/llm/breaker.ts';
import { parseModelFile } from '../../lambdas/shared/llm/models.ts';
import type { ModelProvider, ModelRouter } from '../../lambdas/shared/llm/provider.ts';
import { createModelRouter } from '../../lambdas/shared/llm/router.ts';

export interface RouterFigures {
  /** Milliseconds per call, median and 99th percentile. */
  readonly free: { readonly p50: number; readonly p99: number };
  /** With reservation, settlement and redaction of a brief of `brief_bytes`. */
  readonly guarded: { readonly p50: number; readonly p99: number };
  readonly brief_bytes: number;
}

const answer = z.strictObject({ ok: z.boolean() });
const provider: ModelProvider = {
  name: 'bench',
  complete: async () => ({
    text: '{"ok":true}',
    usage: { input_tokens: 2_000, output_tokens: 10, cached_input_tokens: 0 },
    stop_reason: 'end',
  }),
};

const brief = JSON.stringify({
  role: 'planner',
  task: { description: 'Sum the invoices of jo@example.com and report to +49 30 901820.', criteria: [] },
  workspace: Array.from({ length: 40 }, (_, index) => ({
    path: `billing/invoice-${index}.csv`,
    size: 100 + index,
    head: `number,customer,total\n${1000 + index},ACME,20.50\n${2000 + index},Initech,${17 + index}.00\n`,
  })),
});

function routerFor(priced: boolean): ModelRouter {
  const usd = priced ? 1 : 0;
  const model = {
    provider: 'bench',
    id: 'bench',
    tier: 'medium',
    context_tokens: 1_000_000,
    max_output_tokens: 4_096,
    usd_per_million: { input: usd, output: usd },
    abilities: ['json_schema'],
  };
  const route = { models: ['bench'] };
  const catalogue = parseModelFile({
    providers: { bench: { protocol: 'registered', local: !priced } },
    models: { bench: model },
    routes: {
      analyst: route,
      planner: route,
      validator: route,
      broker: route,
      reviewer: route,
      ai_tool: route,
    },
  });
  return createModelRouter({
    catalogue,
    registry: { provider: async () => provider, usable: async (found) => ({ model: found }) },
    ledger: { reserve: async () => null, settle: async () => undefined, release: async () => undefined },
    breaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
    localBreaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
  });
}

async function measure(router: ModelRouter, calls: number): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let call = 0; call < calls + 50; call += 1) {
    const started = performance.now();
    await router.complete({
      role: 'planner',
      purpose: { tenant_id: 'bench', task_id: 'bench' },
      system: 'You plan.',
      messages: [{ role: 'user', content: [{ type: 'text', text: brief }] }],
      schema: { name: 'answer', zod: answer },
    });
    // The first calls compile what the others use.
    if (call >= 50) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

export async function benchRouter(calls = 1_000): Promise<RouterFigures> {
  return {
    free: await measure(routerFor(false), calls),
    guarded: await measure(routerFor(true), Math.ceil(calls / 4)),
    brief_bytes: Buffer.byteLength(brief),
  };
}
