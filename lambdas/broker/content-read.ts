import type { TaskEvent } from '../../schemas/events.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import { decompositionSchema } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';

/**
 * Whether the planner of this subtask had words of others before it: outputs of its own steps of earlier iterations,
 * results of the subtasks it comes after, or plans remembered from other tasks. The log says so, not the plan.
 */
export function contentWasRead(events: readonly TaskEvent[], place: { subtask_id: string }): boolean {
  const decomposed = events.findLast((event) => event.type === 'task.decomposed');
  const subtasks = decompositionSchema.shape.subtasks.safeParse(decomposed?.data?.['subtasks']);
  const own = subtasks.data?.find(({ subtask_id }) => subtask_id === place.subtask_id);
  // A subtask that the log does not know is no reason to trust its plan.
  if (own === undefined || own.prerequisites.length > 0) return true;
  return events.some(
    ({ type, subtask_id, data }) =>
      subtask_id === place.subtask_id &&
      (type === 'step.finished' || (type === 'plan.created' && Number(data?.['recalled'] ?? 0) > 0)),
  );
}

/** A tool offered to the planner whose description a stranger wrote and nobody has vouched for by classifying it. */
export const describesItself = (manifest: ToolManifest, { allowed_tools }: TaskContext): boolean =>
  manifest.source.kind === 'mcp' &&
  manifest.risk === 'high' &&
  (allowed_tools === null || allowed_tools.includes(manifest.name));
