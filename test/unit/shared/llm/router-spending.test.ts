import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { builtInAdapters } from '../../../../lambdas/shared/llm/adapters/built-in.ts';
import { createCircuitBreaker, memoryBreakerRecords } from '../../../../lambdas/shared/llm/breaker.ts';
import { createBudgetStore } from '../../../../lambdas/shared/llm/budget.ts';
import { parseModelFile } from '../../../../lambdas/shared/llm/models.ts';
import {
  BudgetExhaustedError,
  type ModelHop,
  NoModelAnsweredError,
  TaskCostLimitError,
} from '../../../../lambdas/shared/llm/provider.ts';
import { createProviderRegistry } from '../../../../lambdas/shared/llm/providers.ts';
import { createModelRouter } from '../../../../lambdas/shared/llm/router.ts';
import { createKeyRing } from '../../../../lambdas/shared/llm/secrets.ts';
import { type CountingTable, startCountingTable } from '../../../helpers/accounts-table.ts';
import { type Behaviour, type OpenAiServer, startOpenAiServer } from '../../../helpers/openai-server.ts';

let servers: readonly [OpenAiServer, OpenAiServer];
let accounts: CountingTable;
beforeAll(async () => {
  accounts = await startCountingTable();
  servers = [await startOpenAiServer(), await startOpenAiServer()];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await accounts.stop();
});

const usage = (prompt: number, completion: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
});
const behaviours: readonly Behaviour[] = [
  { kind: 'answer', text: '{"ok":true}' },
  // Rejected, so that a repair follows.
  { kind: 'answer', text: '{"ok":"perhaps"}' },
  { kind: 'answer', text: '{"ok":', finish: 'length' },
  { kind: 'answer', text: '{"ok":true}', usage: null },
  { kind: 'answer', text: '{"ok":true}', usage: usage(1e9, 1e9) },
  { kind: 'answer', text: '{"ok":true}', usage: usage(-5, 0) },
  { kind: 'refusal' },
  { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
  { kind: 'status', status: 400 },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'drip' },
  { kind: 'truncated_body' },
  { kind: 'invalid_body' },
  { kind: 'no_choices' },
];

function catalogue() {
  const model = (provider: string) => ({
    provider,
    id: provider,
    tier: 'small',
    context_tokens: 8_000,
    max_output_tokens: 100,
    usd_per_million: { input: 1, output: 2 },
    abilities: ['json_schema'],
  });
  const route = { models: ['one', 'two'], max_output_tokens: 100, timeout_seconds: 0.05 };
  return parseModelFile({
    providers: {
      one: { protocol: 'openai', base_url: servers[0].url },
      two: { protocol: 'openai', base_url: servers[1].url },
    },
    models: { one: model('one'), two: model('two') },
    routes: Object.fromEntries(
      ['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool'].map((role) => [role, route]),
    ),
  });
}

let tenants = 0;
function office(dayUsd: number) {
  tenants += 1;
  const models = catalogue();
  const budget = createBudgetStore({
    client: accounts.client,
    table: accounts.table,
    defaults: { day_usd: dayUsd, month_usd: dayUsd * 2 },
  });
  const breaker = () => createCircuitBreaker({ records: memoryBreakerRecords() });
  const router = createModelRouter({
    catalogue: models,
    registry: createProviderRegistry({
      catalogue: models,
      environment: {},
      builtIn: builtInAdapters,
      keys: createKeyRing({ environment: {}, secrets: { fetch: () => Promise.reject(new Error('none')) } }),
    }),
    ledger: budget,
    breaker: breaker(),
    localBreaker: breaker(),
    retries: { retries: 1, base_ms: 1, cap_ms: 1, patience_ms: 5 },
  });
  return { router, budget, tenant_id: `spending-${tenants}` };
}

const TASK_USD = 0.003;
const answer = z.strictObject({ ok: z.boolean() });

describe('concurrent calls with failures, repairs and fallbacks', () => {
  it('never spend more than the budget or the task’s limit, and leave nothing reserved', async () => {
    const behaviour = fc.constantFrom(...behaviours);
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { maxLength: 16 }),
        fc.array(behaviour, { maxLength: 16 }),
        fc.array(fc.boolean(), { minLength: 2, maxLength: 10 }),
        fc.integer({ min: 1, max: 15 }),
        async (first, second, limited, limit) => {
          const { router, budget, tenant_id } = office(limit / 1_000);
          for (const server of servers) server.forget();
          servers[0].script(...first);
          servers[1].script(...second);
          const results = await Promise.allSettled(
            limited.map((isLimited) =>
              router.complete({
                role: 'planner',
                purpose: {
                  tenant_id,
                  task_id: isLimited ? 'limited' : 'free',
                  ...(isLimited ? { max_cost_usd: TASK_USD } : {}),
                },
                system: 'You plan.',
                messages: [{ role: 'user', content: [{ type: 'text', text: 'Plan this.' }] }],
                schema: { name: 'answer', zod: answer },
              }),
            ),
          );
          const costs = results.map((result) => costOf(hopsOf(result)));
          const total = costs.reduce((sum, cost) => sum + cost, 0);
          const onTask = costs.reduce((sum, cost, index) => sum + (limited[index] ? cost : 0), 0);
          const { day, month } = await budget.readBudget(tenant_id);
          expect(day.reserved_usd).toBe(0);
          expect(month.reserved_usd).toBe(0);
          expect(day.spent_usd).toBeLessThanOrEqual(limit / 1_000);
          expect(day.spent_usd).toBeCloseTo(total, 9);
          expect(onTask).toBeLessThanOrEqual(TASK_USD + 1e-12);
        },
      ),
      { numRuns: 20 },
    );
  });
});

function hopsOf(result: PromiseSettledResult<{ readonly hops: readonly ModelHop[] }>): readonly ModelHop[] {
  if (result.status === 'fulfilled') return result.value.hops;
  const { reason } = result;
  if (
    reason instanceof BudgetExhaustedError ||
    reason instanceof TaskCostLimitError ||
    reason instanceof NoModelAnsweredError
  )
    return reason.hops;
  throw reason;
}

const costOf = (hops: readonly ModelHop[]): number => hops.reduce((sum, hop) => sum + hop.cost_usd, 0);
