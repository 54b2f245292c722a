import type { TaskEvent } from '../../schemas/events.ts';
import { decompositionSchema } from '../../schemas/task.ts';

/**
 * Whether the planner of this subtask had outputs of steps before it: its own of earlier iterations, or, when the
 * subtask comes after others, theirs. The log says so, not the plan.
 */
export function contentWasRead(events: readonly TaskEvent[], place: { subtask_id: string }): boolean {
  const decomposed = events.findLast((event) => event.type === 'task.decomposed');
  const subtasks = decompositionSchema.shape.subtasks.safeParse(decomposed?.data?.['subtasks']);
  const own = subtasks.data?.find(({ subtask_id }) => subtask_id === place.subtask_id);
  // A subtask that the log does not know is no reason to trust its plan.
  if (own === undefined || own.prerequisites.length > 0) return true;
  return events.some(({ type, subtask_id }) => type === 'step.finished' && subtask_id === place.subtask_id);
}
