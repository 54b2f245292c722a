import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createCircuitBreaker, memoryBreakerRecords } from '../../../../lambdas/shared/llm/breaker.ts';
import type { BudgetLedger } from '../../../../lambdas/shared/llm/budget.ts';
import { parseModelFile } from '../../../../lambdas/shared/llm/models.ts';
import {
  BudgetExhaustedError,
  type ModelHop,
  type ModelProvider,
  type ModelRequest,
  NoModelAnsweredError,
  ProviderError,
  type ProviderReply,
} from '../../../../lambdas/shared/llm/provider.ts';
import { createModelRouter, type RouterDeps } from '../../../../lambdas/shared/llm/router.ts';

const price = { input: 1, output: 2 };
const model = (provider: string) => ({
  provider,
  id: provider,
  tier: 'small',
  context_tokens: 8_000,
  max_output_tokens: 1_000,
  usd_per_million: price,
  abilities: ['json_schema'],
});
const route = { models: ['one', 'two'], timeout_seconds: 5, total_seconds: 0.3 };
const catalogue = parseModelFile({
  providers: { one: { protocol: 'registered' }, two: { protocol: 'registered' } },
  models: { one: model('one'), two: model('two') },
  routes: {
    analyst: route,
    planner: { ...route, total_seconds: 60 },
    validator: route,
    broker: route,
    reviewer: route,
    ai_tool: route,
  },
});

type Complete = ModelProvider['complete'];
const replied = (text = '{"ok":true}', extra: Partial<ProviderReply> = {}): ProviderReply => ({
  text,
  usage: { input_tokens: 10, output_tokens: 5, cached_input_tokens: 0 },
  stop_reason: 'end',
  ...extra,
});
const answers: Complete = async () => replied();
const fails: Complete = async () => {
  throw new ProviderError('server', 'one: 500');
};
/** Hangs until its caller leaves. */
const hangs: Complete = (call) =>
  new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));

const free: BudgetLedger = {
  reserve: async () => null,
  settle: async () => undefined,
  release: async () => undefined,
};
const schema = { name: 'answer', zod: z.strictObject({ ok: z.boolean() }) };

let clock: number;
let behaviour: Record<string, Complete>;
let seen: ModelHop[];
beforeEach(() => {
  clock = 1_000_000;
  behaviour = { one: answers, two: answers };
  seen = [];
});

function setUp(deps: Partial<RouterDeps> = {}) {
  const breaker = createCircuitBreaker({ records: memoryBreakerRecords(), now: () => clock });
  const router = createModelRouter({
    catalogue,
    registry: {
      usable: async (model) => ({ model }),
      provider: async (name) => ({
        name,
        complete: (call) => (behaviour[name] ?? answers)(call),
        stream: (call, onText) => {
          onText(`${name} says`);
          return (behaviour[name] ?? answers)(call);
        },
      }),
    },
    ledger: free,
    breaker,
    localBreaker: breaker,
    retries: { retries: 0, base_ms: 0, cap_ms: 0, patience_ms: 0 },
    onHop: (hop) => seen.push(hop),
    ...deps,
  });
  const ask = (extra: Partial<ModelRequest<{ ok: boolean }>> = {}) =>
    router.complete({
      role: 'planner',
      purpose: { tenant_id: 't', task_id: 'task' },
      system: 'Answer.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }] }],
      schema,
      ...extra,
    });
  /** The first model's circuit, open and its pause over: the next call is the probe. */
  async function halfOpen(): Promise<void> {
    for (let failure = 0; failure < 5; failure += 1) await breaker.failed('one', false);
    clock += 20_000;
  }
  return { ask, breaker, halfOpen };
}

const told = (hops: readonly ModelHop[]) => hops.map((hop) => `${hop.model} ${hop.outcome}`);

describe('the one probe of a circuit that is half open', () => {
  it('is free again when its caller leaves', async () => {
    const { ask, halfOpen } = setUp();
    await halfOpen();
    behaviour['one'] = hangs;
    const left = new AbortController();
    const probe = ask({ signal: left.signal });
    setImmediate(() => left.abort(new Error('left')));
    await expect(probe).rejects.toThrow('left');

    behaviour['one'] = answers;
    expect(told((await ask()).hops)).toEqual(['one answered']);
  });

  it('is free again when the budget or the privacy service keeps it from its call', async () => {
    const refusals: Partial<RouterDeps>[] = [
      { ledger: { ...free, reserve: () => Promise.reject(new BudgetExhaustedError('nothing left')) } },
      { personalData: () => Promise.reject(new Error('no answer')) },
    ];
    for (const refusal of refusals) {
      const { ask, breaker, halfOpen } = setUp(refusal);
      await halfOpen();
      await expect(ask()).rejects.toThrow(/nothing left|no answer/);
      expect(await breaker.admit('one')).toBeNull();
    }
  });

  it('is free again when the store has the answer', async () => {
    const kept = {
      text: '{"ok":true}',
      stop_reason: 'end',
      input_tokens: 1,
      output_tokens: 1,
      cost_nano: 1,
    } as const;
    const { ask, breaker, halfOpen } = setUp({
      cache: { answer: async () => ({ answer: kept, shared: true }) },
    });
    await halfOpen();
    expect(told((await ask()).hops)).toEqual(['one cached']);
    expect(await breaker.admit('one')).toBeNull();
  });

  it('stays taken while its call is under way, and is decided by it', async () => {
    const { ask, halfOpen } = setUp();
    await halfOpen();
    let fail: () => void = () => undefined;
    behaviour['one'] = () =>
      new Promise((_, reject) => {
        fail = () => reject(new ProviderError('server', 'one: 500'));
      });
    const probe = ask();
    expect(told((await ask()).hops)).toEqual(['one skipped', 'two answered']);
    fail();
    expect(told((await probe).hops)).toEqual(['one failed', 'two answered']);
    expect(told((await ask()).hops)).toEqual(['one skipped', 'two answered']);
  });
});

describe('what is told of a call', () => {
  it('has the models that were passed over, too', async () => {
    const { ask, breaker } = setUp();
    await breaker.failed('one', true);
    await ask();
    expect(told(seen)).toEqual(['one skipped', 'two answered']);
  });

  it('is every hop when the time for the whole call is over, wherever it was', async () => {
    behaviour = { one: fails, two: fails };
    const slow = { retries: 5, base_ms: 10_000, cap_ms: 10_000, patience_ms: 60_000 };
    const retrying = setUp({ retries: slow, random: () => 1 });
    const waiting = setUp({
      cache: {
        answer: (_, __, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    for (const { ask } of [retrying, waiting]) {
      const failure = await ask({ role: 'reviewer' }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NoModelAnsweredError);
      expect((failure as NoModelAnsweredError).message).toContain('0.3 s');
    }
  });
});

describe('a plain text that was cut off', () => {
  const plain = { schema: null } as never;
  it('is no answer: it is repaired, or the next model is asked', async () => {
    const asked: string[] = [];
    behaviour['one'] = async (call) => {
      const part = call.messages.at(-1)?.content.at(-1);
      asked.push(part?.type === 'text' ? part.text : '');
      return replied('The first half of', { stop_reason: 'length' });
    };
    behaviour['two'] = async () => replied('All of it.');
    const answer = await setUp().ask(plain);
    expect(answer.value).toBe('All of it.');
    expect(told(answer.hops)).toEqual(['one rejected', 'one rejected', 'two answered']);
    expect(asked[1]).toMatch(/cut off.*complete, and shorter/);
    expect(asked[1]).not.toContain('JSON');
  });

  it('is told from one that never began', async () => {
    behaviour['one'] = async () => replied('', { stop_reason: 'length' });
    const answer = await setUp().ask();
    expect(answer.hops[0]?.reason).toContain('before the answer began');
  });
});

describe('a reservation that cannot be settled', () => {
  it('keeps nobody from asking the next model', async () => {
    behaviour['one'] = fails;
    const troubles: string[] = [];
    const { ask } = setUp({
      ledger: { ...free, settle: () => Promise.reject(new Error('throttled')) },
      onTrouble: (what) => troubles.push(what),
    });
    expect(told((await ask()).hops)).toEqual(['one failed', 'two answered']);
    expect(troubles).toEqual(['settle', 'settle']);
  });
});

describe('a text that comes in pieces', () => {
  it('is not begun again by the same model', async () => {
    behaviour['one'] = fails;
    behaviour['two'] = async () => replied('two says');
    const pieces: string[] = [];
    const { ask } = setUp({ retries: { retries: 2, base_ms: 0, cap_ms: 0, patience_ms: 0 } });
    await ask({
      schema: null as never,
      on_text: ({ attempt, delta }) => pieces.push(`${attempt}: ${delta}`),
    });
    expect(pieces).toEqual(['0: one says', '1: two says']);
  });
});

describe('what is recorded of an answer that does not fit', () => {
  it('has no personal data in it', async () => {
    behaviour['one'] = async () => replied('{"jo@example.com":true}');
    const { hops } = await setUp().ask();
    expect(hops[0]?.reason).toContain('Unrecognized key: "[EMAIL_1]"');
  });
});
