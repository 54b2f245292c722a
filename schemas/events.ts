import { z } from 'zod';
import { idSchema } from './identifiers.ts';
import { jsonObjectSchema } from './json.ts';
import { taskStatusSchema } from './task.ts';

export const eventTypes = [
  'task.submitted',
  'task.queued',
  'task.started',
  'task.decomposed',
  'subtask.started',
  'plan.created',
  'plan.validated',
  'plan.rejected',
  'plan.authorized',
  'plan.denied',
  'plan.priced',
  'approval.requested',
  'approval.decided',
  'step.started',
  'step.finished',
  'step.skipped',
  'review.finished',
  'subtask.finished',
  'subtask.failed',
  'subtask.skipped',
  'model.called',
  'budget.exhausted',
  'budget.resumed',
  'task.completed',
  'task.failed',
  'task.cancelled',
] as const;

/** One line of a task's log, as `GET /tasks/{id}/logs` and `/events` give it; `id` orders and resumes. */
export const taskEventSchema = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  type: z.enum(eventTypes),
  /** The task's status from here on, when the event changes it. */
  status: taskStatusSchema.optional(),
  subtask_id: idSchema.optional(),
  step_id: idSchema.optional(),
  iteration: z.int().optional(),
  message: z.string(),
  data: jsonObjectSchema.optional(),
});
export type TaskEvent = z.infer<typeof taskEventSchema>;
/** An event before the log gives it its id and time. */
export type NewEvent = Omit<TaskEvent, 'id' | 'at'> & { at?: string };

/** The last line of a completed task's log. */
export const COMPLETED_MESSAGE = 'The task is completed';
