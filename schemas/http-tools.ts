/** Bodies, queries and answers about tools, plans, money and the service itself (see http.ts for tasks). */
import { z } from 'zod';
import { cursorOf, errorViewSchema, limit } from './http.ts';
import { idSchema, toolNameSchema } from './identifiers.ts';
import { jsonObjectSchema, jsonSchema } from './json.ts';
import { findingSchema, planVerdictSchema, quoteSchema } from './plan.ts';
import { workspaceFileSchema } from './task.ts';
import { toolManifestSchema } from './tool.ts';

// Tools and plans -----------------------------------------------------------------------------------

export const toolViewSchema = toolManifestSchema.extend({
  available: z.boolean(),
  /** The setting that makes it available. */
  unavailable_reason: z.string().nullable(),
});
export const toolListSchema = z.object({ tools: z.array(toolViewSchema) });
export const registerToolSchema = toolManifestSchema.extend({ name: toolNameSchema.optional() });
export const invokeToolSchema = z.strictObject({
  inputs: jsonObjectSchema,
  workspace: z.strictObject({ files: z.array(workspaceFileSchema).max(2_000) }).optional(),
});
export const toolOutcomeSchema = z.object({
  status: z.enum(['ok', 'error']),
  output: jsonSchema,
  error: errorViewSchema.nullable(),
  duration_ms: z.number(),
});
export type ToolOutcome = z.infer<typeof toolOutcomeSchema>;

export const validatePlanSchema = z.strictObject({
  /** Any object: what breaks the plan contract is told as a finding of the rule `contract`. */
  plan: jsonObjectSchema,
  allowed_tools: z.array(toolNameSchema).max(100).optional(),
});
export const judgementSchema = z.object({
  verdict: planVerdictSchema,
  feedback: z.array(findingSchema),
  hash: z.string(),
  quote: quoteSchema,
});
export type Judgement = z.infer<typeof judgementSchema>;

// Accounting and service ----------------------------------------------------------------------------

const day = z.iso.date();
export const usageQuerySchema = z.object({ from: day.optional(), to: day.optional() });
export const usageSchema = z.looseObject({});
export const budgetViewSchema = z.looseObject({});
export const budgetLimitsBodySchema = z.strictObject({
  day_usd: z.number().min(0).max(1_000_000).nullable(),
  month_usd: z.number().min(0).max(1_000_000).nullable(),
});
/** The tenant's own lists of models, first choice first; a role that is left out follows the model file. */
export const modelRoutesSchema = z.strictObject({
  routes: z.partialRecord(
    z.enum(['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool']),
    z.array(z.string().min(1).max(100)).min(1).max(20),
  ),
});
export type ModelRoutes = z.infer<typeof modelRoutesSchema>['routes'];
export const auditQuerySchema = z.object({
  limit: limit(200, 50),
  cursor: cursorOf(/^[0-9A-Z]{26}$/),
});
export const auditListSchema = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      action: z.string(),
      actor: z.string(),
      task_id: z.string().optional(),
      subtask_id: z.string().optional(),
      step_id: z.string().optional(),
      detail: jsonObjectSchema,
    }),
  ),
  cursor: z.string().nullable(),
});
export const failureAnalyticsSchema = z.object({
  /** Days in UTC, oldest first, with how many tasks failed in each class. */
  by_day: z.array(z.object({ date: z.string(), counts: z.record(z.string(), z.int()) })),
  total: z.int(),
  classes: z.array(
    z.object({
      class: z.string(),
      count: z.int(),
      open: z.int(),
      cost_usd: z.number(),
      latest_at: z.iso.datetime(),
      examples: z.array(idSchema),
    }),
  ),
  /** Over the latest thousand remembered plans, those included that were replaced by better ones. */
  patterns: z.array(
    z.object({
      tool: z.string().nullable(),
      step_kind: z.enum(['read', 'write', 'compute', 'fetch', 'analyze', 'ask', 'plan', 'other']),
      error: z.string(),
      count: z.int(),
      /** Of the remembered plans with this tool. */
      share: z.number().min(0).max(1),
      latest_at: z.iso.datetime(),
      lesson: z.string(),
    }),
  ),
});
export const healthSchema = z.object({
  status: z.literal('ok'),
  version: z.string(),
  engine: z.string(),
  /** The configured models of each role, first choice first; `offline` is the rule-based provider. */
  models: z.record(z.string(), z.array(z.string())),
});
