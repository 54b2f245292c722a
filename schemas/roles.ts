/**
 * What the states of both machines hand to each role and get back. Role, folder, state and construct share a name.
 */
import { z } from 'zod';
import { fileGlanceSchema } from './briefs.ts';
import { outcomeSchema } from './gate.ts';
import { idSchema, tenantIdSchema, toolNameSchema } from './identifiers.ts';
import { jsonObjectSchema, jsonSchema } from './json.ts';
import {
  findingSchema,
  planSchema,
  planVerdictSchema,
  quoteSchema,
  reviewVerdictSchema,
  stepSchema,
} from './plan.ts';
import { claimCheckSchema } from './references.ts';
import { costSchema, taskKeySchema } from './task.ts';

/** What every role of a task needs to know about it; set by the analyst, behind a claim check. */
export const taskContextSchema = z.strictObject({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  description: z.string(),
  criteria: z.array(z.string()),
  priority: z.enum(['low', 'normal', 'high']),
  allowed_tools: z.array(toolNameSchema).nullable(),
  max_iterations: z.int(),
  max_cost_usd: z.number().nullable(),
  /** How long people have to answer a question about this task; null as the tenant or the office says. */
  approval_timeout_seconds: z.int().nullable().default(null),
  deadline: z.iso.datetime(),
  dry_run: z.boolean(),
  /** A complete plan given by the caller: the planner is not asked. */
  given_plan: claimCheckSchema.nullable(),
  /** The workspace as it was when the task was decomposed. */
  workspace: z.array(fileGlanceSchema),
  /** True when the task's plans may be remembered for other tenants, too. */
  shareable: z.boolean().optional(),
});
export type TaskContext = z.infer<typeof taskContextSchema>;

/** Input of the task machine; `resume` continues from what an earlier execution stored. */
export const taskInputSchema = taskKeySchema.extend({ resume: z.boolean().default(false) });

/** A failed state's error as Step Functions puts it into the state document. */
export const stateFailureSchema = z.looseObject({
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
export type StateFailure = z.infer<typeof stateFailureSchema>;

// Analyst -------------------------------------------------------------------------------------------

export const analystEventSchema = taskInputSchema;
export const workItemSchema = z.strictObject({
  subtask_id: idSchema,
  gated: z.boolean(),
  prerequisites: z.array(idSchema),
  has_dependents: z.boolean(),
  subtask: claimCheckSchema,
});
export const analystResultSchema = z.strictObject({
  context: claimCheckSchema,
  max_iterations: z.int(),
  /** Seconds until the deadline: the time limit of everything below. */
  seconds_left: z.int().min(1),
  subtasks: z.array(workItemSchema),
});
export type AnalystResult = z.infer<typeof analystResultSchema>;

// Steps ---------------------------------------------------------------------------------------------

export const stepOutcomeSchema = z.strictObject({
  step_id: idSchema,
  status: z.enum(['succeeded', 'failed', 'skipped', 'in_doubt']),
  output: claimCheckSchema.optional(),
  error: z.strictObject({ name: z.string(), message: z.string() }).optional(),
});
export type StepOutcome = z.infer<typeof stepOutcomeSchema>;

export const stepItemSchema = z.strictObject({
  step_id: idSchema,
  /** Waits at the gate: the head of a chain that has prerequisites. */
  gated: z.boolean(),
  prerequisites: z.array(idSchema),
  /** Somebody waits for it at the gate, or needs its output after waiting there. */
  has_dependents: z.boolean(),
});
export type StepItem = z.infer<typeof stepItemSchema>;

/** Steps of which each waits for the one before it alone, and nobody else does: they run one after the other. */
export const stepChainSchema = z.strictObject({
  /** The one to run now; null when none is left. */
  step: stepItemSchema.nullable(),
  rest: z.array(stepItemSchema),
  /** Whether `step` runs, and what its prerequisites gave. */
  decision: z.strictObject({
    decision: z.enum(['run', 'skip']),
    outcomes: z.record(z.string(), outcomeSchema).default({}),
  }),
  /** How those before it ended. */
  ended: z.array(stepOutcomeSchema),
  /** Steps that have not ended, `step` included. */
  left: z.int().min(0),
});
export type StepChain = z.infer<typeof stepChainSchema>;
/** How the steps of every chain ended, as the Map over chains gives it. */
export const endedStepsSchema = z.array(z.array(stepOutcomeSchema)).transform((chains) => chains.flat());
const openChainSchema = stepChainSchema.extend({ step: stepItemSchema });

// Planner -------------------------------------------------------------------------------------------

/** What ties a plan to the office's memory: how it would be remembered, and what it was made from. */
export const planNoteSchema = z.strictObject({
  /** The memory that the plan is, or was adapted from. */
  key: z.string(),
  /** Made from memory, without a model. */
  reused: z.boolean(),
  /** Does what the memory of this key does, by whoever it was made: what becomes of it counts for that memory. */
  follows: z.boolean(),
  /** Fingerprint of the files and criteria that the plan relies on. */
  context: z.string(),
  /** Files that the steps name and the task does not. */
  files: z.array(z.string()),
  reusable: z.boolean(),
  /** Finished steps of earlier iterations that the plan builds on. */
  earlier: z.array(stepSchema),
  /** Why earlier plans of the subtask did not hold. */
  pitfalls: z.array(
    z.strictObject({ action: z.string().nullable(), error: z.string().nullable(), lesson: z.string() }),
  ),
  /** A person gave the plan with the task. */
  shown: z.boolean().default(false),
  /** Memories whose plans did not hold on this subtask before. */
  instead_of: z.array(z.string()).default([]),
  /** The planner's own, before calibration. */
  stated_confidence: z.number().nullable(),
  /** Of the subtask's model calls so far. */
  cost: costSchema,
});
export type PlanNote = z.infer<typeof planNoteSchema>;

/** A plan with what the office adds around the contract. */
export const planDocumentSchema = z.strictObject({
  plan: planSchema,
  /** Template of the subtask's result, with references into step outputs. */
  result: jsonObjectSchema,
  rationale: z.string(),
  /** Finished steps of earlier iterations: their outputs can be referred to. */
  carried: z.record(z.string(), claimCheckSchema),
  source: z.strictObject({ provider: z.string(), model: z.string() }),
  note: planNoteSchema.optional(),
});
export type PlanDocument = z.infer<typeof planDocumentSchema>;

const subtaskPlaceSchema = taskKeySchema.extend({ subtask_id: idSchema, context: claimCheckSchema });

export const plannerEventSchema = subtaskPlaceSchema.extend({
  subtask: claimCheckSchema,
  max_iterations: z.int(),
  resume: z.boolean().default(false),
  previous: z.looseObject({ iteration: z.int().min(0), first_iteration: z.int().optional() }),
  /** The subtask's execution, which its gates are named after; executions of older definitions don't say it. */
  execution: z.string().min(1).max(180).optional(),
});
export const plannerResultSchema = z.strictObject({
  iteration: z.int().min(1),
  /** The first iteration of this execution: a redriven task has earlier ones. */
  first_iteration: z.int().min(1),
  plan_hash: z.string(),
  gate: z.string(),
  document: claimCheckSchema,
  iterations_left: z.boolean(),
  chains: z.array(stepChainSchema),
});
export type PlannerResult = z.infer<typeof plannerResultSchema>;

// Validator -----------------------------------------------------------------------------------------

const planPlaceSchema = subtaskPlaceSchema.extend({
  iteration: z.int().min(1),
  plan_hash: z.string(),
  document: claimCheckSchema,
});
export const validatorEventSchema = planPlaceSchema.extend({ subtask: claimCheckSchema });
export const validatorResultSchema = z.strictObject({
  verdict: planVerdictSchema,
  feedback: z.array(findingSchema),
  warnings: z.array(z.string()),
  quote: quoteSchema,
});
export type ValidatorResult = z.infer<typeof validatorResultSchema>;

// Broker --------------------------------------------------------------------------------------------

export const brokerEventSchema = z.discriminatedUnion('action', [
  planPlaceSchema.extend({ action: z.literal('authorize'), validation: validatorResultSchema }),
  planPlaceSchema.extend({
    action: z.literal('ask_human'),
    kind: z.enum(['approval', 'escalation']),
    reason: z.string(),
    /** How long the state waits for the answer. */
    timeout_seconds: z.int().min(1).optional(),
    task_token: z.string().min(1),
  }),
  planPlaceSchema.extend({ action: z.literal('expire') }),
  taskKeySchema.extend({
    action: z.literal('hold_budget'),
    /** Which state waits, e.g. `subtask:plan`. */
    place: z.string(),
    subtask_id: idSchema.optional(),
    failure: stateFailureSchema,
    task_token: z.string().min(1),
  }),
]);
export const brokerResultSchema = z.strictObject({
  decision: z.enum(['authorized', 'needs_approval', 'denied', 'priced']),
  reason: z.string(),
  approval_timeout_seconds: z.int().min(1),
  authorization: claimCheckSchema,
});
export type BrokerResult = z.infer<typeof brokerResultSchema>;
/** What an approval's token is answered with. */
export const humanDecisionSchema = z.strictObject({
  outcome: z.enum(['approved', 'rejected', 'expired']),
  by: z.string(),
  comment: z.string(),
});
export type HumanDecision = z.infer<typeof humanDecisionSchema>;

// Executor ------------------------------------------------------------------------------------------

const stepPlaceSchema = planPlaceSchema.extend({
  authorization: claimCheckSchema,
  gate: z.string(),
});
export const executorEventSchema = z.discriminatedUnion('action', [
  stepPlaceSchema.extend({ action: z.literal('run'), chain: openChainSchema }),
  stepPlaceSchema.extend({ action: z.literal('close'), chain: openChainSchema, failure: stateFailureSchema }),
]);
/** What one step is run with: its place in the chain, and what the steps before it gave. */
export type StepEvent = z.infer<typeof stepPlaceSchema> &
  Pick<z.infer<typeof openChainSchema>, 'step' | 'decision'>;

// Reviewer ------------------------------------------------------------------------------------------

export const reviewerEventSchema = planPlaceSchema.extend({
  subtask: claimCheckSchema,
  max_iterations: z.int(),
  steps: endedStepsSchema,
});
export const reviewResultSchema = z.strictObject({
  verdict: reviewVerdictSchema,
  feedback: z.string(),
  result: claimCheckSchema.optional(),
  /** Of the review's model calls. */
  cost: costSchema.optional(),
});
export type ReviewResult = z.infer<typeof reviewResultSchema>;

// Archivist -----------------------------------------------------------------------------------------

export const archivistEventSchema = z.discriminatedUnion('action', [
  planPlaceSchema.extend({
    action: z.literal('remember_success'),
    subtask: claimCheckSchema,
    review: reviewResultSchema,
  }),
  subtaskPlaceSchema.extend({
    action: z.literal('remember_failure'),
    subtask: claimCheckSchema,
    /** The whole state document of the subtask: whatever was there when it failed. */
    state: z.record(z.string(), jsonSchema),
  }),
]);

// Finisher, morgue, notifier ------------------------------------------------------------------------

export const subtaskEndSchema = z.strictObject({
  subtask_id: idSchema,
  status: z.enum(['succeeded', 'failed', 'skipped']),
});
export const finisherEventSchema = taskKeySchema.extend({
  context: claimCheckSchema,
  ends: z.array(subtaskEndSchema),
});
export const morgueEventSchema = taskKeySchema.extend({
  failure: stateFailureSchema,
  execution_arn: z.string(),
});
export const notifierEventSchema = taskKeySchema.extend({
  notify: z.boolean(),
  /** A person asked for it: attempts start over, also at an address that was disabled. */
  again: z.boolean().default(false),
});
