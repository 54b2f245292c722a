import type { SubtaskView } from '../../schemas/http.ts';

/** How far a subtask is, 0 to 1: a plan that stands is a third, steps are the next half, then the review. */
function share(subtask: SubtaskView): number {
  switch (subtask.status) {
    case 'waiting':
      return 0;
    case 'planning':
      return 0.05;
    case 'validating':
      return 0.2;
    case 'awaiting_approval':
      return 0.3;
    case 'executing': {
      const ended = subtask.steps.filter((step) => step.ended_at !== null).length;
      return 0.35 + (0.5 * ended) / Math.max(1, subtask.steps.length);
    }
    case 'reviewing':
      return 0.9;
    default:
      return 1;
  }
}

/** How far a task is, by its subtasks alone. */
export function shareDone(subtasks: readonly SubtaskView[]): number {
  if (subtasks.length === 0) return 0;
  const average = subtasks.reduce((sum, subtask) => sum + share(subtask), 0) / subtasks.length;
  // Decomposition is the first twentieth; only `task.completed` reaches 1.
  return Math.min(0.99, 0.05 + 0.94 * average);
}
