import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stateMachineArn } from '../../infra/local/engine/engine.ts';
import { registerProvider } from '../../lambdas/shared/llm/providers.ts';
import { type Brief, reviewerBriefSchema } from '../../schemas/briefs.ts';
import { type LoopbackHttp, startLoopbackHttp } from '../helpers/loopback-http.ts';
import { aStep } from '../helpers/plans.ts';
import { openTestOffice, type TestOffice } from './office.ts';

const MB = 1024 * 1024;
const SUBTASKS = 20;
const ITERATIONS = 8;
let test: TestOffice;
let unregister: () => void;

/** Twenty subtasks, each but the first after the one before it and the first; every review of the last asks for more. */
function answer(brief: Brief): unknown {
  switch (brief.role) {
    case 'analyst': {
      const deep = JSON.stringify(brief).includes('deep feedback');
      const count = deep ? 1 : SUBTASKS;
      return {
        subtasks: Array.from({ length: count }, (_, n) => ({
          subtask_id: `s${n}`,
          description: `Compute ${n}.`,
          prerequisites: n === 0 ? [] : n % 2 === 0 ? ['s0'] : [`s${n - 1}`],
        })),
      };
    }
    case 'planner':
      return {
        confidence: 0.95,
        steps: [
          {
            step_id: `step_${Math.random().toString(36).slice(2)}`,
            action: 'math_calculator',
            inputs: { expression: '6 * 7' },
          },
        ],
        result: { summary: 'x'.repeat(4_000) },
      };
    case 'reviewer': {
      const { iteration, task } = reviewerBriefSchema.parse(brief);
      const more = JSON.stringify(task).includes('deep feedback') && iteration < ITERATIONS;
      return {
        verdict: more ? 'REVISE' : 'APPROVE',
        feedback: more ? `Once more. ${'y'.repeat(4_900)}` : '',
        summary: 'Done.',
      };
    }
    case 'validator':
      return { verdict: 'APPROVED' };
    case 'broker':
      return { assessment: 'approve', reason: '' };
  }
}

beforeAll(async () => {
  unregister = registerProvider('scripted', () => ({
    name: 'scripted',
    complete: async (call) => {
      const part = call.messages.at(-1)?.content[0];
      return {
        text: JSON.stringify(answer(JSON.parse(part?.type === 'text' ? part.text : '') as Brief)),
        usage: { input_tokens: 1, output_tokens: 1, cached_input_tokens: 0 },
        stop_reason: 'end',
      };
    },
  }));
  const roles = ['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool'];
  const models = join(mkdtempSync(join(tmpdir(), 'office-large-')), 'models.json');
  writeFileSync(
    models,
    JSON.stringify({
      providers: { scripted: { protocol: 'registered', local: true } },
      models: {
        scripted: {
          provider: 'scripted',
          id: 'scripted',
          tier: 'medium',
          context_tokens: 1_000_000,
          max_output_tokens: 65_536,
          usd_per_million: { input: 0, output: 0 },
          abilities: ['json_schema'],
        },
      },
      routes: Object.fromEntries(roles.map((role) => [role, { models: ['scripted'] }])),
    }),
  );
  page = await startLoopbackHttp((_request, response) => response.end(PAGE));
  test = await openTestOffice({
    environment: { OFFICE_MODELS_FILE: models, OFFICE_ALLOW_HOSTS: page.host },
  });
}, 60_000);
afterAll(async () => {
  await test.stop();
  await page.close();
  unregister();
});

/** As large as an answer of a tool may be. */
const PAGE = 'b'.repeat(5_000_000);
let page: LoopbackHttp;

const planOf = (steps: ReturnType<typeof aStep>[]) => ({
  plan_id: 'p',
  task_id: 'given',
  metadata: {},
  steps,
});

describe('large things', () => {
  it('takes a workspace of 200 MB by presigned upload', async () => {
    const submitted = await test.request('POST', '/tasks', {
      description: 'Say how large the file is.',
      workspace: { upload: true, files: [{ path: 'big.bin' }] },
      plan: planOf([
        aStep({ step_id: 'stat', action: 'file_operations', inputs: { operation: 'stat', path: 'big.bin' } }),
      ]),
    });
    expect(submitted.status).toBe(202);
    const { files } = submitted.body['upload'] as { files: { url: string }[] };
    const body = Buffer.alloc(200 * MB, 'a');
    const put = await fetch(files[0]?.url ?? '', { method: 'PUT', body });
    expect(put.status).toBe(200);
    const id = String(submitted.body['task_id']);
    expect((await test.request('POST', `/tasks/${id}/start`)).status).toBe(202);
    const task = await test.reach(id, undefined, 60_000);
    expect(task['error']).toBeNull();
    expect(JSON.stringify(task['final_result'])).toContain(String(200 * MB));
  }, 120_000);

  it('takes an output of 5 MB, the most that a built-in tool gives, from step to step', async () => {
    const id = await test.submit({
      description: `Fetch ${page.url}/page and write it to copy.txt.`,
      plan: planOf([
        aStep({
          step_id: 'get',
          action: 'http_client',
          inputs: { url: `${page.url}/page`, max_bytes: PAGE.length },
        }),
        aStep({
          step_id: 'copy',
          action: 'file_operations',
          inputs: { operation: 'write', path: 'copy.txt', content: '${steps.get.output.body}' },
          dependencies: ['get'],
        }),
      ]),
    });
    const task = await test.reach(id, undefined, 60_000);
    expect(task['error']).toBeNull();
    const copy = await fetch(`${test.office.url}/tasks/${id}/artifacts/copy.txt`, {
      headers: { authorization: `Bearer ${test.office.apiKey}` },
    });
    expect((await copy.text()).length).toBe(PAGE.length);
  }, 120_000);

  it('runs a plan of fifty steps, half of them a chain, half of them fanned in', async () => {
    const chain = Array.from({ length: 25 }, (_, n) =>
      aStep({
        step_id: `chain${n}`,
        inputs: { expression: n === 0 ? '1' : `\${steps.chain${n - 1}.output.value} + 1` },
        dependencies: n === 0 ? [] : [`chain${n - 1}`],
      }),
    );
    const fan = Array.from({ length: 24 }, (_, n) =>
      aStep({ step_id: `fan${n}`, inputs: { expression: `${n}` } }),
    );
    const last = aStep({
      step_id: 'last',
      inputs: { expression: '${steps.chain24.output.value} + ${steps.fan23.output.value}' },
      dependencies: ['chain24', ...fan.map(({ step_id }) => step_id)],
    });
    const id = await test.submit({ description: 'Sum it all.', plan: planOf([...chain, ...fan, last]) });
    const task = await test.reach(id, undefined, 90_000);
    expect(task['error']).toBeNull();
    expect(JSON.stringify(task['final_result'])).toContain('48');
  }, 120_000);

  it('works on twenty subtasks that build on each other', async () => {
    const id = await test.submit({ description: 'Many things.' });
    const task = await test.reach(id, undefined, 110_000);
    expect(task).toMatchObject({ status: 'completed', error: null });
    expect(task['subtasks']).toHaveLength(SUBTASKS);
  }, 120_000);

  it('goes through deep feedback', async () => {
    const id = await test.submit({ description: 'With deep feedback.', constraints: { max_iterations: 10 } });
    const task = await test.reach(id, undefined, 110_000);
    expect(task).toMatchObject({ status: 'completed', error: null, subtasks: [{ iteration: ITERATIONS }] });
    const events = await test.office.meter.snapshot();
    const executions = test.office.engine.listExecutions(stateMachineArn('subtask')).length;
    // Step Functions ends an execution at 25,000 events; a state entered is about three.
    expect((events.transitions['subtask'] ?? 0) / executions).toBeLessThan(8_000);
  }, 120_000);
});
