import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../../../lambdas/morgue/classify.ts';
import type { TaskEvent } from '../../../schemas/events.ts';

const event = (type: TaskEvent['type'], extra: Partial<TaskEvent> = {}): TaskEvent => ({
  id: '1',
  at: '2026-01-01T00:00:00.000Z',
  type,
  message: '',
  ...extra,
});
const failed = (error: string) =>
  event('subtask.failed', { subtask_id: 's2', data: { error, cause: 'why', plan_hash: 'h' } });

describe('a diagnosis', () => {
  it('comes from what the subtask stored, not from the execution’s Cause', () => {
    const failure = { Error: 'SubtasksFailedError', Cause: '{"errorMessage":"1 of 2"}' };
    expect(diagnose(failure, [event('task.decomposed'), failed('IterationsExhausted')])).toEqual({
      class: 'iterations_exhausted',
      failed_state: 'Review the result',
      subtask_id: 's2',
      plan_hash: 'h',
      error: { name: 'IterationsExhausted', message: 'why' },
    });
  });

  it('of a subtask whose execution ended without a word says so, and what helps', () => {
    const Cause = JSON.stringify({ errorMessage: '1 of 1 subtasks did not succeed: s1 (failed).' });
    const { error, ...rest } = diagnose({ Error: 'SubtasksFailedError', Cause }, [event('task.decomposed')]);
    expect(rest).toEqual({ class: 'execution_lost', failed_state: 'Work on the subtasks' });
    expect(error.name).toBe('ExecutionLost');
    expect(error.message).toMatch(/^1 of 1 subtasks did not succeed: s1 \(failed\)\. .* redrive/);
  });

  it('of a task that never got beyond the analyst names that state', () => {
    const Cause = JSON.stringify({ errorMessage: 'Set GEMINI_API_KEY.' });
    expect(diagnose({ Error: 'ModelRequiredError', Cause }, [])).toEqual({
      class: 'model_required',
      failed_state: 'Decompose the task',
      error: { name: 'ModelRequiredError', message: 'Set GEMINI_API_KEY.' },
    });
  });

  it('of something nobody foresaw is unknown and keeps the error’s own name', () => {
    expect(diagnose({ Error: 'TypeError', Cause: 'boom' }, [])).toMatchObject({
      class: 'unknown',
      error: { name: 'TypeError', message: 'boom' },
    });
  });
});
