import { z } from 'zod';
import { idSchema, toolNameSchema } from './identifiers.ts';
import { jsonObjectSchema } from './json.ts';

/** Most steps one plan may have; keeps a subtask's execution far below Step Functions' 25,000 events. */
export const MAX_STEPS = 50;

/** One step of a plan. `action` names a tool; `inputs` may refer to earlier outputs (see references.ts). */
export const stepSchema = z.strictObject({
  step_id: idSchema,
  action: toolNameSchema,
  inputs: jsonObjectSchema,
  outputs_expectation: jsonObjectSchema.nullable().optional(),
  timeout_seconds: z.int().min(1).max(900).default(300),
  parallelizable: z.boolean().default(false),
  idempotency_key: z.string().min(1).max(256),
  dependencies: z.array(idSchema).max(MAX_STEPS).default([]),
});
export type Step = z.infer<typeof stepSchema>;

/** The plan contract between planner, validator, broker and executor, strict: unknown fields are refused. */
export const planSchema = z.strictObject({
  plan_id: idSchema,
  task_id: idSchema,
  generated_at: z.iso.datetime({ offset: true }).optional(),
  confidence: z.number().min(0).max(1).optional(),
  metadata: z.strictObject({
    priority: z.int().min(0).optional(),
    required_tools: z.array(toolNameSchema).optional(),
    estimated_cost_tokens: z.number().min(0).optional(),
    estimated_duration_seconds: z.number().min(0).optional(),
  }),
  steps: z.array(stepSchema).min(1).max(MAX_STEPS),
});
export type Plan = z.infer<typeof planSchema>;

/** What a planner model answers: the plan without the fields the office fills in itself. */
export const plannedStepSchema = stepSchema
  .omit({ idempotency_key: true })
  .extend({ idempotency_key: z.string().min(1).max(256).optional() });
export const planDraftSchema = z.strictObject({
  confidence: z.number().min(0).max(1),
  /** One sentence for a person: how the plan gets the result. */
  rationale: z.string().max(2000).default(''),
  estimated_duration_seconds: z.number().min(0).optional(),
  steps: z.array(plannedStepSchema).min(1).max(MAX_STEPS),
  /**
   * Where the subtask's result comes from: references into step outputs, or text around them,
   * e.g. `{"summary": "The mean is ${steps.mean.output.result}"}`. Resolved by the reviewer when it approves.
   */
  result: jsonObjectSchema.default({}),
});
export type PlanDraft = z.infer<typeof planDraftSchema>;

/** The most a plan can cost, from the model price table and the tools' own prices. */
export const quoteSchema = z.strictObject({
  max_usd: z.number().min(0),
  max_tokens: z.int().min(0),
  /** What similar tasks took, all their model calls included; absent before there are any. */
  expected: z
    .strictObject({
      usd: z.number().min(0).nullable(),
      tokens: z.number().min(0).nullable(),
      /** From the task's acceptance. */
      seconds: z.number().min(0).nullable(),
      /** Probability of success at the first try, calibrated. */
      confidence: z.number().min(0).max(1),
      /** How many remembered plans it comes from. */
      similar: z.int().min(1),
    })
    .optional(),
});
export type Quote = z.infer<typeof quoteSchema>;

/** One finding of the validator; `path` points into the plan, e.g. `steps.0.inputs.path`. */
export const findingSchema = z.strictObject({ rule: z.string(), path: z.string(), message: z.string() });
export type Finding = z.infer<typeof findingSchema>;

export const planVerdictSchema = z.enum(['APPROVED', 'REJECTED']);
export const reviewVerdictSchema = z.enum(['APPROVE', 'REVISE', 'ESCALATE']);
