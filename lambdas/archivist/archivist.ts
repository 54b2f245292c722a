import { decodeTime, isValid } from 'ulid';
import { z } from 'zod';
import type { NewEvent } from '../../schemas/events.ts';
import { type JsonObject, jsonObjectSchema } from '../../schemas/json.ts';
import { claimCheckSchema } from '../../schemas/references.ts';
import {
  type archivistEventSchema,
  endedStepsSchema,
  humanDecisionSchema,
  type PlanDocument,
  planDocumentSchema,
  reviewResultSchema,
  stateFailureSchema,
  taskContextSchema,
  validatorResultSchema,
} from '../../schemas/roles.ts';
import { type Cost, subtaskSchema } from '../../schemas/task.ts';
import { causeOf } from '../executor/executor.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import type { Archives, Experience } from '../shared/memory/archives.ts';
import type { EventLog } from '../shared/stores/event-log.ts';

export interface ArchivistDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly claims: ClaimChecks;
  readonly archives: Pick<Archives, 'remember'>;
  readonly now: () => Date;
}

type ArchivistEvent = z.output<typeof archivistEventSchema>;
type SuccessEvent = Extract<ArchivistEvent, { action: 'remember_success' }>;
type FailureEvent = Extract<ArchivistEvent, { action: 'remember_failure' }>;

/** What a subtask's state document may hold when it fails; each part is there once its state was reached. */
const failedStateSchema = z.looseObject({
  failure: stateFailureSchema.optional(),
  plan: z
    .looseObject({
      iteration: z.int(),
      plan_hash: z.string().optional(),
      document: claimCheckSchema.optional(),
    })
    .optional(),
  validation: validatorResultSchema.optional(),
  authorization: z.looseObject({ decision: z.string(), reason: z.string() }).optional(),
  human: humanDecisionSchema.optional(),
  steps: endedStepsSchema.optional(),
  review: reviewResultSchema.optional(),
});
type FailedState = z.output<typeof failedStateSchema>;

export interface FailureReport {
  /** A class for analytics, e.g. `IterationsExhausted`; for a thrown error, its name. */
  readonly error: string;
  readonly cause: string;
}

/** Why a subtask failed: the thrown error if there was one, else the last objection that was not overcome. */
export function explainFailure(state: FailedState): FailureReport {
  const { failure, human, review, validation, authorization, plan } = state;
  if (human?.outcome === 'expired') return { error: 'ApprovalExpired', cause: human.comment };
  if (failure?.Error !== undefined && failure.Error !== 'BudgetExhaustedError') {
    return { error: failure.Error, cause: causeOf(failure.Cause) };
  }
  const rounds = `${plan?.iteration ?? 0} ${plan?.iteration === 1 ? 'iteration' : 'iterations'}`;
  if (human?.outcome === 'rejected')
    return { error: 'ApprovalRejected', cause: `A person rejected it. ${human.comment}`.trim() };
  if (validation?.verdict === 'REJECTED') {
    const findings = validation.feedback.map((f) => f.message).join(' ');
    return { error: 'PlanRejected', cause: `No valid plan in ${rounds}. ${findings}` };
  }
  if (authorization?.decision === 'denied') return { error: 'PlanDenied', cause: authorization.reason };
  const why = review?.feedback ?? '';
  return { error: 'IterationsExhausted', cause: `Not approved after ${rounds}. ${why}`.trim() };
}

export function createArchivist(deps: ArchivistDeps) {
  async function rememberSuccess(event: SuccessEvent): Promise<void> {
    const [document, subtask, context] = await Promise.all([
      deps.claims.checkOut(event.document, planDocumentSchema),
      deps.claims.checkOut(event.subtask, subtaskSchema),
      deps.claims.checkOut(event.context, taskContextSchema),
    ]);
    // Of a plan without a note nobody knows which earlier steps it needs.
    if (document.note === undefined && Object.keys(document.carried).length > 0) return;
    await deps.archives.remember({
      ...experienceOf(event, subtask.description, document),
      outcome: 'succeeded',
      first_try: event.iteration === 1,
      lesson: '',
      cost: total(document.note?.cost, event.review.cost),
      ...(context.shareable === true ? { shareable: true } : {}),
    });
  }

  const experienceOf = (event: ArchivistEvent, description: string, document: PlanDocument) => ({
    tenant_id: event.tenant_id,
    task_id: event.task_id,
    description,
    steps: document.plan.steps,
    result: document.result,
    ...(document.note === undefined ? {} : { note: document.note }),
    seconds: secondsSince(event.task_id, deps.now()),
  });

  async function rememberFailure(event: FailureEvent): Promise<FailureReport> {
    const state = failedStateSchema.parse(event.state);
    const report = explainFailure(state);
    await deps.log.append(event, [failedEvent(event, state, report)]);
    if (state.plan?.document !== undefined && state.plan.plan_hash !== undefined) {
      const [document, subtask] = await Promise.all([
        deps.claims.checkOut(state.plan.document, planDocumentSchema),
        deps.claims.checkOut(event.subtask, subtaskSchema),
      ]);
      const failed = state.steps?.find((step) => step.status === 'failed');
      const experience: Experience = {
        ...experienceOf(event, subtask.description, document),
        outcome: 'failed',
        first_try: false,
        lesson: report.cause,
        cost: total(document.note?.cost, state.review?.cost),
        error_name: failed?.error?.name ?? report.error,
        ...(failed === undefined ? {} : { failed_step: failed.step_id }),
      };
      await deps.archives.remember(experience);
    }
    return report;
  }

  return {
    /** Keeps what a subtask taught; for a failure also says why, in the words the dead letter will use. */
    async remember(event: ArchivistEvent): Promise<JsonObject> {
      if (event.action === 'remember_failure') return jsonObjectSchema.parse(await rememberFailure(event));
      await rememberSuccess(event);
      return { remembered: true };
    },
  };
}

/** Task ids are ULIDs: they hold the time of acceptance. Null for ids that are not. */
function secondsSince(taskId: string, now: Date): number | null {
  if (!isValid(taskId)) return null;
  return Math.max(0, (now.getTime() - decodeTime(taskId)) / 1000);
}

function total(...costs: readonly (Cost | undefined)[]): Cost {
  return {
    usd: costs.reduce((sum, cost) => sum + (cost?.usd ?? 0), 0),
    tokens: costs.reduce((sum, cost) => sum + (cost?.tokens ?? 0), 0),
  };
}

const failedEvent = (event: FailureEvent, state: FailedState, report: FailureReport): NewEvent => ({
  type: 'subtask.failed',
  subtask_id: event.subtask_id,
  ...(state.plan === undefined || state.plan.iteration === 0 ? {} : { iteration: state.plan.iteration }),
  message: `Subtask ${event.subtask_id} failed: ${report.cause}`,
  data: { error: report.error, cause: report.cause, plan_hash: state.plan?.plan_hash ?? '' },
});
