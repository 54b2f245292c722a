import { z } from 'zod';
import { idSchema, tenantIdSchema } from '../../../schemas/identifiers.ts';
import { claimCheckSchema } from '../../../schemas/references.ts';
import { constraintsSchema, costSchema, prioritySchema, taskStatusSchema } from '../../../schemas/task.ts';

/** A task as the tasks table holds it (item `META`). Its fine-grained state is folded from its events. */
export const taskRecordSchema = z.object({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  /** `uploading` until `POST /tasks/{id}/start`; then it is the dispatcher's. */
  stage: z.enum(['uploading', 'accepted', 'started', 'ended']),
  status: taskStatusSchema,
  description: z.string(),
  constraints: constraintsSchema,
  criteria: z.array(z.string()),
  priority: prioritySchema,
  dry_run: z.boolean(),
  /** A complete plan given by the caller: no decomposition and no planner. */
  plan: claimCheckSchema.nullable(),
  /** As it was accepted: what a submission may hold gets less over time, and its tasks stay. */
  webhook: z.object({ url: z.string(), secret: z.string().optional() }).nullable(),
  metadata: z.record(z.string(), z.string()),
  /** Files given with the task, so that artifacts can be told from them. Path to etag. */
  inputs: z.record(z.string(), z.string()),
  created_at: z.iso.datetime(),
  deadline: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  started_at: z.iso.datetime().optional(),
  completed_at: z.iso.datetime().optional(),
  execution_arn: z.string().optional(),
  /** How many executions it has had; a redrive adds one. */
  runs: z.int().default(0),
  /** Set by a redrive: whether the next execution goes on from what is finished. */
  resume: z.boolean().optional(),
  /** A message for it is under way until then: the sweeper leaves it alone. */
  queued_until: z.iso.datetime().optional(),
  result: claimCheckSchema.optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
  cost: costSchema.optional(),
});
export type TaskRecord = z.infer<typeof taskRecordSchema>;
