import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { answer, callsByRole, roleOf, usualAnswer } from '../helpers/scripted-model.ts';

let server: OpenAiServer;
let office: OfficeProcess;
beforeAll(async () => {
  server = await startOpenAiServer();
  // A million tokens of answer cost $1,000: the plan costs $8, every other answer a cent.
  server.answerBy((body) => answer(usualAnswer(body), roleOf(body) === 'planner' ? 8_000 : 10));
  office = await startOfficeProcess({
    OPENAI_COMPATIBLE_BASE_URL: server.url,
    OPENAI_COMPATIBLE_USD_PER_MILLION: '0,1000',
    OFFICE_BUDGET_DAY_USD: '8.25',
    OFFICE_BUDGET_MONTH_USD: 'none',
  });
}, 30_000);
afterAll(async () => {
  await office.close();
  await server.close();
});

describe('a day that has paid for the plan and not for the review', () => {
  it('parks the task, warns, resumes with PUT /budget, runs nothing again and adds up', async () => {
    const id = await office.submit({ description: 'What is 6 * 7, on a small budget?' });
    const waiting = await office.reach(id, 'awaiting_budget');
    expect(waiting.final_result).toBeNull();
    expect(callsByRole(server)).toEqual({ analyst: 1, planner: 1 });
    const { day } = await office.call('GET', '/budget');
    expect(day).toMatchObject({ limit_usd: 8.25, spent_usd: 8.01, reserved_usd: 0, warnings: [50, 80] });
    expect(office.functionLog()).toMatch(/spent 50 %[\s\S]*spent 80 %[\s\S]*spent 100 %/);

    await office.call('PUT', '/budget', { day_usd: 20, month_usd: null });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ summary: 'The value is 42.' });
    expect(callsByRole(server)).toEqual({ analyst: 1, planner: 1, reviewer: 1 });
    expect((await office.events(id)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['budget.exhausted', 'budget.resumed', 'task.completed']),
    );
    expect(view.cost).toEqual({ usd: 8.02, tokens: 8_080 });

    const today = new Date().toISOString().slice(0, 10);
    expect(await office.call('GET', '/usage')).toMatchObject({
      total: { usd: 8.02, calls: 3 },
      by_day: { [today]: { usd: 8.02 } },
      by_model: { compatible: { usd: 8.02, output_tokens: 8_020 } },
      by_role: { analyst: { usd: 0.01 }, planner: { usd: 8 }, reviewer: { usd: 0.01 } },
    });
  });
});
