/** Bodies, queries and answers of the HTTP interface. The OpenAPI document is made from these. */
import { z } from 'zod';
import { taskEventSchema } from './events.ts';
import { idSchema } from './identifiers.ts';
import { jsonObjectSchema, jsonSchema } from './json.ts';
import { stepSchema } from './plan.ts';
import {
  constraintsSchema,
  costSchema,
  finalResultSchema,
  prioritySchema,
  taskStatusSchema,
} from './task.ts';

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const cursor = z.string().min(1).max(1_000).optional();
/** A cursor whose form is known: what the page before gave, or nothing. */
export const cursorOf = (form: RegExp) =>
  z.string().max(1_000).regex(form, 'is not a cursor that this office gave out').optional();
export const limit = (max: number, usual: number) => z.coerce.number().int().min(1).max(max).default(usual);

// Tasks ---------------------------------------------------------------------------------------------

const linksSchema = z.object({
  self: z.string(),
  events: z.string(),
  logs: z.string(),
  artifacts: z.string(),
  cancel: z.string(),
});

export const uploadSchema = z.object({
  path: z.string(),
  method: z.literal('PUT'),
  url: z.string(),
  expires_at: z.iso.datetime(),
});
export const acceptedTaskSchema = z.object({
  task_id: idSchema,
  status: taskStatusSchema,
  /** A guess, never later than the task's deadline. */
  estimated_completion: z.iso.datetime(),
  links: linksSchema,
  /** With `workspace.upload`: one presigned URL per named file, and where to start the task afterwards. */
  upload: z.object({ files: z.array(uploadSchema), more: z.string(), start: z.string() }).optional(),
});
export type AcceptedTask = z.infer<typeof acceptedTaskSchema>;

export const uploadRequestSchema = z.strictObject({
  files: z
    .array(z.strictObject({ path: z.string().min(1).max(512) }))
    .min(1)
    .max(2_000),
});
export const uploadAnswerSchema = z.object({ files: z.array(uploadSchema) });

export const stepViewSchema = z.object({
  step_id: idSchema,
  action: z.string(),
  status: z.enum(['waiting', 'running', 'succeeded', 'failed', 'skipped', 'in_doubt']),
  dependencies: z.array(z.string()),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  message: z.string(),
  cost: costSchema,
});
export type StepView = z.infer<typeof stepViewSchema>;

export const subtaskViewSchema = z.object({
  subtask_id: idSchema,
  description: z.string(),
  status: z.enum([
    'waiting',
    'planning',
    'validating',
    'awaiting_approval',
    'executing',
    'reviewing',
    'succeeded',
    'failed',
    'skipped',
  ]),
  prerequisites: z.array(z.string()),
  iteration: z.int(),
  /** Why earlier iterations were sent back, oldest first. */
  feedback: z.array(z.string()),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  cost: costSchema,
  steps: z.array(stepViewSchema),
});
export type SubtaskView = z.infer<typeof subtaskViewSchema>;

export const errorViewSchema = z.object({ name: z.string(), message: z.string() });

export const taskViewSchema = z.object({
  task_id: idSchema,
  status: taskStatusSchema,
  description: z.string(),
  criteria: z.array(z.string()),
  constraints: constraintsSchema,
  priority: prioritySchema,
  dry_run: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  /** `<subtask>/<step>` while a step runs, otherwise what happened last; null when the task has ended. */
  current_step: z.string().nullable(),
  progress: z.number().min(0).max(1),
  /** What happened, a sentence each, the latest 100; `GET /tasks/{task_id}/logs` has every event in full. */
  logs: z.array(z.string()),
  final_result: finalResultSchema.nullable(),
  error: errorViewSchema.nullable(),
  subtasks: z.array(subtaskViewSchema),
  cost: costSchema,
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  completed_at: z.iso.datetime().nullable(),
  deadline: z.iso.datetime(),
  execution_arn: z.string().nullable(),
  /** The execution in the console of AWS; null where it has none. */
  console_url: z.string().nullable(),
});
export type TaskView = z.infer<typeof taskViewSchema>;

export const taskSummarySchema = taskViewSchema.pick({
  task_id: true,
  status: true,
  description: true,
  priority: true,
  dry_run: true,
  metadata: true,
  progress: true,
  error: true,
  cost: true,
  created_at: true,
  completed_at: true,
});
export type TaskSummary = z.infer<typeof taskSummarySchema>;

export const listTasksQuerySchema = z.object({
  status: taskStatusSchema.optional(),
  limit: limit(100, 20),
  cursor,
});
export const taskListSchema = z.object({ tasks: z.array(taskSummarySchema), cursor: z.string().nullable() });

export const logsQuerySchema = z.object({ cursor, limit: limit(1_000, 500) });
/** `cursor` is always there: asking with it gives what came since. */
export const logsSchema = z.object({ events: z.array(taskEventSchema), cursor: z.string().nullable() });

export const planViewSchema = z.object({
  subtask_id: z.string(),
  iteration: z.int(),
  plan_hash: z.string().nullable(),
  plan: jsonObjectSchema.nullable(),
  quote: jsonSchema,
  verdict: jsonSchema,
  authorization: jsonSchema,
  review: jsonSchema,
  /** Who asked which models about this plan, with every attempt. */
  models: z.array(jsonObjectSchema),
  steps: z.array(jsonObjectSchema),
});
export const planListSchema = z.object({ plans: z.array(planViewSchema) });

export const artifactSchema = z.object({
  path: z.string(),
  size: z.int(),
  etag: z.string(),
  modified_at: z.iso.datetime(),
  url: z.string(),
});
export const artifactListSchema = z.object({ artifacts: z.array(artifactSchema) });

export const cancelledSchema = z.object({ task_id: idSchema, status: taskStatusSchema });

export const feedbackSchema = z.strictObject({
  rating: z.int().min(1).max(5),
  comment: z.string().max(5_000).optional(),
  plan_id: idSchema.optional(),
});
export type Feedback = z.infer<typeof feedbackSchema>;
export const storedFeedbackSchema = feedbackSchema.extend({
  feedback_id: z.string(),
  task_id: idSchema,
  created_at: z.iso.datetime(),
});
export type StoredFeedback = z.infer<typeof storedFeedbackSchema>;

// Approvals -----------------------------------------------------------------------------------------

export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired', 'revoked'] as const;
export const approvalViewSchema = z.object({
  approval_id: z.string(),
  kind: z.enum(['approval', 'escalation']),
  task_id: idSchema,
  subtask_id: idSchema,
  iteration: z.int(),
  plan_hash: z.string(),
  reason: z.string(),
  steps: z.array(stepSchema.pick({ step_id: true, action: true, inputs: true })),
  status: z.enum(approvalStatuses),
  requested_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  decided_at: z.iso.datetime().nullable(),
  decided_by: z.string().nullable(),
  comment: z.string().nullable(),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;
export const listApprovalsQuerySchema = z.object({
  status: z.enum(approvalStatuses).optional(),
  limit: limit(1_000, 100),
  /** `<time>#<approval id>` */
  cursor: cursorOf(/^\d{4}-[0-9T:.Z-]{10,40}#[0-9A-Za-z_.:-]{1,300}$/),
});
export const approvalListSchema = z.object({
  approvals: z.array(approvalViewSchema),
  cursor: z.string().nullable(),
});
export const decisionSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  comment: z.string().max(2_000).optional(),
});
