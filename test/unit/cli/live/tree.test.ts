import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pc from 'picocolors';
import { width } from '../../../../scripts/cli/format.ts';
import { render } from '../../../../scripts/cli/live/render.ts';
import { applyEvent, type LiveState, newState } from '../../../../scripts/cli/live/state.ts';
import type { TaskEvent } from '../../../../scripts/cli/views.ts';

const FIRST = Date.parse('2026-01-02T03:04:05.000Z');

function stateAfter(events: readonly Partial<TaskEvent>[]): LiveState {
  const state = newState('task-1', 'Do two things');
  for (const [index, event] of events.entries()) {
    applyEvent(state, { type: '', at: new Date(FIRST + index * 1_000).toISOString(), ...event });
  }
  return state;
}

function picture(state: LiveState, size = { columns: 90, rows: 24 }, now = FIRST + 60_000): string[] {
  return render(state, { now, frame: '*', colors: pc.createColors(false), ...size }).split('\n');
}

const decomposed = {
  type: 'task.decomposed',
  status: 'planning',
  data: {
    subtasks: [
      { subtask_id: 'a', description: 'First', prerequisites: [] },
      { subtask_id: 'b', description: 'Second', prerequisites: ['a'] },
    ],
  },
};
const planOf = (...steps: string[]) => ({
  type: 'plan.created',
  subtask_id: 'a',
  data: { steps: steps.map((step_id) => ({ step_id, action: 'file_operations', dependencies: [] })) },
});
const finished = (step_id: string, data: object) => ({
  type: 'step.finished',
  subtask_id: 'a',
  step_id,
  data: { ...data },
});

describe('the live tree', () => {
  it('shows what runs, what waits and for what', () => {
    const state = stateAfter([
      decomposed,
      { type: 'subtask.started', subtask_id: 'a' },
      planOf('read', 'write'),
      { type: 'step.started', subtask_id: 'a', step_id: 'read' },
      finished('read', { status: 'succeeded', duration_ms: 250, cost: { usd: 0.002, tokens: 5 } }),
      { type: 'step.started', subtask_id: 'a', step_id: 'write' },
      { type: 'model.called', subtask_id: 'a', data: { cost: { usd: 0.01, tokens: 1_200 } } },
    ]);

    expect(picture(state, { columns: 72, rows: 24 }, FIRST + 7_000)).toEqual([
      '* Do two things',
      '├─ * First  executing                                    6.0 s   $0.012',
      '│  ├─ ✔ read  file_operations                           250 ms   $0.002',
      '│  └─ * write  file_operations                           2.0 s',
      '└─ ○ Second  after a',
      'planning · 1 of 2 steps · 7.0 s · $0.012 · 1,205 tokens',
    ]);
  });

  it('says the status that the last event set, whichever part of the task it was about', () => {
    const state = stateAfter([
      decomposed,
      { type: 'plan.authorized', status: 'executing', subtask_id: 'a' },
      { type: 'subtask.finished', status: 'succeeded', subtask_id: 'a' },
    ]);

    expect(picture(state).at(-1)).toBe('executing · 1 min 00 s · $0');
  });

  it('counts the time from when the task was handed in', () => {
    const state = newState('task-1', 'Do two things', new Date(FIRST - 5_000).toISOString());
    applyEvent(state, { ...decomposed, at: new Date(FIRST).toISOString() });

    expect(picture(state, undefined, FIRST + 1_000).at(-1)).toBe('planning · 6.0 s · $0');
  });

  it('spends a narrow terminal on whole names', () => {
    const state = stateAfter([
      decomposed,
      planOf('calculate'),
      finished('calculate', { duration_ms: 4_000 }),
    ]);

    expect(picture(state, { columns: 40, rows: 24 })[2]).toContain('✔ calculate ');
  });

  it('keeps finished steps when a revision brings a new plan, and says why', () => {
    const state = stateAfter([
      decomposed,
      planOf('read', 'write'),
      finished('read', { status: 'succeeded' }),
      { ...finished('write', { status: 'failed' }), message: 'no space' },
      {
        type: 'review.finished',
        subtask_id: 'a',
        data: { verdict: 'REVISE', feedback: 'The mean is missing' },
      },
      { ...planOf('compute'), iteration: 2 },
    ]);

    expect(state.subtasks[0]?.steps.map(({ id, mark }) => [id, mark])).toEqual([
      ['read', 'done'],
      ['compute', 'waiting'],
    ]);
    expect(picture(state).join('\n')).toContain('↻ revise: The mean is missing');
    expect(picture(state).join('\n')).toContain('iteration 2');
  });

  it('names the approval a person must decide until it is decided', () => {
    const request = {
      type: 'approval.requested',
      subtask_id: 'a',
      message: 'High risk',
      data: { approval_id: 'ap-1' },
    };
    const waiting = stateAfter([decomposed, request]);

    expect(picture(waiting).join('\n')).toContain('▲ High risk\n  npm run office -- approve ap-1');
    // Half an id is of no use: a narrow terminal is told where to find all of it.
    expect(picture(waiting, { columns: 32, rows: 24 })).toContain('  npm run office -- approvals');

    applyEvent(waiting, {
      type: 'approval.decided',
      at: new Date(FIRST).toISOString(),
      subtask_id: 'a',
      data: { approval_id: 'ap-1', decision: 'approved' },
    });
    expect(picture(waiting).join('\n')).not.toContain('ap-1');
  });

  it('shows a budget hold until it is lifted, and how the task ended', () => {
    const held = stateAfter([
      { type: 'budget.exhausted', status: 'awaiting_budget', message: 'The day is spent' },
    ]);

    expect(picture(held)).toEqual([
      '* Do two things',
      '▲ The day is spent',
      'awaiting budget · 1 min 00 s · $0',
    ]);

    applyEvent(held, { type: 'budget.resumed', at: new Date(FIRST).toISOString() });
    applyEvent(held, {
      type: 'task.failed',
      at: new Date(FIRST + 2_000).toISOString(),
      message: 'No plan worked',
    });
    expect(picture(held)).toEqual(['✖ Do two things', '▲ No plan worked', 'failed · 2.0 s · $0']);
  });

  it('folds to the height of the terminal, finished subtasks first', () => {
    const events: Partial<TaskEvent>[] = [
      decomposed,
      planOf('read', 'write'),
      { type: 'subtask.finished', subtask_id: 'a' },
    ];
    events.push({ type: 'subtask.started', subtask_id: 'b' }, { ...planOf('last'), subtask_id: 'b' });
    const lines = picture(stateAfter(events), { columns: 90, rows: 8 });

    expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      '* Do two things',
      '├─ ✔ First',
      '└─ * Second',
      '└─ ○ last',
      'planning · 0 of 3 steps · 1 min 00 s · $0',
    ]);
    expect(lines[1]).toContain('2 steps');
  });

  it('stays inside the terminal and never throws, whatever happens', () => {
    const types = [
      'task.decomposed',
      'subtask.started',
      'plan.created',
      'plan.rejected',
      'approval.requested',
      'step.started',
      'step.finished',
      'step.skipped',
      'review.finished',
      'subtask.finished',
      'subtask.failed',
      'budget.exhausted',
      'model.called',
      'task.failed',
      'other',
    ];
    const id = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { nil: undefined });
    const event = fc.record({
      type: fc.constantFrom(...types),
      at: fc.constant('2026-01-02T03:04:05Z'),
      subtask_id: id,
      step_id: id,
      message: fc.string({ unit: 'grapheme', maxLength: 200 }),
      data: fc.oneof(
        fc.dictionary(fc.constantFrom('steps', 'subtasks', 'cost', 'status', 'approval_id'), fc.jsonValue()),
        fc.constant(decomposed.data),
        fc.constant(planOf('read', 'a-step-with-a-rather-long-name-of-its-own').data),
      ),
    });
    const at = '2026-01-02T03:04:05Z' as const;
    const dear = (cost: number) =>
      ({
        at,
        type: 'step.finished',
        subtask_id: 'a',
        step_id: undefined,
        message: '',
        data: { cost },
      }) as const;
    const split = {
      at,
      type: 'task.decomposed',
      subtask_id: undefined,
      step_id: undefined,
      message: '',
      data: decomposed.data,
    };
    const example = (cost: number): [(ReturnType<typeof dear> | typeof split)[], number, number] => [
      [dear(cost), split],
      40,
      12,
    ];
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 40, max: 140 }),
        fc.integer({ min: 12, max: 40 }),
        (events, columns, rows) => {
          const state = newState('task-1', 'A task 日本語 '.repeat(20));
          for (const each of events) applyEvent(state, each as TaskEvent);
          // Each undecided approval takes two lines of its own.
          const allowed = Math.max(rows, 6 + 2 * state.approvals.size + 1);
          const lines = picture(state, { columns, rows });
          expect(lines.length).toBeLessThanOrEqual(allowed);
          for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
        },
      ),
      {
        numRuns: 150,
        examples: [999_999.995, 99_999_999.995, 1e20, 1e300].map(example),
      },
    );
  });
});
