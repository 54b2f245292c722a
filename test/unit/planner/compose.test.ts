import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composePlan, hashOfSteps, stepChains } from '../../../lambdas/planner/compose.ts';
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
    const finished = new Map([
      ['a', { action: 'math_calculator', inputs: { expression: '1' }, iteration: 1 }],
    ]);
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
      [draftStep('a'), second].map(({ step_id, action, inputs }) => [
        step_id,
        { action, inputs, iteration: 1 },
      ]),
    );
    const plan = composePlan(draftOf([draftStep('a'), second]), place, finished);
    expect(plan.steps.map((step) => [step.step_id, step.dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
  });

  it('runs a step of a finished name again when its inputs changed', () => {
    const finished = new Map([
      ['a', { action: 'math_calculator', inputs: { expression: '2' }, iteration: 1 }],
    ]);
    const plan = composePlan(draftOf([draftStep('a'), draftStep('b', ['a'])]), place, finished);
    expect(plan.steps.map((step) => [step.step_id, step.dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
  });

  describe('when a step that others build on is planned anew', () => {
    const asFinished = (iterations: Record<string, number>, ...steps: PlanDraft['steps']) =>
      new Map(
        steps.map(({ step_id, action, inputs }) => [
          step_id,
          { action, inputs, iteration: iterations[step_id] ?? 1 },
        ]),
      );
    const second = draftStep('b', ['a'], '${steps.a.output.value}');
    const third = draftStep('c', ['b'], '${steps.b.output.value}');
    const idsOf = (draft: PlanDraft['steps'], finished: Parameters<typeof composePlan>[2]) =>
      composePlan(draftOf(draft), place, finished).steps.map((step) => step.step_id);

    it('runs those that used what it gave before again', () => {
      const finished = asFinished({}, draftStep('a'), second, third, draftStep('d'));
      const draft = [draftStep('a', [], '2'), second, third, draftStep('d')];
      expect(idsOf(draft, finished)).toEqual(['a', 'b', 'c']);
    });

    it('runs those again that finished before it did', () => {
      const anew = draftStep('a', [], '2');
      const finished = asFinished({ a: 2 }, anew, second);
      expect(idsOf([anew, second, third], finished)).toEqual(['b', 'c']);
      expect(idsOf([{ ...second, dependencies: [] }, third], finished)).toEqual(['b', 'c']);
    });
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

  describe('tells the execution', () => {
    /** `head>inner>inner` for each chain; `!` for one that waits at the gate, `+` for one that others wait for. */
    const chainsOf = (steps: Record<string, string[]>): string[] =>
      stepChains(
        Object.entries(steps).map(([step_id, dependencies]) => aStep({ step_id, dependencies })),
      ).map(({ step, rest }) =>
        [step, ...rest]
          .map((item) => `${item?.step_id}${item?.gated ? '!' : ''}${item?.has_dependents ? '+' : ''}`)
          .join('>'),
      );

    it.each([
      ['one after the other', { c: ['b'], b: ['a'], a: [] }, ['a>b>c']],
      ['side by side', { a: [], b: [] }, ['a', 'b']],
      ['a fork', { a: [], b: ['a'], c: ['a'] }, ['a+', 'b!', 'c!']],
      ['a join', { a: [], b: [], c: ['a', 'b'] }, ['a+', 'b+', 'c!']],
      [
        'a fork that joins',
        { a: [], b: ['a'], c: ['b'], d: ['a'], e: ['c', 'd'], f: ['e'] },
        ['a+', 'b!>c+', 'd!+', 'e!>f'],
      ],
      ['what is not planned any more', { b: ['finished'] }, ['b']],
    ])('who waits for whom: %s', (_case, steps, chains) => {
      expect(chainsOf(steps)).toEqual(chains);
    });

    it('nothing of a cycle, which the validator reports', () => {
      expect(chainsOf({ a: ['b'], b: ['a'], c: ['c'] })).toEqual(['c']);
    });

    it('an end of steps that share an id and go round, which the validator reports too', () => {
      const steps = Object.entries({ c: [], a: ['c'], b: ['a'], d: ['b'] }).map(([id, dependencies]) =>
        aStep({ step_id: id === 'd' ? 'a' : id, dependencies }),
      );
      expect(stepChains(steps).map(({ step, rest }) => [step?.step_id, rest])).toEqual([['c', []]]);
    });

    it('the gate of a step inside a chain when a step of another chain refers to it', () => {
      const refersTo = (id: string) => ({ expression: `\${steps.${id}.output.value}` });
      const chains = stepChains([
        aStep({ step_id: 'a' }),
        aStep({ step_id: 'b', dependencies: ['a'] }),
        aStep({ step_id: 'c', dependencies: ['b'], inputs: refersTo('a') }),
        aStep({ step_id: 'd', dependencies: ['c'], inputs: refersTo('c') }),
        aStep({ step_id: 'e', dependencies: ['d'], inputs: refersTo('d') }),
        aStep({ step_id: 'f', dependencies: ['d'] }),
        aStep({ step_id: 'g', dependencies: ['f'], inputs: refersTo('b') }),
      ]);
      const told = chains.flatMap(({ step, rest }) =>
        [step, ...rest].flatMap((item) => (item?.has_dependents ? [item.step_id] : [])),
      );
      expect(chains.map(({ step, rest }) => [step, ...rest].map((item) => item?.step_id))).toEqual([
        ['a', 'b', 'c', 'd'],
        ['e'],
        ['f', 'g'],
      ]);
      expect(told).toEqual(['b', 'd']);
    });

    it('each step once, with no chain before one that it waits for', () => {
      const dag = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), { maxLength: 12 });
      fc.assert(
        fc.property(dag, (needs) => {
          const steps = needs.map((of, i) =>
            aStep({
              step_id: `s${i}`,
              dependencies: [...new Set(of)].filter((n) => n < i).map((n) => `s${n}`),
            }),
          );
          const chains = stepChains(steps);
          const items = chains.flatMap(({ step, rest }) => (step === null ? rest : [step, ...rest]));
          expect(items.map((item) => item.step_id).sort()).toEqual(steps.map((step) => step.step_id).sort());
          const released = new Set(items.flatMap((item) => (item.has_dependents ? [item.step_id] : [])));
          const awaited = items.flatMap((item) => (item.gated ? item.prerequisites : []));
          expect(new Set(awaited)).toEqual(released);
          for (const { rest, step } of chains)
            rest.forEach((item, i) => {
              expect(item.prerequisites).toEqual([[step, ...rest][i]?.step_id]);
            });
          // Topological, so that the Map's forty at a time can't wait for each other.
          const place = new Map(
            chains.flatMap(({ step, rest }, i) => [step, ...rest].map((item) => [item?.step_id, i])),
          );
          for (const [i, { step }] of chains.entries())
            for (const id of step?.prerequisites ?? []) expect(place.get(id)).toBeLessThan(i);
        }),
      );
    });
  });
});
