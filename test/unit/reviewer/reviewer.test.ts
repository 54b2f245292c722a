import { describe, expect, it } from '@jest/globals';
import { createReviewer, StepInDoubtError } from '../../../lambdas/reviewer/reviewer.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import type { StepOutcome } from '../../../schemas/roles.ts';
import { aPlan, aStep } from '../../helpers/plans.ts';
import {
  aContext,
  briefOf,
  inline,
  inlineClaims,
  key,
  memoryLog,
  scriptedRouter,
} from '../../helpers/role-fakes.ts';

const approving = { verdict: 'APPROVE', feedback: '', summary: 'It is 2.' };

function review(options: {
  steps: StepOutcome[];
  result?: JsonObject;
  answer?: unknown;
  carried?: JsonObject;
}) {
  const plan = aPlan([aStep({ step_id: 'a' })]);
  const { log, events } = memoryLog();
  const { router, requests } = scriptedRouter(() => options.answer ?? approving);
  const subject = createReviewer({ log, claims: inlineClaims, router });
  const outcome = subject.review({
    ...key,
    subtask_id: 's1',
    iteration: 1,
    max_iterations: 3,
    context: inline(aContext()),
    plan_hash: 'h',
    document: inline({
      plan,
      result: options.result ?? {},
      rationale: '',
      carried: options.carried ?? {},
      source: { provider: 'p', model: 'm' },
    }),
    subtask: inline({ subtask_id: 's1', description: 'Add.' }),
    steps: options.steps,
  });
  return { outcome, events, requests };
}
const succeeded: StepOutcome = { step_id: 'a', status: 'succeeded', output: inline({ value: 2 }) };

describe('the reviewer', () => {
  it('approves with the plan’s result, its references resolved', async () => {
    const { outcome, events } = review({
      steps: [succeeded],
      result: { summary: 'The sum is ${steps.a.output.value}.', sum: '${steps.a.output.value}' },
    });
    expect(await outcome).toMatchObject({
      verdict: 'APPROVE',
      result: { inline: { summary: 'The sum is 2.', sum: 2 } },
    });
    expect(events.map((event) => event.type)).toEqual([
      'model.called',
      'review.finished',
      'subtask.finished',
    ]);
  });

  it('answers with the outputs of the steps and its own summary when the plan proposed nothing', async () => {
    expect(await review({ steps: [succeeded] }).outcome).toMatchObject({
      result: { inline: { summary: 'It is 2.', steps: { a: { value: 2 } } } },
    });
  });

  it('can’t approve what failed, whatever the model says', async () => {
    const failed: StepOutcome = {
      step_id: 'a',
      status: 'failed',
      error: { name: 'FileNotFound', message: 'no data.csv' },
    };
    const { outcome, events } = review({ steps: [failed] });
    expect(await outcome).toMatchObject({
      verdict: 'REVISE',
      feedback: expect.stringContaining('no data.csv'),
    });
    expect(events.some((event) => event.type === 'subtask.finished')).toBe(false);
  });

  it('can’t approve a result whose values are missing', async () => {
    expect(
      await review({ steps: [succeeded], result: { x: '${steps.a.output.nothing}' } }).outcome,
    ).toMatchObject({
      verdict: 'REVISE',
      feedback: expect.stringContaining('nothing'),
    });
  });

  it('passes REVISE and ESCALATE on', async () => {
    const answer = (verdict: string) => ({ verdict, feedback: 'Look.' });
    expect(await review({ steps: [succeeded], answer: answer('REVISE') }).outcome).toMatchObject({
      verdict: 'REVISE',
      feedback: 'Look.',
    });
    expect(await review({ steps: [succeeded], answer: answer('ESCALATE') }).outcome).toMatchObject({
      verdict: 'ESCALATE',
    });
  });

  it('asks no model to go on from a step that may or may not have run', async () => {
    const { outcome, requests } = review({
      steps: [{ step_id: 'a', status: 'in_doubt', error: { name: 'InDoubt', message: '?' } }],
    });
    await expect(outcome).rejects.toBeInstanceOf(StepInDoubtError);
    expect(requests).toHaveLength(0);
  });

  it('shows long outputs cut, and says so', async () => {
    const { outcome, requests } = review({
      steps: [{ ...succeeded, output: inline({ text: 'x'.repeat(50_000) }) }],
    });
    await outcome;
    const brief = briefOf(requests[0]);
    expect(JSON.stringify(brief).length).toBeLessThan(10_000);
    expect(brief['steps']).toEqual([expect.objectContaining({ truncated: true })]);
  });
});
