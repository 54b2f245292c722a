/**
 * What the states of both machines hand to each role and get back. Role, folder, state and construct share a name.
 */
import { z } from 'zod';
import { fileGlanceSchema } from './briefs.ts';
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
import { mcpSourceSchema, sandboxPolicySchema, toolManifestSchema } from './tool.ts';

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

// Gate ----------------------------------------------------------------------------------------------

/** How an item ended; `output` so that dependents need not look it up. */
export const outcomeSchema = z.strictObject({
  status: z.enum(['succeeded', 'failed', 'skipped']),
  output: claimCheckSchema.optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

const gatePlaceSchema = taskKeySchema.extend({
  /** The execution, and for the steps of a plan `#<iteration>`: each run of a task has gates of its own. */
  gate: z.string().min(1).max(200),
  item: idSchema,
});
export const gateEventSchema = z.discriminatedUnion('action', [
  gatePlaceSchema.extend({
    action: z.literal('wait'),
    prerequisites: z.array(idSchema).min(1),
    task_token: z.string().min(1),
  }),
  gatePlaceSchema.extend({
    action: z.literal('release'),
    has_dependents: z.boolean(),
    outcome: outcomeSchema,
  }),
]);
export type GateEvent = z.infer<typeof gateEventSchema>;
/** What a waiting item's token is answered with. */
export const gateDecisionSchema = z.strictObject({
  decision: z.enum(['run', 'skip']),
  outcomes: z.record(z.string(), outcomeSchema),
});
export type GateDecision = z.infer<typeof gateDecisionSchema>;

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
  steps: z.array(
    z.strictObject({
      step_id: idSchema,
      gated: z.boolean(),
      prerequisites: z.array(idSchema),
      has_dependents: z.boolean(),
    }),
  ),
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

/**
 * What the executor judges again when the references of a step's hosts, paths or operation are resolved: the tenant's
 * policies as they were when the plan was authorized, and what else the decision rested on.
 */
export const recheckSchema = z.strictObject({
  policies: z.record(z.string(), z.string()),
  tool: toolManifestSchema.pick({ name: true, risk: true, network: true, idempotent: true }),
  source: z.enum(['builtin', 'lambda', 'mcp']),
  destination: z.string(),
  /** A person has approved the plan. */
  approved: z.boolean(),
});
export type Recheck = z.infer<typeof recheckSchema>;

/** What one step may do; the executor refuses anything else. */
export const grantSchema = z.strictObject({
  tool: toolNameSchema,
  tool_version: z.string(),
  function_name: z.string(),
  idempotent: z.boolean(),
  workspace: z.enum(['none', 'direct', 'mounted']),
  policy: sandboxPolicySchema,
  mcp: mcpSourceSchema.optional(),
  recheck: recheckSchema.optional(),
});
export type Grant = z.infer<typeof grantSchema>;
export const authorizationSchema = z.strictObject({
  plan_hash: z.string(),
  /** By step id. */
  grants: z.record(z.string(), grantSchema),
});
export type Authorization = z.infer<typeof authorizationSchema>;

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
  step: z.strictObject({
    step_id: idSchema,
    gated: z.boolean(),
    prerequisites: z.array(idSchema),
    has_dependents: z.boolean(),
  }),
  decision: z.strictObject({
    decision: z.enum(['run', 'skip']),
    outcomes: z.record(z.string(), outcomeSchema).default({}),
  }),
});
export const executorEventSchema = z.discriminatedUnion('action', [
  stepPlaceSchema.extend({ action: z.literal('run') }),
  stepPlaceSchema.extend({ action: z.literal('close'), failure: stateFailureSchema }),
]);
export type StepEvent = z.infer<typeof stepPlaceSchema>;
export const stepOutcomeSchema = z.strictObject({
  step_id: idSchema,
  status: z.enum(['succeeded', 'failed', 'skipped', 'in_doubt']),
  output: claimCheckSchema.optional(),
  error: z.strictObject({ name: z.string(), message: z.string() }).optional(),
});
export type StepOutcome = z.infer<typeof stepOutcomeSchema>;

// Reviewer ------------------------------------------------------------------------------------------

export const reviewerEventSchema = planPlaceSchema.extend({
  subtask: claimCheckSchema,
  max_iterations: z.int(),
  steps: z.array(stepOutcomeSchema),
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
