import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { answer, briefOf, callsByRole, roleOf, usualAnswer } from '../helpers/scripted-model.ts';

/**
 * Prompts are free and a million tokens of answer cost $1,000, so that worst cases are the routes' limits of output:
 * $8.192 for analyst and planner, $4.096 for reviewer and ai_tool. A usual answer of 10 tokens costs $0.01.
 */
const LARGE = 8_000;

let server: OpenAiServer;
let office: OfficeProcess;
/** Completion tokens by role, where they are not the usual 10. */
const tokens = new Map<string, number>();

const limitTo = (day_usd: number | null) => office.call('PUT', '/budget', { day_usd, month_usd: null });
/** Leaves this much of the day. */
async function leave(usd: number): Promise<void> {
  const { day } = (await office.call('GET', '/budget')) as { day: { spent_usd: number } };
  await limitTo(Math.round((day.spent_usd + usd) * 1e6) / 1e6);
}
const spent = async () =>
  ((await office.call('GET', '/budget')) as { day: { spent_usd: number; reserved_usd: number } }).day;

beforeAll(async () => {
  server = await startOpenAiServer();
  server.answerBy((body) => answer(usualAnswer(body), tokens.get(roleOf(body)) ?? 10));
  office = await startOfficeProcess({
    OPENAI_COMPATIBLE_BASE_URL: server.url,
    OPENAI_COMPATIBLE_USD_PER_MILLION: '0,1000',
  });
}, 30_000);
beforeEach(() => limitTo(null));
afterEach(() => {
  tokens.clear();
  server.forget();
});
afterAll(async () => {
  await office.close();
  await server.close();
});

const question = {
  plan_id: 'p1',
  task_id: 't1',
  metadata: {},
  steps: [
    {
      step_id: 'first',
      action: 'math_calculator',
      inputs: { expression: '6 * 7' },
      idempotency_key: 'first-1',
    },
    {
      step_id: 'ask',
      action: 'ai_tool',
      inputs: { prompt: 'Say it in words: ${steps.first.output.value}' },
      idempotency_key: 'ask-1',
      dependencies: ['first'],
    },
  ],
};

describe('a budget that does not last', () => {
  it('parks a step that asks a model, and runs it once there is money', async () => {
    await leave(4);
    const id = await office.submit({ description: 'A given question on a small budget.', plan: question });
    await office.reach(id, 'awaiting_budget');
    expect(callsByRole(server)).toEqual({});
    await leave(50);
    await office.reach(id, 'completed');
    expect(callsByRole(server)).toEqual({ ai_tool: 1, reviewer: 1 });
    const finished = (await office.events(id)).filter(({ type }) => type === 'step.finished');
    expect(finished).toHaveLength(2);
  });

  it('goes on by itself when calls under way turn out cheaper than their worst case', async () => {
    // One worst case fits, two don't: of two tasks that ask at once one has to wait for the other's money.
    await leave(9);
    const ids = await Promise.all(
      ['one', 'two', 'three'].map((name) => office.submit({ description: `What is 6 * 7, for ${name}?` })),
    );
    for (const id of ids) await office.reach(id, 'completed', 'awaiting_budget');
    await Promise.all(ids.map((id) => office.reach(id, 'completed')));
    expect(callsByRole(server)).toEqual({ analyst: 3, planner: 3, reviewer: 3 });
    expect(await spent()).toMatchObject({ reserved_usd: 0 });
  }, 100_000);

  it('is never overspent by tasks at the same time, and all of them end once it is raised', async () => {
    for (const role of ['analyst', 'planner']) tokens.set(role, LARGE);
    tokens.set('reviewer', 4_000);
    await leave(45);
    const { spent_usd: before } = await spent();
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        office.submit({ description: `What is 6 * 7, number ${index}?` }),
      ),
    );
    const views = await Promise.all(ids.map((id) => office.reach(id, 'completed', 'awaiting_budget')));
    expect(views.some(({ status }) => status === 'awaiting_budget')).toBe(true);
    const { spent_usd } = await spent();
    expect(spent_usd - before).toBeLessThanOrEqual(45);
    await limitTo(null);
    await Promise.all(ids.map((id) => office.reach(id, 'completed')));
    expect(callsByRole(server)).toEqual({ analyst: 6, planner: 6, reviewer: 6 });
    expect((await spent()).spent_usd - before).toBeCloseTo(6 * 20, 6);
  }, 60_000);
});

describe('a task with max_cost_usd', () => {
  it('ends with a clear failure when the next call may cost more', async () => {
    tokens.set('analyst', 2_000);
    const id = await office.submit({
      description: 'What is 6 * 7, for nine dollars?',
      constraints: { max_cost_usd: 9 },
    });
    const view = await office.reach(id, 'failed');
    expect(view.error).toMatchObject({
      name: 'TaskCostLimitError',
      message: expect.stringContaining('max_cost_usd of $9'),
    });
    expect(callsByRole(server)).toEqual({ analyst: 1 });
    expect(await office.letter(id)).toMatchObject({ class: 'cost_limit' });
  });

  it('bounds the model calls of steps too', async () => {
    // The first answer does not fit the schema; what is left does not pay for the repair.
    tokens.set('ai_tool', 4_000);
    const schema = { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] };
    const [first] = question.steps;
    const ask = {
      step_id: 'ask',
      action: 'ai_tool',
      inputs: { prompt: 'Say 42 in one word.', schema },
      idempotency_key: 'ask-1',
    };
    const id = await office.submit({
      description: 'One question for five dollars.',
      constraints: { max_cost_usd: 5 },
      plan: { ...question, steps: [first, ask] },
    });
    const view = await office.reach(id, 'failed');
    expect(view.error?.name).toBe('TaskCostLimitError');
    expect(callsByRole(server)).toEqual({ ai_tool: 1 });
    expect(view.cost.usd).toBe(4);
    expect(await office.letter(id)).toMatchObject({ class: 'cost_limit' });
  });

  it('goes on after a redrive with more money, without the calls it has paid', async () => {
    tokens.set('analyst', 2_000);
    const id = await office.submit({
      description: 'What is 6 * 7, for nine dollars and a second chance?',
      constraints: { max_cost_usd: 9 },
    });
    await office.letter(id);
    await office.call('POST', `/dead-letters/${id}/redrive`, { mode: 'retry', add_budget_usd: 10 });
    await office.reach(id, 'completed');
    expect(callsByRole(server)).toEqual({ analyst: 1, planner: 1, reviewer: 1 });
    expect(server.requests.filter(({ body }) => briefOf(body)?.role === 'planner')).toHaveLength(1);
  });
});
