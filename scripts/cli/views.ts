/**
 * What the command line reads from the office's answers. Unknown fields pass through, so that an older
 * command line can talk to a newer office.
 */
import { z } from 'zod';

const optionalText = z.string().nullish();

export const costViewSchema = z.looseObject({
  usd: z.number().default(0),
  tokens: z.number().default(0),
});

export const locationSchema = z.looseObject({ name: z.string(), file: z.string(), line: z.int() });
export type Location = z.infer<typeof locationSchema>;

export const resultViewSchema = z.looseObject({
  summary: z.string().default(''),
  path: z.array(z.string()).optional().catch(undefined),
  locations: z.array(locationSchema).optional().catch(undefined),
});

export const errorViewSchema = z.looseObject({
  name: z.string().default('Error'),
  message: z.string().default(''),
});

export const subtaskViewSchema = z.looseObject({
  subtask_id: z.string(),
  description: z.string().default(''),
  status: z.string().default(''),
  prerequisites: z.array(z.string()).nullish(),
  iteration: z.number().nullish(),
});

export const taskViewSchema = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  description: optionalText,
  current_step: optionalText,
  progress: z.number().nullish(),
  priority: optionalText,
  final_result: resultViewSchema.nullish(),
  error: errorViewSchema.nullish(),
  subtasks: z.array(subtaskViewSchema).nullish(),
  cost: costViewSchema.nullish(),
  created_at: optionalText,
  completed_at: optionalText,
  execution_arn: optionalText,
});
export type TaskView = z.infer<typeof taskViewSchema>;

const uploadSchema = z.looseObject({
  files: z.array(z.looseObject({ path: z.string(), method: z.string(), url: z.string() })),
  start: z.string(),
});

export const submittedSchema = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  estimated_completion: optionalText,
  upload: uploadSchema.optional(),
});
export type Submitted = z.infer<typeof submittedSchema>;

export const eventSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  at: z.string(),
  type: z.string(),
  status: optionalText,
  subtask_id: optionalText,
  step_id: optionalText,
  iteration: z.number().nullish(),
  message: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});
export type TaskEvent = z.infer<typeof eventSchema>;

const finalStatusNames = ['completed', 'failed', 'cancelled'];
export const isFinalStatus = (status: string): boolean => finalStatusNames.includes(status);
export const isFinalEvent = (type: string): boolean =>
  finalStatusNames.some((name) => type === `task.${name}`);
