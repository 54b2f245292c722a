import type { NewEvent } from '../../schemas/events.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';
import type { StepEvent, StepOutcome } from '../../schemas/roles.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { LoggedDocument } from '../shared/stores/event-log.ts';
import type { Receipt } from '../shared/stores/receipt-store.ts';
import type { ToolRunResult } from './run-tool.ts';

/**
 * For the audit: what ran, of which plan, with what inputs (as a digest, since they may hold what an audit should not
 * keep), and how it ended.
 */
export function executedEntry(
  event: StepEvent,
  step: Step,
  receipt: Receipt & { outcome: StepOutcome },
  inputs: JsonObject,
  at: Date,
): LoggedDocument {
  return auditDocument(event.tenant_id, at, {
    action: 'step.executed',
    actor: 'executor',
    task_id: event.task_id,
    subtask_id: event.subtask_id,
    step_id: step.step_id,
    detail: {
      tool: step.action,
      plan_hash: event.plan_hash,
      inputs_sha256: canonicalHash(inputs),
      outcome: receipt.outcome.status,
      error: receipt.outcome.error?.name ?? null,
      attempts: receipt.attempts ?? 0,
      duration_ms: receipt.duration_ms ?? 0,
    },
  });
}

/** Fifty steps may fail at once, and their errors travel in one state (256 KiB) with everything else. */
const LONGEST_MESSAGE_BYTES = 2_000;

/** An error as the log and the state can hold it: no instance of a class, and of a long message the beginning. */
export const plainError = ({ name, message }: { readonly name: string; readonly message: string }) => ({
  name,
  message:
    Buffer.byteLength(message) <= LONGEST_MESSAGE_BYTES
      ? message
      : `${Buffer.from(message)
          .subarray(0, LONGEST_MESSAGE_BYTES)
          .toString()
          .replace(/\uFFFD+$/, '')}…`,
});

/** A step that its tenant's policies stop once its references are resolved. */
export const refusedBy = (policy: string): ToolRunResult => ({
  status: 'failed',
  error: {
    name: 'PolicyDenied',
    message: `With its references resolved, the step is denied by policy "${policy}".`,
  },
  attempts: 0,
});

/** What the log says of a step that ended. */
export function finishedEvent(
  event: StepEvent,
  step: Step,
  outcome: StepOutcome,
  result: ToolRunResult,
  duration: number,
): NewEvent {
  const { cost = { usd: 0, tokens: 0 }, hops = [] } = result;
  const seconds = (duration / 1000).toFixed(2);
  return {
    type: 'step.finished',
    status: 'executing',
    subtask_id: event.subtask_id,
    iteration: event.iteration,
    step_id: step.step_id,
    message:
      outcome.status === 'succeeded'
        ? `Step ${step.step_id} (${step.action}) done in ${seconds} s`
        : `Step ${step.step_id} (${step.action}) ${outcome.status === 'failed' ? 'failed' : 'is in doubt'}: ${outcome.error?.message ?? ''}`,
    data: {
      status: outcome.status,
      action: step.action,
      duration_ms: duration,
      attempts: result.attempts,
      cost,
      ...(hops.length === 0 ? {} : { hops: [...hops] }),
      outcome: outcome as unknown as Json,
    },
  };
}
