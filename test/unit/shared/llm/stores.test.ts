import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCircuitBreaker, memoryBreakerRecords } from '../../../../lambdas/shared/llm/breaker.ts';
import { type CachedAnswer, createAnswerCache } from '../../../../lambdas/shared/llm/cache.ts';
import { createEmbedder } from '../../../../lambdas/shared/llm/embeddings.ts';
import { createExperience } from '../../../../lambdas/shared/llm/experience.ts';
import { loadModels } from '../../../../lambdas/shared/llm/models.ts';
import { ProviderError } from '../../../../lambdas/shared/llm/provider.ts';
import { createUsageStore } from '../../../../lambdas/shared/llm/usage.ts';
import { type CountingTable, startCountingTable } from '../../../helpers/accounts-table.ts';

let accounts: CountingTable;
beforeAll(async () => {
  accounts = await startCountingTable();
});
afterAll(() => accounts.stop());
const catalogue = loadModels({});
const never = new AbortController().signal;
const store = () => ({ client: accounts.client, table: accounts.table });

describe('answer cache', () => {
  const answer: CachedAnswer = {
    text: 'x',
    stop_reason: 'end',
    input_tokens: 1,
    output_tokens: 1,
    cost_nano: 5,
  };

  it('lets functions share a flight, and keeps the answer for an hour', async () => {
    const clock = { now: Date.now() };
    let asked = 0;
    let land: () => void = () => undefined;
    const landed = new Promise<void>((resolve) => {
      land = resolve;
    });
    const other = createAnswerCache({ ...store(), now: () => clock.now });
    const mine = createAnswerCache({ ...store(), now: () => clock.now, pause: async () => land() });
    const key = { tenant_id: 'a', hash: 'shared' };
    const produce = async () => {
      asked += 1;
      await landed;
      return answer;
    };
    const first = other.answer(key, produce, never);
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));

    const second = await mine.answer(key, produce, never);

    expect([await first, second]).toEqual([
      { answer, shared: false },
      { answer, shared: true },
    ]);
    clock.now += 3_601_000;
    expect(await mine.answer(key, produce, never)).toMatchObject({ shared: false });
    expect(asked).toBe(2);
  });

  it("keeps a failure to itself and other tenants' answers apart", async () => {
    const cache = createAnswerCache(store());
    const fail = () => Promise.reject(new Error('down'));
    await expect(cache.answer({ tenant_id: 'a', hash: 'h' }, fail, never)).rejects.toThrow('down');
    expect(await cache.answer({ tenant_id: 'a', hash: 'h' }, async () => answer, never)).toMatchObject({
      shared: false,
    });
    expect(await cache.answer({ tenant_id: 'b', hash: 'h' }, async () => answer, never)).toMatchObject({
      shared: false,
    });
  });

  it('asks again where what it finds cannot be read', async () => {
    const { client, table } = store();
    const expires_at = Math.floor(Date.now() / 1000) + 600;
    const damaged = [
      { state: 'answered', answer: '{"text":1}', expires_at },
      { state: 'answered', answer: 'no JSON', expires_at },
      { state: 'resting', expires_at },
    ];
    for (const [index, item] of damaged.entries()) {
      const key = { tenant_id: 'a', hash: `damaged-${index}` };
      const Item = { pk: `TENANT#${key.tenant_id}`, sk: `CACHE#${key.hash}`, ...item };
      await client.send(new PutCommand({ TableName: table, Item }));
      const found = await createAnswerCache(store()).answer(key, async () => answer, never);
      expect(found).toEqual({ answer, shared: false });
    }
  });

  it('gives out a paid answer that cannot be kept', async () => {
    const troubles: string[] = [];
    let writes = 0;
    const cache = createAnswerCache({
      table: accounts.table,
      client: {
        send: (async (command: { readonly constructor: { readonly name: string } }) => {
          if (command.constructor.name === 'GetCommand') return {};
          writes += 1;
          if (writes > 1) throw new Error('throttled');
          return {};
        }) as never,
      },
      onTrouble: (what) => troubles.push(what),
    });
    const key = { tenant_id: 'a', hash: 'unkept' };
    expect(await cache.answer(key, async () => answer, never)).toEqual({ answer, shared: false });
    expect(troubles).toEqual(['cache']);
  });

  it('lets go who no longer waits for the flight of another', async () => {
    const cache = createAnswerCache(store());
    const key = { tenant_id: 'a', hash: 'left' };
    let land: (answer: CachedAnswer) => void = () => undefined;
    const flying = new Promise<CachedAnswer>((resolve) => {
      land = resolve;
    });
    let started = false;
    const first = cache.answer(
      key,
      () => {
        started = true;
        return flying;
      },
      never,
    );
    while (!started) await new Promise((resolve) => setImmediate(resolve));
    const controller = new AbortController();
    const second = cache.answer(key, async () => answer, controller.signal);
    controller.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    land(answer);
    expect(await first).toEqual({ answer, shared: false });
  });

  it('takes over the flight of a function that died', async () => {
    const clock = { now: Date.now() };
    const cache = createAnswerCache({
      ...store(),
      now: () => clock.now,
      pause: async () => {
        clock.now += 60_000;
      },
    });
    const dead = createAnswerCache({ ...store(), now: () => clock.now });
    const key = { tenant_id: 'a', hash: 'dead' };
    let claimed = false;
    void dead.answer(
      key,
      () => {
        claimed = true;
        return new Promise(() => undefined);
      },
      never,
    );
    while (!claimed) await new Promise((resolve) => setImmediate(resolve));
    expect(await cache.answer(key, async () => answer, never)).toEqual({ answer, shared: false });
  });
});

describe('circuit breaker', () => {
  it('lets one probe through when the pause is over, and doubles the pause when it fails', async () => {
    const clock = { now: 1_000_000 };
    const records = memoryBreakerRecords();
    const [a, b] = [0, 1].map(() => createCircuitBreaker({ records, now: () => clock.now }));
    if (!a || !b) throw new Error('two breakers');
    for (let failure = 0; failure < 5; failure += 1) await a.failed('m', false);
    expect(await b.admit('m')).toBe(clock.now + 15_000);

    clock.now += 20_000;
    const admitted = await Promise.all([a.admit('m'), b.admit('m')]);
    expect(admitted.filter((until) => until === null)).toHaveLength(1);
    await a.failed('m', false);

    clock.now += 5_000;
    expect(await b.admit('m')).toBe(clock.now + 25_000);
    clock.now += 30_000;
    expect(await b.admit('m')).toBeNull();
    await b.succeeded('m');
    clock.now += 5_000;
    expect(await a.admit('m')).toBeNull();
  });

  it('tells a refused key from repeated failures, to all functions, until an answer', async () => {
    const clock = { now: 1_000_000 };
    const records = memoryBreakerRecords();
    const [a, b] = [0, 1].map(() => createCircuitBreaker({ records, now: () => clock.now }));
    if (!a || !b) throw new Error('two breakers');
    await a.failed('m', true);
    expect(await b.admit('m')).toBe(clock.now + 15_000);
    expect(b.reason('m')).toContain('refuses the key');
    await b.succeeded('m');
    for (let failure = 0; failure < 5; failure += 1) await b.failed('m', false);
    expect(await b.admit('m')).not.toBeNull();
    expect(b.reason('m')).toContain('repeated failures');
  });

  it('forgets failures that are a minute old', async () => {
    const clock = { now: 1_000_000 };
    const breaker = createCircuitBreaker({ records: memoryBreakerRecords(), now: () => clock.now });
    for (let failure = 0; failure < 8; failure += 1) {
      await breaker.failed('m', false);
      clock.now += 20_000;
    }
    expect(await breaker.admit('m')).toBeNull();
  });
});

describe('experience', () => {
  it('proves the smallest tier that did well often enough', async () => {
    const experience = createExperience({ ...store(), catalogue });
    const judge = async (tier: 'small' | 'medium', good: boolean, times: number) => {
      for (let time = 0; time < times; time += 1) await experience.record('t', 'planner', 'code', tier, good);
    };
    await judge('small', true, 4);
    expect(await experience.provenTier('t', 'planner', 'code')).toBeNull();
    await judge('small', false, 3);
    await judge('medium', true, 5);
    expect(await experience.provenTier('t', 'planner', 'code')).toBe('medium');
    await judge('small', true, 10);
    expect(await experience.provenTier('t', 'planner', 'code')).toBe('small');
    expect(await experience.provenTier('other', 'planner', 'code')).toBeNull();
  });

  it("keeps a tenant's own routes and refuses unknown models", async () => {
    const experience = createExperience({ ...store(), catalogue });
    await experience.setRoutes('t', { planner: ['gpt-4o-mini', 'offline'] });
    expect(await experience.readRoutes('t')).toEqual({ planner: ['gpt-4o-mini', 'offline'] });
    await expect(experience.setRoutes('t', { planner: ['gpt-9'] })).rejects.toThrow('no model "gpt-9"');
    await expect(experience.setRoutes('t', { planner: ['mistral-embed'] })).rejects.toThrow('encoder');
  });
});

describe('embeddings', () => {
  const setUp = (embed: (texts: readonly string[]) => Promise<number[][]>) => {
    const seen: string[] = [];
    const settled: number[] = [];
    const embedder = createEmbedder({
      catalogue,
      registry: {
        usable: async (model) => (model.provider === 'openai' ? { model } : { missing: 'K' }),
        provider: async () => ({
          name: 'openai',
          complete: () => Promise.reject(new Error('unused')),
          embed: async (_, texts) => {
            seen.push(...texts);
            return embed(texts);
          },
        }),
      },
      ledger: {
        reserve: async () => null,
        settle: async (_, cost) => void settled.push(cost),
        release: async () => undefined,
      },
      usage: createUsageStore(store()),
    });
    return { embedder, seen, settled };
  };
  const purpose = { tenant_id: 'e', task_id: 't' };

  it('answers with one vector a text, redacted and billed', async () => {
    const { embedder, seen } = setUp(async (texts) => texts.map((text) => [text.length]));
    const answer = await embedder.embed(purpose, ['mail jo@example.com', 'b']);
    expect(answer).toMatchObject({ model: 'text-embedding-3-small', vectors: [[14], [1]] });
    expect(answer?.cost.usd).toBeGreaterThan(0);
    expect(seen).toEqual(['mail [EMAIL_1]', 'b']);
    expect(await embedder.model()).toEqual({ name: 'text-embedding-3-small', dimensions: 1536 });
  });

  it('bills the batches that were answered before one failed', async () => {
    let batches = 0;
    const { embedder, settled } = setUp(async (texts) => {
      batches += 1;
      if (batches === 2) throw new ProviderError('rate_limited', 'slow down');
      return texts.map(() => [1]);
    });
    const texts = Array.from({ length: 100 }, () => 'a text of some length');
    const failure = await embedder.embed(purpose, texts).catch((error: unknown) => error);
    expect(settled).toEqual([expect.any(Number)]);
    expect(settled[0]).toBeGreaterThan(0);
    // The hops, and so the task, tell what the budget was charged.
    expect(failure).toMatchObject({
      message: expect.stringContaining('slow down'),
      hops: [{ outcome: 'failed', cost_usd: (settled[0] ?? 0) / 1e9 }],
    });
  });

  it('refuses vectors that cannot be compared with each other', async () => {
    const { embedder } = setUp(async (texts) => texts.map((text) => Array(text.length).fill(0.5)));
    await expect(embedder.embed(purpose, ['a', 'bc'])).rejects.toThrow('1 and 2 dimensions');
  });

  it('says so when no encoder is configured or none answers', async () => {
    const { embedder } = setUp(() => Promise.reject(new ProviderError('server', 'down')));
    expect(await embedder.embed(purpose, ['a'], { only: 'titan-embed-text-v2' })).toBeNull();
    await expect(embedder.embed(purpose, ['a'])).rejects.toThrow('server: down');
  });
});
