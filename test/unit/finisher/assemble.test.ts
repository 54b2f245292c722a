import { describe, expect, it } from '@jest/globals';
import { assembleResult, costOf, lastSubtasks } from '../../../lambdas/finisher/assemble.ts';
import type { TaskEvent } from '../../../schemas/events.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const event = (type: TaskEvent['type'], data: JsonObject): TaskEvent => ({
  id: '1',
  at: '2026-01-01T00:00:00.000Z',
  type,
  message: '',
  data,
});

describe('the final result', () => {
  it('of one subtask has its fields at the top', () => {
    const result = { summary: 'main → b', path: ['main', 'b'] };
    expect(assembleResult([{ subtask_id: 's1', result }], ['s1'])).toEqual({
      ...result,
      outputs: { s1: result },
    });
  });

  it('of a chain has the last one’s fields and everybody’s summary', () => {
    const results = [
      { subtask_id: 'a', result: { summary: 'Read.', rows: 3 } },
      { subtask_id: 'b', result: { summary: 'Mean is 2.', mean: 2 } },
    ];
    expect(assembleResult(results, ['b'])).toEqual({
      summary: 'Read.\nMean is 2.',
      mean: 2,
      outputs: { a: results[0]?.result, b: results[1]?.result },
    });
  });

  it('of independent subtasks lists outputs only', () => {
    const results = [
      { subtask_id: 'a', result: { summary: 'A.' } },
      { subtask_id: 'b', result: { summary: 'B.' } },
    ];
    expect(Object.keys(assembleResult(results, ['a', 'b']))).toEqual(['summary', 'outputs']);
  });

  it('knows which subtasks nobody builds on', () => {
    const subtasks = [
      { subtask_id: 'a', description: 'x' },
      { subtask_id: 'b', description: 'x', prerequisites: ['a'] },
      { subtask_id: 'c', description: 'x' },
    ];
    expect(lastSubtasks([event('task.decomposed', { subtasks })])).toEqual(['b', 'c']);
  });

  it('costs what its model calls and steps cost', () => {
    expect(
      costOf([
        event('model.called', { cost: { usd: 0.25, tokens: 100 } }),
        event('step.finished', { cost: { usd: 0.5, tokens: 10 } }),
        event('plan.created', { cost: { usd: 9, tokens: 9 } }),
      ]),
    ).toEqual({ usd: 0.75, tokens: 110 });
  });
});
