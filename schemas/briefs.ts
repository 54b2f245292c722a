/**
 * What the office asks models: each role's brief (the JSON of the user message) and answer.
 *
 * A brief is a JSON document, so that a language model, the rule-based provider and a test read the same thing.
 * Everything a person, tool or page wrote is a value in it, never part of the instructions.
 */
import { z } from 'zod';
import { jsonObjectSchema, jsonSchema } from './json.ts';
import { findingSchema, planDraftSchema, reviewVerdictSchema, stepSchema } from './plan.ts';
import { decompositionSchema, subtaskSchema } from './task.ts';
import { riskSchema } from './tool.ts';

/** A tool as a model sees it. */
export const offeredToolSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  input_schema: jsonObjectSchema,
  example: jsonObjectSchema,
  risk: riskSchema,
});
export type OfferedTool = z.infer<typeof offeredToolSchema>;

/** A workspace file as a model sees it: `head` is the first lines of small text files. */
export const fileGlanceSchema = z.strictObject({
  path: z.string(),
  size: z.number(),
  head: z.string().optional(),
});
export type FileGlance = z.infer<typeof fileGlanceSchema>;

export const analystBriefSchema = z.strictObject({
  role: z.literal('analyst'),
  task: z.strictObject({ description: z.string(), criteria: z.array(z.string()) }),
  tools: z.array(offeredToolSchema),
  /** Tools that exist but may not be used, with the reason. */
  unavailable_tools: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  workspace: z.array(fileGlanceSchema),
});
export type AnalystBrief = z.infer<typeof analystBriefSchema>;
export const analystAnswerSchema = decompositionSchema;

/** What a step left behind, for planner and reviewer. Long outputs are cut; `truncated` says so. */
export const stepReportSchema = z.strictObject({
  step_id: z.string(),
  action: z.string(),
  inputs: jsonObjectSchema,
  status: z.enum(['succeeded', 'failed', 'skipped', 'in_doubt']),
  output: jsonSchema.optional(),
  truncated: z.boolean().optional(),
  error: z.strictObject({ name: z.string(), message: z.string() }).optional(),
});
export type StepReport = z.infer<typeof stepReportSchema>;

/** A remembered plan. `similarity` from 0 to 1 (cosine). */
export const recalledPlanSchema = z.strictObject({
  description: z.string(),
  similarity: z.number(),
  outcome: z.enum(['succeeded', 'failed']),
  rating: z.number().nullable(),
  steps: z.array(stepSchema.pick({ step_id: true, action: true, inputs: true, dependencies: true })),
  result: jsonObjectSchema,
  lesson: z.string(),
});
export type RecalledPlan = z.infer<typeof recalledPlanSchema>;

export const plannerBriefSchema = z.strictObject({
  role: z.literal('planner'),
  task: z.strictObject({ description: z.string(), criteria: z.array(z.string()) }),
  subtask: subtaskSchema,
  /** Results of the prerequisites, by subtask id. */
  prerequisite_results: z.record(z.string(), jsonSchema),
  tools: z.array(offeredToolSchema),
  unavailable_tools: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  workspace: z.array(fileGlanceSchema),
  iteration: z.int().min(1),
  /** Why earlier iterations were not good enough, oldest first. */
  feedback: z.array(z.string()),
  /** Steps of earlier iterations that succeeded: their outputs can be referred to and they are not run again. */
  finished_steps: z.array(stepReportSchema),
  failed_steps: z.array(stepReportSchema),
  recalled: z.array(recalledPlanSchema),
  /** Patterns over the tenant's failures with the offered tools. */
  known_failures: z.array(z.string()).optional(),
});
export type PlannerBrief = z.infer<typeof plannerBriefSchema>;
export const plannerAnswerSchema = planDraftSchema;

export const validatorBriefSchema = z.strictObject({
  role: z.literal('validator'),
  task: z.strictObject({ description: z.string(), criteria: z.array(z.string()) }),
  subtask: subtaskSchema,
  steps: z.array(stepSchema),
  /** Of a long plan: ids of the steps that are judged by themselves. */
  other_steps: z.array(z.string()).optional(),
  warnings: z.array(z.string()),
});
export type ValidatorBrief = z.infer<typeof validatorBriefSchema>;
export const validatorAnswerSchema = z.strictObject({
  verdict: z.enum(['APPROVED', 'REJECTED']),
  findings: z.array(findingSchema).max(50).default([]),
});
export type ValidatorAnswer = z.infer<typeof validatorAnswerSchema>;

export const gatekeeperBriefSchema = z.strictObject({
  role: z.literal('broker'),
  task: z.strictObject({ description: z.string() }),
  steps: z.array(stepSchema),
  tools: z.array(z.strictObject({ name: z.string(), risk: riskSchema, description: z.string() })),
});
export type GatekeeperBrief = z.infer<typeof gatekeeperBriefSchema>;
/** The gatekeeper may only make a decision stricter: `approve` changes nothing. */
export const gatekeeperAnswerSchema = z.strictObject({
  assessment: z.enum(['approve', 'ask_human', 'deny']),
  reason: z.string().max(2_000),
});
export type GatekeeperAnswer = z.infer<typeof gatekeeperAnswerSchema>;

export const reviewerBriefSchema = z.strictObject({
  role: z.literal('reviewer'),
  task: z.strictObject({ description: z.string(), criteria: z.array(z.string()) }),
  subtask: subtaskSchema,
  iteration: z.int().min(1),
  max_iterations: z.int().min(1),
  steps: z.array(stepReportSchema),
  /** The plan's `result` with its references resolved. */
  proposed_result: jsonObjectSchema,
});
export type ReviewerBrief = z.infer<typeof reviewerBriefSchema>;
export const reviewerAnswerSchema = z.strictObject({
  verdict: reviewVerdictSchema,
  feedback: z.string().max(5_000),
  /** 0 to 1: how well each criterion is met. */
  scores: z.record(z.string(), z.number().min(0).max(1)).default({}),
  /** One sentence for a person about what was found; used when the plan proposed no summary. */
  summary: z.string().max(5_000).default(''),
});
export type ReviewerAnswer = z.infer<typeof reviewerAnswerSchema>;

export type Brief = AnalystBrief | PlannerBrief | ValidatorBrief | GatekeeperBrief | ReviewerBrief;
