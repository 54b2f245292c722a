import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { builtInAdapters } from '../../../../lambdas/shared/llm/adapters/built-in.ts';
import {
  createCircuitBreaker,
  dynamoBreakerRecords,
  memoryBreakerRecords,
} from '../../../../lambdas/shared/llm/breaker.ts';
import { createBudgetStore } from '../../../../lambdas/shared/llm/budget.ts';
import { createAnswerCache } from '../../../../lambdas/shared/llm/cache.ts';
import { parseModelFile } from '../../../../lambdas/shared/llm/models.ts';
import {
  BudgetExhaustedError,
  type ModelProvider,
  type ModelRequest,
  ModelRequiredError,
  NoModelAnsweredError,
  PromptTooLongError,
  TaskCostLimitError,
} from '../../../../lambdas/shared/llm/provider.ts';
import { createProviderRegistry, registerProvider } from '../../../../lambdas/shared/llm/providers.ts';
import { createModelRouter, type RouterDeps } from '../../../../lambdas/shared/llm/router.ts';
import { createKeyRing } from '../../../../lambdas/shared/llm/secrets.ts';
import { createUsageStore } from '../../../../lambdas/shared/llm/usage.ts';
import { type CountingTable, startCountingTable } from '../../../helpers/accounts-table.ts';
import { type OpenAiServer, startOpenAiServer } from '../../../helpers/openai-server.ts';

let first: OpenAiServer;
let second: OpenAiServer;
let accounts: CountingTable;
beforeAll(async () => {
  accounts = await startCountingTable();
});
afterAll(() => accounts.stop());
beforeEach(async () => {
  [first, second] = await Promise.all([startOpenAiServer(), startOpenAiServer()]);
});

const cleanUps: (() => void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  await Promise.all([first.close(), second.close()]);
});

const answer = z.strictObject({ ok: z.boolean() });
const KEY = 'sk-test-0123456789abcdefghij';

function modelFile() {
  const model = (provider: string, extra: object = {}) => ({
    provider,
    id: provider,
    tier: 'small',
    context_tokens: 8_000,
    max_output_tokens: 1_000,
    usd_per_million: { input: 1, output: 2 },
    abilities: ['json_schema', 'streaming'],
    ...extra,
  });
  const route = { models: ['one', 'two', 'offline'], max_output_tokens: 100, timeout_seconds: 0.4 };
  return {
    providers: {
      one: { protocol: 'openai', base_url: first.url, api_key_env: 'ONE_KEY' },
      two: { protocol: 'openai', base_url: second.url, api_key_env: 'TWO_KEY' },
      offline: { protocol: 'offline', local: true },
    },
    models: {
      one: model('one'),
      two: model('two', { tier: 'large', abilities: ['json_object', 'images'] }),
      offline: model('offline', { usd_per_million: { input: 0, output: 0 }, context_tokens: 1e8 }),
    },
    routes: {
      analyst: route,
      planner: route,
      validator: route,
      broker: route,
      reviewer: route,
      ai_tool: { ...route, models: ['one', 'two'] },
    },
  };
}

interface Setup {
  readonly environment?: NodeJS.ProcessEnv;
  readonly limits?: { day_usd: number | null; month_usd: number | null };
  readonly offline?: ModelProvider['complete'];
  readonly deps?: Partial<RouterDeps>;
  readonly cached?: boolean;
}

let tenants = 0;
function setUp(setup: Setup = {}) {
  tenants += 1;
  const tenant_id = `router-${tenants}`;
  const environment = setup.environment ?? { ONE_KEY: KEY, TWO_KEY: KEY };
  const catalogue = parseModelFile(modelFile(), environment);
  const offline: ModelProvider['complete'] =
    setup.offline ?? (() => Promise.reject(new ModelRequiredError('Set OPENAI_API_KEY.')));
  cleanUps.push(registerProvider('offline', () => ({ name: 'offline', complete: offline })));
  const budget = createBudgetStore({
    client: accounts.client,
    table: accounts.table,
    defaults: setup.limits ?? { day_usd: 1, month_usd: 10 },
  });
  const usage = createUsageStore({ client: accounts.client, table: accounts.table });
  const router = createModelRouter({
    catalogue,
    registry: createProviderRegistry({
      catalogue,
      environment,
      builtIn: builtInAdapters,
      keys: createKeyRing({ environment, secrets: { fetch: () => Promise.reject(new Error('no secrets')) } }),
    }),
    ledger: budget,
    breaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
    localBreaker: createCircuitBreaker({ records: memoryBreakerRecords() }),
    usage,
    retries: { retries: 2, base_ms: 1, cap_ms: 2, patience_ms: 50 },
    ...(setup.cached ? { cache: createAnswerCache({ client: accounts.client, table: accounts.table }) } : {}),
    ...setup.deps,
  });
  const request = (extra: Partial<ModelRequest<z.infer<typeof answer>>> = {}) =>
    router.complete<z.infer<typeof answer>>({
      role: 'planner',
      purpose: { tenant_id, task_id: 'task' },
      system: 'You plan.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Plan this.' }] }],
      schema: { name: 'answer', zod: answer },
      ...extra,
    });
  const seen = { first: first.requests.length, second: second.requests.length };
  return {
    router,
    request,
    tenant_id,
    budget,
    usage,
    asked: () => [first.requests.length - seen.first, second.requests.length - seen.second],
  };
}

const outcomes = (hops: readonly { model: string; outcome: string }[]) =>
  hops.map((hop) => `${hop.model} ${hop.outcome}`);

describe('model router', () => {
  it('answers, bills what the provider reported and records the hop', async () => {
    const { request, budget, usage, tenant_id } = setUp();

    const result = await request();

    expect(result).toMatchObject({
      value: { ok: true },
      provider: 'one',
      model: 'one',
      cost: { usd: 0.00004, tokens: 30 },
    });
    expect(outcomes(result.hops)).toEqual(['one answered']);
    const today = new Date().toISOString().slice(0, 10);
    expect((await budget.readBudget(tenant_id)).day).toMatchObject({ spent_usd: 0.00004, reserved_usd: 0 });
    expect((await usage.read(tenant_id, today, today)).by_role['planner']).toMatchObject({
      calls: 1,
      input_tokens: 20,
      usd: 0.00004,
    });
  });

  it('sends the schema, the key and the limit the way the protocol wants them', async () => {
    const { request } = setUp();
    await request();
    const sent = first.requests.at(-1);
    expect(sent?.authorization).toBe(`Bearer ${KEY}`);
    expect(sent?.body).toMatchObject({
      model: 'one',
      max_tokens: 100,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true } },
    });
  });

  it.each([
    ['429 without Retry-After', { kind: 'status', status: 429 }],
    ['429 with a short Retry-After', { kind: 'status', status: 429, headers: { 'retry-after-ms': '5' } }],
    ['500', { kind: 'status', status: 500 }],
    ['a reset', { kind: 'reset' }],
    ['a truncated body', { kind: 'truncated_body' }],
    ['an answer without choices', { kind: 'no_choices' }],
  ] as const)('tries again after %s', async (_, behaviour) => {
    const { request } = setUp();
    first.script(behaviour);
    const result = await request();
    expect(outcomes(result.hops)).toEqual(['one failed', 'one answered']);
  });

  it.each([
    ['a hang', [{ kind: 'hang' }, { kind: 'hang' }, { kind: 'hang' }], 3],
    ['a slow drip', [{ kind: 'drip' }, { kind: 'drip' }, { kind: 'drip' }], 3],
    ['a wrong key, at once', [{ kind: 'status', status: 401 }], 1],
    ['an empty account, at once', [{ kind: 'status', status: 429, code: 'insufficient_quota' }], 1],
    ['a long Retry-After, at once', [{ kind: 'status', status: 429, headers: { 'retry-after': '60' } }], 1],
    ['one with a unit, at once', [{ kind: 'status', status: 429, headers: { 'retry-after': '120s' } }], 1],
    ['a refusal, without a repair', [{ kind: 'refusal' }], 1],
    [
      'an invalid body, three times',
      [{ kind: 'invalid_body' }, { kind: 'invalid_body' }, { kind: 'invalid_body' }],
      3,
    ],
    [
      'two answers that do not fit',
      [
        { kind: 'answer', text: '{"ok":1}' },
        { kind: 'answer', text: 'no' },
      ],
      2,
    ],
  ] as const)('goes on to the next model after %s', async (_, behaviours, hops) => {
    const { request, asked } = setUp();
    first.script(...behaviours);
    const result = await request();
    expect(result.model).toBe('two');
    expect(result.hops).toHaveLength(hops + 1);
    expect(asked()).toEqual([hops, 1]);
  });

  it('gives one repair, with the errors, and bills both', async () => {
    const { request } = setUp();
    first.script({ kind: 'answer', text: '{"ok":"yes"}' });
    const result = await request();
    expect(outcomes(result.hops)).toEqual(['one rejected', 'one answered']);
    expect(result.cost.usd).toBe(0.00008);
    expect(JSON.stringify(first.requests.at(-1)?.body)).toContain('does not fit the schema: ok');
  });

  it('repairs an answer that was cut off', async () => {
    const { request } = setUp();
    first.script({ kind: 'answer', text: '{"ok":', finish: 'length' });
    expect(outcomes((await request()).hops)).toEqual(['one rejected', 'one answered']);
  });

  it('puts the schema into words for a model without a mechanism for it', async () => {
    const { request } = setUp({ environment: { TWO_KEY: KEY } });
    await request();
    const body = second.requests.at(-1)?.body;
    expect(body?.['response_format']).toEqual({ type: 'json_object' });
    expect(JSON.stringify(body)).toContain('JSON Schema');
  });

  it('asks in JSON mode when the server refuses the schema', async () => {
    const { request } = setUp();
    first.script({ kind: 'status', status: 400, message: 'Invalid schema for response_format' });
    const result = await request();
    expect(outcomes(result.hops)).toEqual(['one answered']);
    expect(first.requests.at(-1)?.body['response_format']).toEqual({ type: 'json_object' });
  });

  it.each([
    ['none', null],
    ['nonsense', { prompt_tokens: -5, completion_tokens: 'many' }],
    ['far too much', { prompt_tokens: 1e12, completion_tokens: 1e12 }],
  ])('stays within the reservation when the provider reports %s', async (_, usage) => {
    const { request, budget, tenant_id } = setUp();
    first.script({ kind: 'answer', text: '{"ok":true}', usage });
    const result = await request();
    expect(result.cost.usd).toBeGreaterThan(0);
    expect(result.cost.usd).toBeLessThan(0.01);
    expect((await budget.readBudget(tenant_id)).day).toMatchObject({
      spent_usd: result.cost.usd,
      reserved_usd: 0,
    });
  });

  it('counts a call that may have run as spent', async () => {
    const { request, budget, tenant_id } = setUp();
    first.script({ kind: 'hang' });
    const result = await request();
    expect(result.hops[0]?.cost_usd).toBeGreaterThan(0);
    expect((await budget.readBudget(tenant_id)).day).toMatchObject({
      spent_usd: result.cost.usd,
      reserved_usd: 0,
    });
  });

  it('refuses before the call what the budget cannot take, rules included', async () => {
    const { request, asked } = setUp({
      limits: { day_usd: 0, month_usd: 1 },
      offline: () => Promise.reject(new Error('asked')),
    });
    await expect(request()).rejects.toThrow(BudgetExhaustedError);
    expect(asked()).toEqual([0, 0]);
  });

  it("ends with the task's own limit", async () => {
    const { request, tenant_id } = setUp();
    const purpose = { tenant_id, task_id: 'cheap', max_cost_usd: 0.0001 };
    await expect(request({ purpose })).rejects.toThrow(TaskCostLimitError);
  });

  it('never spends more than the budget, whatever fails at the same time', async () => {
    const { request, budget, tenant_id } = setUp({ limits: { day_usd: 0.012, month_usd: 1 } });
    first.script(
      { kind: 'status', status: 500 },
      { kind: 'reset' },
      { kind: 'hang' },
      { kind: 'answer', text: 'no' },
      { kind: 'status', status: 429 },
      { kind: 'truncated_body' },
    );
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => request()));
    const { day } = await budget.readBudget(tenant_id);
    expect(day.spent_usd).toBeLessThanOrEqual(0.012);
    expect(day.reserved_usd).toBe(0);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(BudgetExhaustedError);
  });

  it('asks the rules last, for free, without a single request to the store', async () => {
    const { request } = setUp({
      environment: {},
      offline: async () => ({
        text: '{"ok":true}',
        usage: { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 },
        stop_reason: 'end',
      }),
      cached: true,
    });
    const before = accounts.sent();
    const result = await request();
    expect(result).toMatchObject({ value: { ok: true }, provider: 'offline', cost: { usd: 0, tokens: 0 } });
    expect(accounts.sent()).toBe(before);
  });

  it('passes on unchanged that a model is required', async () => {
    const required = new ModelRequiredError('Set OPENAI_API_KEY.');
    const { request } = setUp({ environment: {}, offline: () => Promise.reject(required) });
    await expect(request()).rejects.toBe(required);
  });

  it('names the settings when a route has no configured model', async () => {
    const { request } = setUp({ environment: {} });
    await expect(request({ role: 'ai_tool' })).rejects.toThrow('set ONE_KEY, or TWO_KEY');
  });

  it('tells every reason when nobody answered', async () => {
    const { request } = setUp();
    first.script({ kind: 'status', status: 401 });
    second.script({ kind: 'status', status: 400, message: 'bad' });
    const error = await request().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoModelAnsweredError);
    expect(String(error)).toMatch(/one: auth.*two: bad_request/);
    expect(outcomes((error as NoModelAnsweredError).hops)).toEqual([
      'one failed',
      'two failed',
      'offline failed',
    ]);
  });

  it('says of a refused key that it was refused, also in the next calls, and nothing about adding a model', async () => {
    const offline = () =>
      Promise.reject(new ModelRequiredError('Too hard. Set OPENAI_API_KEY.', 'Too hard.'));
    const { request } = setUp({ environment: { ONE_KEY: KEY }, offline });
    first.script({ kind: 'status', status: 401 });
    for (const reason of [
      /one: auth.*offline: Too hard\.$/,
      /one: the provider refuses the key.*Too hard\.$/,
    ])
      await expect(request()).rejects.toThrow(reason);
    expect(first.requests).toHaveLength(1);
  });

  it('never lets a key into an error', async () => {
    const { request } = setUp();
    first.script({ kind: 'status', status: 401, message: `Incorrect API key provided: ${KEY}` });
    second.script({ kind: 'status', status: 401, message: `Incorrect API key provided: ${KEY}` });
    const error = await request({ role: 'ai_tool' }).catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + String(error)).not.toContain(KEY);
  });

  it('skips models that cannot see, and names a prompt that is too long for all', async () => {
    const { request } = setUp();
    const image = { type: 'image' as const, media_type: 'image/png', bytes: new Uint8Array([1, 2, 3]) };
    const seen = await request({ messages: [{ role: 'user', content: [image] }] });
    expect(outcomes(seen.hops)).toEqual(['one skipped', 'two answered']);
    const long = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'word '.repeat(20_000) }] },
    ];
    await expect(request({ role: 'ai_tool', messages: long })).rejects.toThrow(PromptTooLongError);
  });

  it('escalates when the work was sent back', async () => {
    const { request } = setUp();
    expect((await request({ rejections: 2 })).model).toBe('two');
    expect((await request({ min_tier: 'large' })).model).toBe('two');
  });

  it('sends placeholders and restores the values', async () => {
    const { request } = setUp();
    first.script({ kind: 'answer', text: '{"ok":true,"to":"[EMAIL_1]"}' });
    const zod = z.strictObject({ ok: z.boolean(), to: z.email() });
    const messages = [
      {
        role: 'user' as const,
        content: [{ type: 'text' as const, text: JSON.stringify({ mail: 'jo@example.com' }) }],
      },
    ];
    const result = await setUp().router.complete({
      role: 'planner',
      purpose: { tenant_id: 'x', task_id: 't' },
      system: 's',
      messages,
      schema: { name: 'a', zod },
    });
    expect(result.value.to).toBe('jo@example.com');
    expect(JSON.stringify(first.requests.at(-1)?.body)).not.toContain('jo@example.com');
    expect(request).toBeDefined();
  });

  it('hides what a privacy service finds too, and sends nothing when the service fails', async () => {
    const asked: (readonly string[])[] = [];
    const messages = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'Plan with Ada Lovelace.' }] },
    ];
    const personalData = async (texts: readonly string[]) => {
      asked.push(texts);
      return [{ value: 'Ada Lovelace', type: 'person' as const }];
    };
    first.script({ kind: 'answer', text: '{"to":"[PERSON_1]"}' });
    const { request } = setUp({ deps: { personalData } });
    const schema = { name: 'answer', zod: z.strictObject({ to: z.string() }) };
    const result = await request({ messages, schema: schema as never });
    expect(result.value).toEqual({ to: 'Ada Lovelace' });
    expect(asked).toEqual([['Plan with Ada Lovelace.']]);
    expect(JSON.stringify(first.requests.at(-1)?.body)).toContain('Plan with [PERSON_1].');

    const failing = setUp({ deps: { personalData: () => Promise.reject(new Error('no answer')) } });
    await expect(failing.request({ messages })).rejects.toThrow('no answer');
    expect(failing.asked()).toEqual([0, 0]);
  });

  it('streams plain text with the values restored', async () => {
    const { router } = setUp();
    first.script({ kind: 'answer', text: 'Write to [EMAIL_1] today.' });
    const pieces: string[] = [];
    const result = await router.complete({
      role: 'ai_tool',
      purpose: { tenant_id: 'x', task_id: 't' },
      system: '',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Whom? jo@example.com' }] }],
      schema: null,
      on_text: ({ delta }) => pieces.push(delta),
    });
    expect(result.value).toBe('Write to jo@example.com today.');
    expect(pieces.join('')).toBe('Write to jo@example.com today.');
    expect(pieces.length).toBeGreaterThan(1);
  });

  it('answers identical calls from the store and lets concurrent ones share one flight', async () => {
    const { request, asked, usage, tenant_id } = setUp({ cached: true });
    const together = await Promise.all([request(), request(), request()]);
    const later = await request();
    expect(asked()).toEqual([1, 0]);
    expect(together.filter((result) => result.cost.usd > 0)).toHaveLength(1);
    expect(outcomes(later.hops)).toEqual(['one cached']);
    const today = new Date().toISOString().slice(0, 10);
    expect((await usage.read(tenant_id, today, today)).total).toMatchObject({
      calls: 1,
      cache_hits: 3,
      saved_usd: 0.00012,
    });
    await request({ cache: false });
    expect(asked()).toEqual([2, 0]);
  });

  it('opens the circuit for all functions after repeated failures, and one probe closes it', async () => {
    const clock = { now: 1_000_000 };
    const records = dynamoBreakerRecords({ client: accounts.client, table: accounts.table });
    const breakers = [0, 1].map(() => createCircuitBreaker({ records, now: () => clock.now }));
    const [a, b] = breakers.map((breaker) => setUp({ deps: breaker ? { breaker } : {} }));
    if (!a || !b) throw new Error('two routers');
    first.script(...Array.from({ length: 6 }, () => ({ kind: 'status', status: 500 }) as const));
    await a.request();
    await a.request();

    clock.now += 5_000;
    const skipped = await b.request();
    clock.now += 15_000;
    const probed = await b.request();
    const back = await a.request();

    expect(outcomes(skipped.hops)).toEqual(['one skipped', 'two answered']);
    expect(outcomes(probed.hops)).toEqual(['one answered']);
    expect(outcomes(back.hops)).toEqual(['one answered']);
  });

  it('does not hold it against a model that its callers left', async () => {
    const { request } = setUp();
    first.script(...Array.from({ length: 6 }, () => ({ kind: 'hang' }) as const));
    for (let turn = 0; turn < 6; turn += 1) {
      const controller = new AbortController();
      const asked = first.requests.length;
      const call = request({ signal: controller.signal });
      call.catch(() => undefined);
      while (first.requests.length === asked) await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error('left'));
      await expect(call).rejects.toThrow('left');
    }
    expect(outcomes((await request()).hops)).toEqual(['one answered']);
  });

  it('stops when its caller does', async () => {
    const { request } = setUp();
    const controller = new AbortController();
    first.script({ kind: 'hang' });
    const call = request({ signal: controller.signal });
    controller.abort(new Error('cancelled by the user'));
    await expect(call).rejects.toThrow('cancelled by the user');
  });
});
