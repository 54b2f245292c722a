import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  BudgetExhaustedError,
  type ModelHop,
  type ModelRequest,
  NoModelAnsweredError,
  TaskCostLimitError,
} from '../../../lambdas/shared/llm/provider.ts';
import { askModel, type Question } from '../../../lambdas/shared/model-call.ts';
import type { Brief } from '../../../schemas/briefs.ts';
import type { NewEvent } from '../../../schemas/events.ts';

const hop = (outcome: ModelHop['outcome'], cost_usd = 0.25): ModelHop => ({
  provider: 'line',
  model: 'm',
  outcome,
  input_tokens: 10,
  output_tokens: 5,
  cost_usd,
  duration_ms: 1,
});
const question: Question<boolean> = {
  place: { tenant_id: 'acme', task_id: 't1', subtask_id: 's1', iteration: 2, max_cost_usd: 3 },
  instructions: 'Judge.',
  brief: { role: 'broker', task: { description: 'x' }, steps: [], tools: [] },
  schema: { name: 'yes', zod: z.boolean() },
  work: { kind: 'web', plan_confidence: 0.9, rejections: 1 },
};

function setUp(fails?: Error, brief: Brief = question.brief) {
  const requests: ModelRequest<unknown>[] = [];
  const logged: NewEvent[] = [];
  const deps = {
    router: {
      async complete<Answer>(request: ModelRequest<Answer>) {
        requests.push(request as ModelRequest<unknown>);
        if (fails) throw fails;
        const value = true as unknown as Answer;
        const hops = [hop('failed'), hop('answered')];
        return { value, provider: 'line', model: 'm', hops, cost: { usd: 0.5, tokens: 30 } };
      },
    },
    log: {
      append: async (_key: unknown, events: readonly NewEvent[]) => {
        logged.push(...events);
      },
    },
  };
  return { ask: () => askModel(deps, { ...question, brief }), requests, logged };
}

describe('askModel', () => {
  it("gives the policy what it needs and the call its task's limit", async () => {
    const { ask, requests } = setUp();
    const { event } = await ask();
    expect(requests[0]).toMatchObject({
      task_kind: 'web',
      plan_confidence: 0.9,
      rejections: 1,
      purpose: { task_id: 't1', subtask_id: 's1', iteration: 2, max_cost_usd: 3 },
    });
    expect(event).toMatchObject({
      type: 'model.called',
      data: { role: 'broker', cost: { usd: 0.5, tokens: 30 }, hops: [{}, { outcome: 'answered' }] },
    });
  });

  it('sends the brief as its JSON, however often its tools were sent', async () => {
    const tool = { name: 'a', description: '"b"', input_schema: {}, example: { c: 1 }, risk: 'low' as const };
    const brief: Brief = {
      role: 'analyst',
      task: { description: 'x', criteria: [] },
      tools: [tool, { ...tool, name: 'd' }],
      unavailable_tools: [],
      workspace: [],
    };
    const sent = async (asked: Brief) => {
      const { ask, requests } = setUp(undefined, asked);
      await ask();
      return requests[0]?.messages[0]?.content[0];
    };
    for (const asked of [brief, brief, { ...brief, tools: [tool] }, { ...brief, more: undefined }])
      expect(await sent(asked)).toEqual({ type: 'text', text: JSON.stringify(asked) });
  });

  it.each([
    new NoModelAnsweredError('nobody', [hop('failed')]),
    new BudgetExhaustedError('no money', [hop('rejected'), hop('skipped', 0)]),
    new TaskCostLimitError('no money', [hop('rejected'), hop('skipped', 0)]),
  ])('records what was tried and paid before a $name', async (error) => {
    const { ask, logged } = setUp(error);
    await expect(ask()).rejects.toBe(error);
    expect(logged).toMatchObject([{ type: 'model.called', data: { cost: { usd: 0.25 } } }]);
  });

  it('logs no call when money was refused before the first one', async () => {
    const error = new BudgetExhaustedError('no money', [hop('skipped', 0)]);
    const { ask, logged } = setUp(error);
    await expect(ask()).rejects.toBe(error);
    expect(logged).toEqual([]);
  });
});
