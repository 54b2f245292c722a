/** Dead letters in the HTTP interface. */
import { z } from 'zod';
import { cursorOf, errorViewSchema, limit } from './http.ts';
import { idSchema } from './identifiers.ts';
import { planSchema } from './plan.ts';
import { cleanText, constraintsSchema, costSchema, MAX_TASK_USD, taskStatusSchema } from './task.ts';

export const deadLetterViewSchema = z.object({
  task_id: idSchema,
  class: z.string(),
  failed_state: z.string(),
  subtask_id: idSchema.nullable(),
  error: errorViewSchema,
  plan_hash: z.string().nullable(),
  cost: costSchema,
  execution_arn: z.string(),
  failed_at: z.iso.datetime(),
  redrives: z.int(),
  status: z.enum(['open', 'redriven']),
  /** What its steps had done; effects in doubt may have happened and were not repeated. */
  receipts: z
    .object({
      succeeded: z.int(),
      failed: z.int(),
      in_doubt: z.array(z.object({ step: z.string(), action: z.string() })),
    })
    .nullable(),
  /** The execution in the console of AWS; null where it has none. */
  console_url: z.string().nullable(),
});
/** Answer of `GET /dead-letters/{task_id}`. */
export const deadLetterDetailSchema = deadLetterViewSchema.extend({
  /** Earlier and later failures of the same class and error, newest first. */
  similar: z.array(
    z.object({
      task_id: idSchema,
      failed_at: z.iso.datetime(),
      status: z.enum(['open', 'redriven']),
      same_plan: z.boolean(),
      message: z.string(),
    }),
  ),
});
export const listDeadLettersQuerySchema = z.object({
  limit: limit(100, 20),
  /** `<time>#<task id>` */
  cursor: cursorOf(/^\d{4}-[0-9T:.Z-]{10,40}#[0-9A-Za-z_-]{1,80}$/),
});
export const deadLetterListSchema = z.object({
  dead_letters: z.array(deadLetterViewSchema),
  cursor: z.string().nullable(),
});
export const redriveSchema = z.strictObject({
  mode: z.enum(['retry', 'replan', 'edit']),
  /** With `edit`: what changes. */
  input: z
    .strictObject({
      description: cleanText(20_000).optional(),
      criteria: z.array(cleanText(2_000)).max(50).optional(),
      constraints: constraintsSchema.optional(),
      /** Another given plan; null to have the task planned. */
      plan: planSchema.nullable().optional(),
    })
    .optional(),
  add_budget_usd: z.number().positive().max(MAX_TASK_USD).optional(),
});
export type Redrive = z.infer<typeof redriveSchema>;
export const redrivenSchema = z.object({
  task_id: idSchema,
  status: taskStatusSchema,
  mode: z.enum(['retry', 'replan', 'edit']),
});
