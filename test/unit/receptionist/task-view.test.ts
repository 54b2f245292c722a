import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { monotonicFactory } from 'ulid';
import { foldTask } from '../../../lambdas/receptionist/task-view.ts';
import { eventTypes, type TaskEvent, taskEventSchema } from '../../../schemas/events.ts';
import { subtaskViewSchema } from '../../../schemas/http.ts';
import { taskStatuses } from '../../../schemas/task.ts';

const nextId = monotonicFactory();
const event = (type: TaskEvent['type'], rest: Partial<TaskEvent> = {}): TaskEvent => ({
  id: nextId(),
  at: '2026-05-01T12:00:00.000Z',
  type,
  message: type,
  ...rest,
});

const decomposed = event('task.decomposed', {
  status: 'planning',
  data: {
    subtasks: [
      { subtask_id: 'a', description: 'first', prerequisites: [] },
      { subtask_id: 'b', description: 'second', prerequisites: ['a'] },
    ],
  },
});
const planned = event('plan.created', {
  status: 'validating',
  subtask_id: 'a',
  iteration: 1,
  data: { steps: [{ step_id: 's1', action: 'math_calculator', dependencies: [] }] },
});
const finished = event('step.finished', {
  status: 'executing',
  subtask_id: 'a',
  step_id: 's1',
  iteration: 1,
  at: '2026-05-01T12:00:02.000Z',
  data: { status: 'succeeded', duration_ms: 1_500, cost: { usd: 0.25, tokens: 10 } },
});

describe('foldTask', () => {
  it('shows a task without events as submitted', () => {
    expect(foldTask([])).toEqual({
      status: 'submitted',
      current_step: null,
      progress: 0,
      subtasks: [],
      cost: { usd: 0, tokens: 0 },
      error: null,
    });
  });

  it('builds the tree of subtasks and steps', () => {
    const { subtasks, status } = foldTask([decomposed, planned, finished]);
    expect(status).toBe('executing');
    expect(subtasks).toMatchObject([
      {
        subtask_id: 'a',
        description: 'first',
        status: 'validating',
        iteration: 1,
        steps: [{ step_id: 's1', action: 'math_calculator', status: 'succeeded' }],
      },
      { subtask_id: 'b', status: 'waiting', prerequisites: ['a'] },
    ]);
  });

  it('derives the start of a step that was too short to be announced', () => {
    expect(foldTask([planned, finished]).subtasks[0]?.steps[0]).toMatchObject({
      started_at: '2026-05-01T12:00:00.500Z',
      ended_at: '2026-05-01T12:00:02.000Z',
    });
  });

  it('sums the cost of models and steps, over the task and by subtask', () => {
    const model = event('model.called', { subtask_id: 'a', data: { cost: { usd: 0.5, tokens: 100 } } });
    const other = event('model.called', { data: { cost: { usd: 1, tokens: 1 } } });
    const folded = foldTask([model, other, planned, finished]);
    expect(folded.cost).toEqual({ usd: 1.75, tokens: 111 });
    expect(folded.subtasks[0]?.cost).toEqual({ usd: 0.75, tokens: 110 });
  });

  it('waits for a person while any question is open, whatever else goes on', () => {
    const asked = event('approval.requested', {
      status: 'awaiting_approval',
      subtask_id: 'a',
      iteration: 1,
      data: { approval_id: 't:a:1:approval' },
    });
    const elsewhere = event('step.started', { status: 'executing', subtask_id: 'b', step_id: 's' });
    expect(foldTask([planned, asked, elsewhere]).status).toBe('awaiting_approval');
    const approved = event('approval.decided', {
      subtask_id: 'a',
      iteration: 1,
      data: { approval_id: 't:a:1:approval', outcome: 'approved' },
    });
    expect(foldTask([planned, asked, approved]).status).toBe('executing');
  });

  it('closes every question about a plan when it expires', () => {
    const asked = event('approval.requested', { subtask_id: 'a', iteration: 2, data: { approval_id: 'x' } });
    const expired = event('approval.decided', {
      subtask_id: 'a',
      iteration: 2,
      data: { outcome: 'expired' },
    });
    expect(foldTask([asked, expired]).status).toBe('planning');
  });

  it('waits for money until the hold is lifted', () => {
    const held = event('budget.exhausted', { status: 'awaiting_budget', data: { place: 'subtask:plan' } });
    const resumed = event('budget.resumed', { status: 'executing', data: { place: 'subtask:plan' } });
    expect(foldTask([planned, held]).status).toBe('awaiting_budget');
    expect(foldTask([planned, held, resumed]).status).toBe('executing');
  });

  it('keeps what succeeded when a plan is made again', () => {
    const revise = event('review.finished', {
      status: 'planning',
      subtask_id: 'a',
      iteration: 1,
      data: { verdict: 'REVISE', feedback: 'Round it.' },
    });
    const again = event('plan.created', {
      subtask_id: 'a',
      iteration: 2,
      data: { steps: [{ step_id: 's2', action: 'math_calculator', dependencies: [] }] },
    });
    expect(foldTask([planned, finished, revise, again]).subtasks[0]).toMatchObject({
      iteration: 2,
      feedback: ['Round it.'],
      steps: [
        { step_id: 's1', status: 'succeeded' },
        { step_id: 's2', status: 'waiting' },
      ],
    });
  });

  it('forgets an earlier end when the task is redriven', () => {
    const failed = event('task.failed', { status: 'failed', data: { error: { name: 'X', message: 'y' } } });
    expect(foldTask([decomposed, failed])).toMatchObject({
      status: 'failed',
      error: { name: 'X', message: 'y' },
    });
    const again = event('task.submitted', { status: 'submitted' });
    expect(foldTask([decomposed, failed, again])).toMatchObject({ status: 'submitted', error: null });
  });

  it('names the running step', () => {
    const started = event('step.started', { subtask_id: 'a', step_id: 's1' });
    expect(foldTask([planned, started]).current_step).toBe('a/s1');
  });

  const anyEvent = fc
    .record(
      {
        type: fc.constantFrom(...eventTypes),
        status: fc.constantFrom(...taskStatuses),
        subtask_id: fc.constantFrom('a', 'b'),
        step_id: fc.constantFrom('s1', 's2'),
        iteration: fc.integer({ min: 1, max: 3 }),
        data: fc.oneof(
          fc.constant(decomposed.data ?? {}),
          fc.constant(planned.data ?? {}),
          fc.constant(finished.data ?? {}),
          fc.dictionary(
            fc.constantFrom(
              'subtasks',
              'steps',
              'cost',
              'outcome',
              'verdict',
              'approval_id',
              'place',
              'duration_ms',
            ),
            fc.jsonValue({ maxDepth: 2 }),
          ),
        ),
      },
      { requiredKeys: ['type'] },
    )
    .map(({ type, ...rest }) =>
      taskEventSchema.parse({ ...event(type), ...JSON.parse(JSON.stringify(rest)) }),
    );

  it('folds any prefix of any log into a valid view whose progress only grows within a run', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (log) => {
        let before = 0;
        for (let length = 0; length <= log.length; length += 1) {
          const folded = foldTask(log.slice(0, length));
          expect(taskStatuses).toContain(folded.status);
          expect(folded.progress).toBeGreaterThanOrEqual(0);
          expect(folded.progress).toBeLessThanOrEqual(1);
          const type = log[length - 1]?.type;
          if (type !== 'task.submitted' && type !== 'task.started') {
            expect(folded.progress).toBeGreaterThanOrEqual(before);
          }
          before = folded.progress;
          subtaskViewSchema.array().parse(folded.subtasks);
        }
      }),
      { numRuns: 150 },
    );
  });
});
