import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createBatcher } from '../../../../lambdas/shared/llm/batch.ts';
import { loadModels } from '../../../../lambdas/shared/llm/models.ts';
import {
  type ModelRequest,
  type ModelRouter,
  NoModelAnsweredError,
  PromptTooLongError,
} from '../../../../lambdas/shared/llm/provider.ts';

const catalogue = loadModels({});

describe('batches', () => {
  const zod = z.object({ verdict: z.string() });
  const request = (text: string): ModelRequest<z.infer<typeof zod>> => ({
    role: 'validator',
    purpose: { tenant_id: 't', task_id: text },
    system: 'Judge.',
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    schema: { name: 'verdict', zod },
  });
  const setUp = (provider: string, refuseShared?: Error) => {
    const prompts: string[] = [];
    const router: ModelRouter = {
      async complete<Answer>(asked: ModelRequest<Answer>) {
        const text = asked.messages
          .flatMap((message) => message.content.map((part) => (part.type === 'text' ? part.text : '')))
          .join('');
        prompts.push(text);
        const count = text.match(/<document /g)?.length;
        if (count && refuseShared) throw refuseShared;
        const one = { verdict: 'fine' };
        const value = asked.schema?.zod.parse(count ? { answers: Array(count).fill(one) } : one) as Answer;
        return { value, provider: 'p', model: 'm', hops: [], cost: { usd: 0.01, tokens: 10 } };
      },
    };
    const registry = {
      usable: async (model: Parameters<Parameters<typeof createBatcher>[0]['registry']['usable']>[0]) =>
        model.provider === provider ? { model } : { missing: 'K' },
    };
    return { batcher: createBatcher({ router, catalogue, registry }), prompts };
  };

  it('puts as many calls into one prompt as the route allows', async () => {
    const { batcher, prompts } = setUp('openai');
    const answers = await batcher.completeAll(
      Array.from({ length: 10 }, (_, index) => request(`plan ${index}`)),
    );
    expect(prompts).toHaveLength(2);
    expect(answers.map(({ value }) => value.verdict)).toEqual(Array(10).fill('fine'));
    expect(answers.filter(({ cost }) => cost.usd > 0)).toHaveLength(2);
  });

  it('asks the rules one by one', async () => {
    const { batcher, prompts } = setUp('offline');
    await batcher.completeAll([request('a'), request('b')]);
    expect(prompts).toEqual(['a', 'b']);
  });

  it('asks one by one when the shared prompt fails or is too long, and tells what that cost', async () => {
    const hop = {
      provider: 'p',
      model: 'm',
      outcome: 'failed',
      input_tokens: 7,
      output_tokens: 0,
      cost_usd: 0.002,
      duration_ms: 1,
    } as const;
    for (const failure of [NoModelAnsweredError, PromptTooLongError]) {
      const { batcher } = setUp('openai', new failure('not like this', [hop]));
      const [first, second] = await batcher.completeAll([request('a'), request('b')]);
      expect(first).toMatchObject({ value: { verdict: 'fine' }, cost: { usd: 0.012, tokens: 17 } });
      expect(first?.hops).toEqual([hop]);
      expect(second).toMatchObject({ cost: { usd: 0.01, tokens: 10 } });
    }
  });
});
