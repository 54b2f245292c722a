import { describe, expect, it } from '@jest/globals';
import { composePlan, hashOfSteps, stepItems } from '../../../lambdas/planner/compose.ts';
import { type PlanDraft, planSchema } from '../../../schemas/plan.ts';
import { aStep } from '../../helpers/plans.ts';

const place = {
  task_id: '01TASK',
  subtask_id: 's1',
  iteration: 2,
  priority: 1,
  now: new Date('2026-01-02T03:04:05Z'),
};
const draftOf = (steps: PlanDraft['steps']): PlanDraft => ({
  confidence: 0.9,
  rationale: '',
  steps,
  result: {},
});
const draftStep = (step_id: string, dependencies: string[] = [], expression = '1') => {
  const { idempotency_key: _key, ...step } = aStep({ step_id, dependencies, inputs: { expression } });
  return step;
};

describe('composing a plan', () => {
  it('fills in ids, keys and metadata so that it fits the contract', () => {
    const plan = composePlan(draftOf([draftStep('a')]), place, new Map());
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ plan_id: '01TASK-s1-2', metadata: { required_tools: ['math_calculator'] } });
  });

  it('gives the same step with the same inputs the same key, and another with other inputs', () => {
    const keyOf = (expression: string) =>
      composePlan(draftOf([draftStep('a', [], expression)]), place, new Map()).steps[0]?.idempotency_key;
    expect(keyOf('1')).toBe(keyOf('1'));
    expect(keyOf('1')).not.toBe(keyOf('2'));
  });

  it('orders steps topologically', () => {
    const plan = composePlan(
      draftOf([draftStep('c', ['b']), draftStep('b', ['a']), draftStep('a')]),
      place,
      new Map(),
    );
    expect(plan.steps.map((step) => step.step_id)).toEqual(['a', 'b', 'c']);
  });

  it('keeps a cycle for the validator to report', () => {
    const plan = composePlan(draftOf([draftStep('a', ['b']), draftStep('b', ['a'])]), place, new Map());
    expect(plan.steps).toHaveLength(2);
  });

  it('leaves out finished steps and what depended on them', () => {
    const finished = new Map([['a', { action: 'math_calculator', inputs: { expression: '1' } }]]);
    const plan = composePlan(
      draftOf([draftStep('a'), draftStep('b', ['a'], '${steps.a.output.value}')]),
      place,
      finished,
    );
    expect(plan.steps.map((step) => [step.step_id, step.dependencies])).toEqual([['b', []]]);
  });

  it('plans finished steps again with their dependencies when the draft has nothing else', () => {
    const second = draftStep('b', ['a'], '${steps.a.output.value}');
    const finished = new Map(
      [draftStep('a'), second].map(({ step_id, action, inputs }) => [step_id, { action, inputs }]),
    );
    const plan = composePlan(draftOf([draftStep('a'), second]), place, finished);
    expect(plan.steps.map((step) => [step.step_id, step.dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
  });

  it('runs a step of a finished name again when its inputs changed', () => {
    const finished = new Map([['a', { action: 'math_calculator', inputs: { expression: '2' } }]]);
    const plan = composePlan(draftOf([draftStep('a'), draftStep('b', ['a'])]), place, finished);
    expect(plan.steps.map((step) => [step.step_id, step.dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
  });

  it('hashes what a plan does, not when or under which id', () => {
    const one = composePlan(draftOf([draftStep('a')]), place, new Map());
    const two = composePlan(
      draftOf([draftStep('a')]),
      { ...place, iteration: 3, now: new Date() },
      new Map(),
    );
    expect(hashOfSteps(one.steps)).toBe(hashOfSteps(two.steps));
  });

  it('tells the execution who waits for whom', () => {
    expect(stepItems([aStep({ step_id: 'b', dependencies: ['a'] }), aStep({ step_id: 'a' })])).toEqual([
      { step_id: 'a', gated: false, prerequisites: [], has_dependents: true },
      { step_id: 'b', gated: true, prerequisites: ['a'], has_dependents: false },
    ]);
  });
});
