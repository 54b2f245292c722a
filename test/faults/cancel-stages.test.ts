import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { registerProvider } from '../../lambdas/shared/llm/providers.ts';
import type { Brief } from '../../schemas/briefs.ts';
import { openTestOffice, type TestOffice } from './office.ts';

const roles = ['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool'];
const answers: Readonly<Record<string, unknown>> = {
  analyst: { subtasks: [{ subtask_id: 's1', description: 'Compute.', prerequisites: [] }] },
  planner: {
    confidence: 0.95,
    steps: [{ step_id: 'a', action: 'math_calculator', inputs: { expression: '6 * 7' } }],
    result: { summary: '42' },
  },
  validator: { verdict: 'APPROVED' },
  broker: { assessment: 'approve', reason: '' },
  reviewer: { verdict: 'APPROVE', feedback: '', summary: 'Done.' },
};

let test: TestOffice;
let directory: string;
let unregister: () => void;
/** The role whose model does not answer until it is let go. */
let held: { role: string; asked: () => void; go: Promise<void> } | null = null;
const asked: string[] = [];

beforeAll(async () => {
  unregister = registerProvider('held', () => ({
    name: 'held',
    complete: async (call) => {
      const part = call.messages.at(-1)?.content[0];
      const { role } = JSON.parse(part?.type === 'text' ? part.text : '{}') as Brief;
      asked.push(role);
      if (held?.role === role) {
        held.asked();
        await held.go;
      }
      return {
        text: JSON.stringify(answers[role]),
        usage: { input_tokens: 10, output_tokens: 10, cached_input_tokens: 0 },
        stop_reason: 'end',
      };
    },
  }));
  directory = mkdtempSync(join(tmpdir(), 'office-stages-'));
  const models = join(directory, 'models.json');
  const model = {
    provider: 'held',
    id: 'held',
    tier: 'medium',
    context_tokens: 100_000,
    max_output_tokens: 1_000,
    usd_per_million: { input: 1, output: 1 },
    abilities: ['json_schema'],
  };
  writeFileSync(
    models,
    JSON.stringify({
      providers: { held: { protocol: 'registered', local: true } },
      models: { held: model },
      routes: Object.fromEntries(roles.map((role) => [role, { models: ['held'] }])),
    }),
  );
  test = await openTestOffice({
    environment: { OFFICE_MODELS_FILE: models, MAX_CONCURRENT_TASKS_PER_TENANT: '1', OFFICE_MEMORY: 'off' },
  });
}, 60_000);
afterEach(async () => {
  letGo();
  await test.request('PUT', '/budget', { day_usd: 100, month_usd: null });
  // One task may run at a time: what a failed test left behind would hold up the others.
  const { tasks } = (await test.request('GET', '/tasks?limit=50')).body as { tasks: { task_id: string }[] };
  await Promise.all(tasks.map(({ task_id }) => test.request('POST', `/tasks/${task_id}/cancel`)));
});
afterAll(async () => {
  await test.stop();
  unregister();
  rmSync(directory, { recursive: true, force: true });
});

let letGo = (): void => undefined;
/** Lets the role's model not answer; resolves when it is asked. */
function hold(role: string): Promise<void> {
  const go = new Promise<void>((resolve) => {
    letGo = () => {
      held = null;
      resolve();
    };
  });
  return new Promise((resolve) => {
    held = { role, asked: resolve, go };
  });
}
const status = async (id: string) => (await test.request('GET', `/tasks/${id}`)).body['status'];
const reserved = async () => {
  const { day } = (await test.request('GET', '/budget')).body as { day: { reserved_usd: number } };
  return day.reserved_usd;
};
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Ten seconds have not sufficed until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const untilNothingIsReserved = () => until(async () => (await reserved()) === 0, 'no money was reserved');
/** A failed task's execution has a last state to go through. */
const untilNothingRuns = () => until(() => test.office.engine.runningCount() === 0, 'no execution ran');

/** The task is cancelled, nothing of it runs, and its place is another's. */
async function expectGone(id: string): Promise<void> {
  expect(await status(id)).toBe('cancelled');
  expect(test.office.engine.runningCount()).toBe(0);
  expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(409);
  expect((await test.request('GET', `/dead-letters/${id}`)).status).toBe(404);
}

describe('a task that is cancelled', () => {
  it.each([
    ['decomposing', 'analyst'],
    ['planning', 'planner'],
    ['reviewing', 'reviewer'],
  ])(
    'while it is %s ends there, and what was reserved is free again',
    async (stage, role) => {
      const isAsked = hold(role);
      const id = await test.submit({ description: `Cancel me while ${stage}.` });
      await isAsked;
      expect(await reserved()).toBeGreaterThan(0);
      expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
      await expectGone(id);
      const before = asked.length;
      letGo();
      await untilNothingIsReserved();
      // Only one task may run: that the next one does says that the place is free.
      const next = await test.reach(await test.submit({ description: `Run after ${stage}.` }));
      expect(next['status']).toBe('completed');
      // The roles of the next task, each once, and none of the cancelled one's.
      expect(asked.slice(before).sort()).toEqual(['analyst', 'planner', 'reviewer']);
      expect(await status(id)).toBe('cancelled');
    },
    40_000,
  );

  it('while it waits for money is not woken by a top-up', async () => {
    await test.request('PUT', '/budget', { day_usd: 0, month_usd: null });
    const id = await test.submit({ description: 'Wait for money.' });
    await test.reach(id, ['awaiting_budget']);
    const before = asked.length;
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
    await expectGone(id);
    await test.request('PUT', '/budget', { day_usd: 100, month_usd: null });
    expect((await test.reach(await test.submit({ description: 'Run with money.' })))['status']).toBe(
      'completed',
    );
    expect(await status(id)).toBe('cancelled');
    expect(asked.slice(before).filter((role) => role === 'analyst')).toHaveLength(1);
  }, 20_000);

  it('while its workspace is uploaded never starts', async () => {
    const id = await test.submit({ description: 'Upload.', workspace: { upload: true } });
    expect((await test.request('POST', `/tasks/${id}/cancel`)).status).toBe(202);
    await expectGone(id);
    expect((await test.request('POST', `/tasks/${id}/start`)).status).toBe(409);
    expect(await status(id)).toBe('cancelled');
  }, 20_000);
});

describe('a deadline', () => {
  it('ends a task that waits for money', async () => {
    await test.request('PUT', '/budget', { day_usd: 0, month_usd: null });
    const id = await test.submit({
      description: 'Wait for money, not long.',
      constraints: { max_duration: 2 },
    });
    await test.reach(id, ['awaiting_budget']);
    const task = await test.reach(id);
    expect(task).toMatchObject({ status: 'failed', error: { name: 'DeadlineExceededError' } });
    expect((await test.request('GET', `/dead-letters/${id}`)).body['class']).toBe('deadline_exceeded');
    await untilNothingRuns();
  }, 20_000);

  it('ends a task that waits for a place, and it never starts', async () => {
    const isAsked = hold('analyst');
    const first = await test.submit({ description: 'Hold the place.' });
    await isAsked;
    const id = await test.submit({ description: 'Wait for a place.', constraints: { max_duration: 2 } });
    const task = await test.reach(id);
    expect(task).toMatchObject({
      status: 'failed',
      error: { name: 'DeadlineExceededError' },
      execution_arn: null,
    });
    letGo();
    expect((await test.reach(first))['status']).toBe('completed');
  }, 20_000);

  it('ends a task whose model does not answer', async () => {
    const isAsked = hold('planner');
    const id = await test.submit({ description: 'Plan for ever.', constraints: { max_duration: 2 } });
    await isAsked;
    const task = await test.reach(id);
    expect(task).toMatchObject({ status: 'failed', error: { name: 'DeadlineExceededError' } });
    await untilNothingRuns();
    letGo();
    await untilNothingIsReserved();
    expect((await test.reach(await test.submit({ description: 'Run afterwards.' })))['status']).toBe(
      'completed',
    );
  }, 20_000);
});
