import type { z } from 'zod';
import { authorizationSchema, type Grant, type Recheck } from '../../schemas/authorization.ts';
import { type Json, type JsonObject, jsonSchema } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';
import {
  type executorEventSchema,
  planDocumentSchema,
  type StepChain,
  type StepEvent,
  type StepOutcome,
  type TaskContext,
  taskContextSchema,
} from '../../schemas/roles.ts';
import { isIdempotentStep } from '../broker/idempotency.ts';
import type { Gate } from '../gate/gate.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { type ClaimChecks, INLINE_OUTPUT_BYTES } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import { resolveReferences, UnresolvedReferenceError } from '../shared/plans/references.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { Receipt, ReceiptStore } from '../shared/stores/receipt-store.ts';
import { afterStep, toldOf } from './chain.ts';
import { claimEffect } from './claim.ts';
import { executedEntry, finishedEvent, plainError, refusedBy } from './records.ts';
import type { StepRun, ToolRunner, ToolRunResult } from './run-tool.ts';

/** The plan, or the step, is not what the broker authorized. */
export class UnauthorizedStepError extends OfficeError {
  override readonly name = 'UnauthorizedStepError';
}

export interface ExecutorDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly receipts: ReceiptStore;
  readonly gate: Pick<Gate, 'release'>;
  readonly claims: ClaimChecks;
  readonly runner: ToolRunner;
  /** Judges resolved inputs by the policies of the authorization: null, or the policies that stop the step. */
  readonly recheck: (inputs: JsonObject, recheck: Recheck, context: TaskContext) => Promise<string | null>;
  readonly now: () => Date;
  /** For what must not fail a step: a lost announcement. */
  readonly warn: (problem: unknown) => void;
}

/** Steps faster than this are announced once, when they end; slower ones also when they start. */
const ANNOUNCE_AFTER_MS = 400;
type ExecutorEvent = z.output<typeof executorEventSchema>;
export interface Invocation {
  readonly request_id: string;
  readonly remaining_ms: number;
}

export function createExecutor(deps: ExecutorDeps) {
  /** The step and its grant, if the plan is the authorized one. */
  async function authorized(
    event: StepEvent,
  ): Promise<{ step: Step; grant: Grant; carried: Record<string, unknown>; context: TaskContext }> {
    const [document, authorization, context] = await Promise.all([
      deps.claims.checkOut(event.document, planDocumentSchema),
      deps.claims.checkOut(event.authorization, authorizationSchema),
      deps.claims.checkOut(event.context, taskContextSchema),
    ]);
    const step = document.plan.steps.find((candidate) => candidate.step_id === event.step.step_id);
    const grant = authorization.grants[event.step.step_id];
    if (authorization.plan_hash !== canonicalHash(document.plan)) {
      throw new UnauthorizedStepError('The plan is not the one that was authorized.');
    }
    if (step === undefined || grant === undefined || grant.tool !== step.action) {
      throw new UnauthorizedStepError(`Step "${event.step.step_id}" is not authorized.`);
    }
    return { step, grant, carried: document.carried, context };
  }

  async function resolvedInputs(
    event: StepEvent,
    step: Step,
    carried: Record<string, unknown>,
  ): Promise<JsonObject> {
    const outputs = new Map<string, Json>();
    const checks = { ...carried, ...mapValues(event.decision.outcomes, (outcome) => outcome.output) };
    await Promise.all(
      Object.entries(checks).map(async ([id, check]) => {
        if (check !== undefined) outputs.set(id, await deps.claims.checkOut(check as never, jsonSchema));
      }),
    );
    return resolveReferences(step.inputs, outputs) as JsonObject;
  }

  /**
   * The outcome of a step, stored with its receipt and announced; then whoever waits for it is let through. Nobody has
   * claimed a step that was refused, and a receipt that it may have from an earlier iteration stays as it is.
   */
  async function settle(
    event: StepEvent,
    step: Step,
    result: ToolRunResult,
    started: Date,
    claimedBy: string | null,
    inputs: JsonObject = step.inputs,
  ): Promise<StepOutcome> {
    const outcome: StepOutcome = {
      step_id: step.step_id,
      status: result.status,
      ...(result.status === 'succeeded'
        ? { output: await deps.claims.checkIn(event, result.output, INLINE_OUTPUT_BYTES) }
        : { error: plainError(result.error) }),
    };
    const duration = deps.now().getTime() - started.getTime();
    const receipt: Receipt & { outcome: StepOutcome } = {
      state: 'done',
      claimed_by: claimedBy ?? '',
      claimed_at: started.toISOString(),
      claim_expires_at: started.toISOString(),
      ended_in: event.gate,
      inputs_hash: canonicalHash(step.inputs),
      outcome,
      attempts: result.attempts,
      duration_ms: duration,
    };
    const place = { ...event, idempotency_key: step.idempotency_key };
    await deps.log.append(
      event,
      [finishedEvent(event, step, outcome, result, duration)],
      [
        ...(claimedBy === null ? [] : [deps.receipts.done(place, receipt)]),
        executedEntry(event, step, receipt, inputs, deps.now()),
      ],
    );
    await release(event, outcome);
    return outcome;
  }

  async function release(event: StepEvent, outcome: StepOutcome): Promise<void> {
    if (!event.step.has_dependents) return;
    await deps.gate.release(event, event.gate, outcome.step_id, toldOf(outcome));
  }

  async function skip(event: StepEvent): Promise<StepOutcome> {
    const outcome: StepOutcome = {
      step_id: event.step.step_id,
      status: 'skipped',
      error: { name: 'DependencyFailed', message: 'A step that this one depends on did not succeed.' },
    };
    await deps.log.append(event, [
      {
        type: 'step.skipped',
        subtask_id: event.subtask_id,
        iteration: event.iteration,
        step_id: outcome.step_id,
        message: `Skipped step ${outcome.step_id}: a step it depends on did not succeed`,
        data: { outcome: outcome as unknown as Json },
      },
    ]);
    await release(event, outcome);
    return outcome;
  }

  async function perform(event: StepEvent, invocation: Invocation): Promise<StepOutcome> {
    const { step, grant, carried, context } = await authorized(event);
    const started = deps.now();
    let inputs: JsonObject;
    try {
      inputs = await resolvedInputs(event, step, carried);
    } catch (error) {
      if (!(error instanceof UnresolvedReferenceError)) throw error;
      return settle(event, step, { status: 'failed', error, attempts: 0 }, started, null);
    }
    const stopped = grant.recheck === undefined ? null : await deps.recheck(inputs, grant.recheck, context);
    if (stopped !== null) return settle(event, step, refusedBy(stopped), started, null, inputs);
    const limit = Math.min(
      started.getTime() + grant.policy.timeout_seconds * 1000,
      Date.parse(context.deadline),
    );
    const idempotent = grant.idempotent || isIdempotentStep({ action: step.action, inputs });
    const run: StepRun = { event, step, grant, inputs, idempotent, deadline: new Date(limit) };
    if (!idempotent) {
      const claim = await claimEffect(deps, run, invocation.request_id);
      if (claim !== 'ours') {
        if ('attempts' in claim) return settle(event, step, claim, started, invocation.request_id, inputs);
        await release(event, claim);
        return claim;
      }
    }
    const announcement = setTimeout(() => void announce(event, step).catch(deps.warn), ANNOUNCE_AFTER_MS);
    try {
      const result = await deps.runner.run(run);
      return await settle(event, step, result, started, invocation.request_id, inputs);
    } finally {
      clearTimeout(announcement);
    }
  }

  const announce = (event: StepEvent, step: Step) =>
    deps.log.append(event, [
      {
        type: 'step.started',
        status: 'executing',
        subtask_id: event.subtask_id,
        iteration: event.iteration,
        step_id: step.step_id,
        message: `Executing step ${step.step_id} with ${step.action}`,
      },
    ]);

  function outcomeOf(event: ExecutorEvent & StepEvent, invocation: Invocation): Promise<StepOutcome> {
    if (event.action === 'close') return close(event, invocation);
    return event.decision.decision === 'skip' ? skip(event) : perform(event, invocation);
  }

  return {
    /**
     * Runs one authorized step, once, and lets its dependents through. Gives back the chain without it.
     * @throws UnauthorizedStepError StepInProgressError
     */
    async run(event: ExecutorEvent, invocation: Invocation): Promise<StepChain> {
      const { step, decision } = event.chain;
      return afterStep(event.chain, await outcomeOf({ ...event, step, decision }, invocation));
    },
  };

  /** The executor itself was lost (crashed, timed out): what the receipt says is the outcome. */
  async function close(
    event: StepEvent & Pick<Extract<ExecutorEvent, { action: 'close' }>, 'failure'>,
    invocation: Invocation,
  ): Promise<StepOutcome> {
    const document = await deps.claims.checkOut(event.document, planDocumentSchema);
    const step = document.plan.steps.find((candidate) => candidate.step_id === event.step.step_id);
    const name = event.failure.Error ?? 'ExecutorLost';
    if (step === undefined)
      throw new UnauthorizedStepError(`Step "${event.step.step_id}" is not in the plan.`);
    const receipt = await deps.receipts.get({ ...event, idempotency_key: step.idempotency_key });
    if (receipt?.outcome !== undefined) {
      await release(event, receipt.outcome);
      return receipt.outcome;
    }
    const error = { name, message: causeOf(event.failure.Cause) };
    const result: ToolRunResult =
      receipt === null
        ? { status: 'failed', error, attempts: 0 }
        : {
            status: 'in_doubt',
            error: {
              name: 'InDoubt',
              message: `The step may have run; it was not repeated. ${error.message}`,
            },
            attempts: 0,
          };
    return settle(event, step, result, deps.now(), invocation.request_id);
  }
}

const mapValues = <V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** Lambda puts `{"errorMessage", "errorType", "trace"}` into Cause; only the message is for people. */
export function causeOf(cause: string | undefined): string {
  if (cause === undefined || cause === '') return 'The executor ended without an answer.';
  try {
    const parsed: unknown = JSON.parse(cause);
    if (parsed !== null && typeof parsed === 'object' && 'errorMessage' in parsed)
      return String(parsed.errorMessage);
  } catch {
    // Not JSON: Cause is the message itself.
  }
  return cause.slice(0, 2_000);
}
