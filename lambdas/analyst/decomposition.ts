import type { z } from 'zod';
import { type Decomposition, decompositionSchema, type Subtask } from '../../schemas/task.ts';
import { topologicalOrder } from '../shared/plans/order.ts';

/** Ids become part of execution names: 80 characters at most, task id included. */
const SUBTASK_ID = /^[A-Za-z0-9_-]{1,40}$/;

const nodes = (subtasks: readonly Subtask[]) =>
  subtasks.map((subtask) => ({ id: subtask.subtask_id, needs: subtask.prerequisites }));

/** The analyst's answer with what the shape alone can't say: unique ids, known prerequisites, no cycle. */
export const soundDecompositionSchema: z.ZodType<Decomposition> = decompositionSchema.superRefine(
  (value, context) => {
    const ids = value.subtasks.map((subtask) => subtask.subtask_id);
    value.subtasks.forEach((subtask, i) => {
      const at = ['subtasks', i];
      if (!SUBTASK_ID.test(subtask.subtask_id)) {
        context.addIssue({
          code: 'custom',
          path: [...at, 'subtask_id'],
          message: 'use letters, digits, _ and -, 40 at most',
        });
      }
      if (ids.indexOf(subtask.subtask_id) !== i) {
        context.addIssue({ code: 'custom', path: [...at, 'subtask_id'], message: 'this id is used twice' });
      }
      for (const needed of subtask.prerequisites) {
        if (!ids.includes(needed)) {
          context.addIssue({
            code: 'custom',
            path: [...at, 'prerequisites'],
            message: `there is no subtask ${needed}`,
          });
        }
      }
    });
    if (topologicalOrder(nodes(value.subtasks)) === null) {
      context.addIssue({ code: 'custom', path: ['subtasks'], message: 'the prerequisites form a cycle' });
    }
  },
);

/** Subtasks so that each comes after its prerequisites: what keeps a Map of 40 at a time from deadlock. */
export function inOrder(subtasks: readonly Subtask[]): Subtask[] {
  const order = topologicalOrder(nodes(subtasks)) ?? [];
  return order.flatMap((id) => subtasks.filter((subtask) => subtask.subtask_id === id));
}
