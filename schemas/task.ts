import { z } from 'zod';
import { idSchema, publicUrlSchema, tenantIdSchema, toolNameSchema } from './identifiers.ts';
import { jsonSchema } from './json.ts';
import { planSchema } from './plan.ts';

export const taskStatuses = [
  'submitted',
  'queued',
  'decomposing',
  'planning',
  'validating',
  'awaiting_approval',
  'awaiting_budget',
  'executing',
  'reviewing',
  'completed',
  'failed',
  'cancelled',
] as const;
export const taskStatusSchema = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof taskStatusSchema>;

export const finalStatuses: readonly TaskStatus[] = ['completed', 'failed', 'cancelled'];
export const isFinal = (status: TaskStatus): boolean => finalStatuses.includes(status);

export const prioritySchema = z.enum(['low', 'normal', 'high']);
export type Priority = z.infer<typeof prioritySchema>;

/** Refuses text of nothing but white space, and NUL and lone surrogates, which no store or log keeps intact. */
export const cleanText = (max: number) =>
  z
    .string()
    .min(1, { abort: true })
    .max(max)
    .regex(/\S/, 'is blank')
    .refine((text) => text.isWellFormed(), 'contains a lone surrogate')
    .refine((text) => !text.includes('\u0000'), 'contains a NUL character');

/** The most that one task may be allowed to cost. */
export const MAX_TASK_USD = 10_000;

export const constraintsSchema = z.strictObject({
  /** Seconds from acceptance to the end. */
  max_duration: z.int().min(1).max(86_400).optional(),
  allowed_tools: z.array(toolNameSchema).max(100).optional(),
  max_cost_usd: z.number().positive().max(MAX_TASK_USD).optional(),
  max_iterations: z.int().min(1).max(10).optional(),
  /** Seconds that people have to approve, reject or judge before the question expires; 30 days at most. */
  approval_timeout_seconds: z.int().min(1).max(2_592_000).optional(),
});
export type Constraints = z.infer<typeof constraintsSchema>;

export const workspaceFileSchema = z.strictObject({
  path: cleanText(512),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
});

const webhookSchema = z.strictObject({
  url: publicUrlSchema,
  secret: z
    .string()
    .regex(/^whsec_(?=.{24,128}$)[A-Za-z0-9+/]+={0,2}$/, 'a Standard Webhooks secret: whsec_ and base64')
    .optional(),
});

/** Body of `POST /tasks`. */
export const submissionSchema = z.strictObject({
  description: cleanText(20_000),
  constraints: constraintsSchema.default({}),
  criteria: z.array(cleanText(2_000)).max(50).default([]),
  priority: prioritySchema.default('normal'),
  workspace: z
    .union([
      z.strictObject({ files: z.array(workspaceFileSchema).max(2_000) }),
      z.strictObject({
        upload: z.literal(true),
        files: z
          .array(z.strictObject({ path: cleanText(512) }))
          .max(2_000)
          .optional(),
      }),
    ])
    .optional(),
  webhook: webhookSchema.optional(),
  dry_run: z.boolean().default(false),
  plan: planSchema.nullable().default(null),
  metadata: z.record(z.string().max(256), z.string().max(4_096)).default({}),
});
export type Submission = z.infer<typeof submissionSchema>;

/** A piece of a task, as the analyst cuts it. `prerequisites` are ids of subtasks that must succeed first. */
export const subtaskSchema = z.strictObject({
  subtask_id: idSchema,
  description: z.string().min(1).max(20_000),
  prerequisites: z.array(idSchema).max(50).default([]),
  /** Hints, not orders: the planner may use any allowed tool. */
  tool_hints: z.array(toolNameSchema).max(20).default([]),
  criteria: z.array(z.string().max(2_000)).max(50).default([]),
  critical: z.boolean().default(false),
});
export type Subtask = z.infer<typeof subtaskSchema>;
export const MAX_SUBTASKS = 20;

/** What an analyst model answers. */
export const decompositionSchema = z.strictObject({
  subtasks: z.array(subtaskSchema).min(1).max(MAX_SUBTASKS),
});
export type Decomposition = z.infer<typeof decompositionSchema>;

/** Kind of a task, for statistics and routes; the analyst's guess. */
export const costSchema = z.strictObject({ usd: z.number(), tokens: z.number() });
export type Cost = z.infer<typeof costSchema>;

/** Whom every role works for; part of every event between states. */
export const taskKeySchema = z.strictObject({ tenant_id: tenantIdSchema, task_id: idSchema });
export type TaskKey = z.infer<typeof taskKeySchema>;

export const finalResultSchema = z.looseObject({
  summary: z.string(),
  outputs: z.record(z.string(), jsonSchema).optional(),
});
