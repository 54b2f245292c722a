import { describe, expect, it } from '@jest/globals';
import { createPlanner, PlanningStuckError } from '../../../lambdas/planner/planner.ts';
import { noArchives } from '../../../lambdas/shared/memory/no-archives.ts';
import type { StoredPlan } from '../../../lambdas/shared/stores/plan-store.ts';
import type { NewEvent } from '../../../schemas/events.ts';
import type { Json } from '../../../schemas/json.ts';
import { type PlannerResult, planDocumentSchema, type TaskContext } from '../../../schemas/roles.ts';
import { aPlan, aShelf, aStep } from '../../helpers/plans.ts';
import {
  aContext,
  briefOf,
  inline,
  inlineClaims,
  key,
  memoryLog,
  scriptedRouter,
} from '../../helpers/role-fakes.ts';

const draft = (steps: { step_id: string; expression: string; dependencies?: string[] }[]) => ({
  confidence: 0.9,
  steps: steps.map(({ step_id, expression, dependencies = [] }) => ({
    step_id,
    action: 'math_calculator',
    inputs: { expression },
    dependencies,
  })),
  result: { summary: 's' },
});
const documentOf = (steps: Parameters<typeof aPlan>[0], iteration = 1): StoredPlan => ({
  iteration,
  plan: aPlan(steps),
  result: {},
  rationale: '',
  carried: {},
  source: { provider: 'p', model: 'm' },
});

function planner(options: {
  answer?: unknown;
  earlier?: NewEvent[];
  plans?: StoredPlan[];
  context?: Partial<TaskContext>;
}) {
  const looks = { count: 0 };
  const { log, events } = memoryLog(options.earlier);
  const { router, requests } = scriptedRouter(
    () => options.answer ?? draft([{ step_id: 'a', expression: '1' }]),
  );
  const subject = createPlanner({
    log,
    plans: { list: async () => options.plans ?? [] },
    claims: inlineClaims,
    router,
    registry: { shelf: async () => aShelf() },
    archives: noArchives,
    workspaceOf: () => ({
      read: async () => ({ bytes: new Uint8Array(), etag: '' }),
      write: async (path) => ({ path, size: 0, etag: '', modified_at: '' }),
      list: async () => {
        looks.count += 1;
        return [];
      },
      stat: async () => null,
      remove: async () => undefined,
    }),
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  const plan = (
    changes: { iteration?: number; first?: number; resume?: boolean; prerequisites?: string[] } = {},
  ) =>
    subject.plan({
      ...key,
      subtask_id: 's1',
      context: inline(aContext(options.context)),
      subtask: inline({ subtask_id: 's1', description: 'Add.', prerequisites: changes.prerequisites ?? [] }),
      max_iterations: 2,
      resume: changes.resume ?? false,
      execution: 't1-r1_s1',
      previous: {
        iteration: changes.iteration ?? 0,
        ...(changes.first === undefined ? {} : { first_iteration: changes.first }),
      },
    });
  return { plan, events, requests, looks };
}

const noteOf = async ({ document }: PlannerResult) =>
  (await inlineClaims.checkOut(document, planDocumentSchema)).note;

const outcome = (step_id: string, status: string, extra: Record<string, Json> = {}): NewEvent => ({
  type: 'step.finished',
  subtask_id: 's1',
  iteration: 1,
  step_id,
  message: '',
  data: { outcome: { step_id, status, ...extra } },
});

describe('the planner', () => {
  it('plans the first iteration without reading anything', async () => {
    const { plan, events } = planner({});
    const result = await plan();
    expect(result).toMatchObject({
      iteration: 1,
      first_iteration: 1,
      gate: 't1-r1_s1#1',
      iterations_left: true,
    });
    expect(result.chains).toMatchObject([
      { rest: [], step: { step_id: 'a', gated: false, prerequisites: [], has_dependents: false } },
    ]);
    expect(events.map((event) => event.type)).toEqual(['model.called', 'plan.created']);
  });

  it('keeps finished steps after a REVISE: they are not planned again and their outputs can be used', async () => {
    const { plan, requests } = planner({
      earlier: [
        outcome('a', 'succeeded', { output: { inline: { value: 2 } } }),
        outcome('b', 'failed', { error: { name: 'InvalidExpression', message: 'unexpected )' } }),
        {
          type: 'review.finished',
          subtask_id: 's1',
          iteration: 1,
          message: '',
          data: { verdict: 'REVISE', feedback: 'Fix b.' },
        },
      ],
      plans: [documentOf([aStep({ step_id: 'a' }), aStep({ step_id: 'b', dependencies: ['a'] })])],
      answer: draft([
        { step_id: 'a', expression: '1 + 1' },
        { step_id: 'b2', expression: '${steps.a.output.value} * 3', dependencies: ['a'] },
      ]),
    });
    const result = await plan({ iteration: 1, first: 1 });
    expect(result).toMatchObject({ iteration: 2, iterations_left: false });
    expect(result.chains).toMatchObject([
      { rest: [], step: { step_id: 'b2', gated: false, prerequisites: [], has_dependents: false } },
    ]);
    const document = await inlineClaims.checkOut(result.document, planDocumentSchema);
    expect(document.carried).toEqual({ a: { inline: { value: 2 } } });
    const brief = briefOf(requests[0]);
    expect(brief['feedback']).toEqual(['Fix b.']);
    expect(brief['finished_steps']).toEqual([
      expect.objectContaining({ step_id: 'a', output: { value: 2 } }),
    ]);
    expect(brief['failed_steps']).toEqual([
      expect.objectContaining({
        step_id: 'b',
        error: { name: 'InvalidExpression', message: 'unexpected )' },
      }),
    ]);
  });

  it('takes a step for finished as it was planned when it ran, whatever a later plan made of it', async () => {
    const inputs = { expression: '5' };
    const skipped: NewEvent = {
      type: 'step.skipped',
      subtask_id: 's1',
      iteration: 2,
      step_id: 'b',
      message: '',
      data: { outcome: { step_id: 'b', status: 'skipped' } },
    };
    const { plan, requests } = planner({
      earlier: [
        outcome('b', 'succeeded', { output: { inline: { value: 2 } } }),
        { ...outcome('a', 'failed', { error: { name: 'x', message: 'y' } }), iteration: 2 },
        skipped,
      ],
      plans: [
        documentOf([aStep({ step_id: 'b' })]),
        documentOf([aStep({ step_id: 'a' }), aStep({ step_id: 'b', inputs, dependencies: ['a'] })], 2),
      ],
      answer: draft([
        { step_id: 'c', expression: '1' },
        { step_id: 'b', expression: '5' },
      ]),
    });
    const result = await plan({ iteration: 2, first: 1 });
    expect(result.chains.map(({ step }) => step?.step_id)).toEqual(['c', 'b']);
    expect(briefOf(requests[0])['finished_steps']).toMatchObject([
      { step_id: 'b', inputs: { expression: '1 + 1' } },
    ]);
  });

  it('looks at the files again only when a tool that sees them has run', async () => {
    const ran = (action: string): NewEvent => ({
      ...outcome('a', 'succeeded', { output: { inline: 1 } }),
      data: { action, outcome: { step_id: 'a', status: 'succeeded', output: { inline: 1 } } },
    });
    for (const [action, looked] of [
      ['math_calculator', 0],
      ['file_operations', 1],
      ['a_tool_nobody_knows', 1],
    ] as const) {
      const { plan, looks } = planner({ earlier: [ran(action)] });
      await plan({ iteration: 1, first: 1 });
      expect([action, looks.count]).toEqual([action, looked]);
    }
  });

  it('counts the objections, so that the policy can ask a larger model', async () => {
    const objection: NewEvent = {
      type: 'review.finished',
      subtask_id: 's1',
      iteration: 1,
      message: '',
      data: { verdict: 'REVISE', feedback: 'No.' },
    };
    const { plan, requests } = planner({ earlier: [objection] });
    await plan({ iteration: 1, first: 1 });
    expect(requests[0]).toMatchObject({ rejections: 1, task_kind: 'general' });
  });

  it('notes which memories did not hold on the subtask before', async () => {
    const created = (data: Record<string, Json>): NewEvent => ({
      type: 'plan.created',
      subtask_id: 's1',
      iteration: 1,
      message: '',
      data: { steps_hash: 'h', ...data },
    });
    const review = { verdict: 'REVISE', feedback: 'Wrong way round.' };
    const { plan } = planner({
      earlier: [
        created({ memory: 'misleading' }),
        { type: 'review.finished', subtask_id: 's1', iteration: 1, message: '', data: review },
      ],
    });
    expect(await noteOf(await plan({ iteration: 1, first: 1 }))).toMatchObject({
      shown: false,
      instead_of: ['misleading'],
    });
  });

  it('gives up when the plan that was turned down comes back', async () => {
    const first = planner({});
    await first.plan();
    const created = first.events.find((event) => event.type === 'plan.created') as NewEvent;
    const rejected: NewEvent = {
      type: 'approval.decided',
      subtask_id: 's1',
      iteration: 1,
      message: '',
      data: { outcome: 'rejected', by: 'ann', comment: 'Not now.' },
    };
    const { plan } = planner({ earlier: [created, rejected] });
    await expect(plan({ iteration: 1, first: 1 })).rejects.toThrow(PlanningStuckError);
    await expect(plan({ iteration: 1, first: 1 })).rejects.toThrow(/Not now/);
  });

  it('continues a redriven subtask after its last iteration, with iterations of its own', async () => {
    const { plan } = planner({
      earlier: [
        outcome('a', 'succeeded', { output: { inline: 1 } }),
        { type: 'plan.created', subtask_id: 's1', iteration: 2, message: '', data: {} },
      ],
      plans: [documentOf([aStep({ step_id: 'a' })])],
      answer: draft([{ step_id: 'b', expression: '2' }]),
    });
    expect(await plan({ resume: true })).toMatchObject({
      iteration: 3,
      first_iteration: 3,
      iterations_left: true,
    });
  });

  it('uses a given plan as it is, and leaves out what has finished when it runs again', async () => {
    const given = aPlan([aStep({ step_id: 'a' }), aStep({ step_id: 'b', dependencies: ['a'] })]);
    const once = planner({ context: { given_plan: inline(given) } });
    const planned = await once.plan();
    expect(planned.chains).toMatchObject([{ step: { step_id: 'a' }, rest: [{ step_id: 'b' }] }]);
    expect(once.requests).toHaveLength(0);
    expect(await noteOf(planned)).toMatchObject({ shown: true, instead_of: [] });
    const again = planner({
      context: { given_plan: inline(given) },
      earlier: [
        outcome('a', 'succeeded', { output: { inline: 1 } }),
        outcome('b', 'failed', { error: { name: 'x', message: 'y' } }),
      ],
      plans: [documentOf(given.steps)],
    });
    expect((await again.plan({ iteration: 1, first: 1 })).chains).toMatchObject([
      { step: { step_id: 'b', gated: false }, rest: [] },
    ]);
  });

  it('takes no step of a given plan for finished because of its name', async () => {
    const dependencies = ['constructor'];
    const given = aPlan([aStep({ step_id: 'constructor' }), aStep({ step_id: 'toString', dependencies })]);
    const { plan } = planner({ context: { given_plan: inline(given) } });
    expect((await plan()).chains).toMatchObject([
      { step: { step_id: 'constructor' }, rest: [{ step_id: 'toString' }] },
    ]);
  });

  it('gives the results of prerequisites in the order the task names them, whichever ended first', async () => {
    const finished = (subtask_id: string): NewEvent => ({
      type: 'subtask.finished',
      subtask_id,
      message: '',
      data: { result: { inline: subtask_id } },
    });
    const { plan, requests } = planner({ earlier: [finished('second'), finished('first')] });
    await plan({ prerequisites: ['first', 'second'] });
    const { prerequisite_results } = briefOf(requests[0]);
    expect(Object.entries(prerequisite_results as object)).toEqual([
      ['first', 'first'],
      ['second', 'second'],
    ]);
  });

  it('shows the results of prerequisites to the model', async () => {
    const finished: NewEvent = {
      type: 'subtask.finished',
      subtask_id: 's0',
      message: '',
      data: { result: { inline: { mean: 3 } } },
    };
    const { plan, requests } = planner({ earlier: [finished] });
    await plan({ prerequisites: ['s0'] });
    expect(briefOf(requests[0])['prerequisite_results']).toEqual({ s0: { mean: 3 } });
  });
});
