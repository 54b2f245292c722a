import { describe, expect, it } from '@jest/globals';
import { inOrder, soundDecompositionSchema } from '../../../lambdas/analyst/decomposition.ts';

const subtask = (subtask_id: string, prerequisites: string[] = []) => ({
  subtask_id,
  description: 'Do.',
  prerequisites,
});
const messages = (subtasks: unknown[]) => {
  const parsed = soundDecompositionSchema.safeParse({ subtasks });
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
};

describe('a decomposition', () => {
  it('is sound when its prerequisites form a DAG', () => {
    expect(messages([subtask('c', ['a', 'b']), subtask('a'), subtask('b')])).toEqual([]);
  });

  it.each([
    ['a cycle', [subtask('a', ['b']), subtask('b', ['a'])], /cycle/],
    ['an unknown prerequisite', [subtask('a', ['x'])], /no subtask x/],
    ['an id used twice', [subtask('a'), subtask('a')], /twice/],
    ['an id that can’t be part of an execution name', [subtask('a:b')], /letters, digits/],
    ['no subtask', [], /1/],
    ['too many', Array.from({ length: 21 }, (_, i) => subtask(`s${i}`)), /20/],
  ])('is not with %s', (_name, subtasks, message) => {
    expect(messages(subtasks).join(' ')).toMatch(message);
  });

  it('is worked on in an order in which no item waits for a later one', () => {
    const { subtasks } = soundDecompositionSchema.parse({
      subtasks: [subtask('c', ['b']), subtask('b', ['a']), subtask('a')],
    });
    expect(inOrder(subtasks).map((item) => item.subtask_id)).toEqual(['a', 'b', 'c']);
  });
});
