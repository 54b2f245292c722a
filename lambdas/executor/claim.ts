import type { StepOutcome } from '../../schemas/roles.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { OfficeError } from '../shared/errors.ts';
import type { Receipt, ReceiptStore } from '../shared/stores/receipt-store.ts';
import type { StepRun, ToolRunner, ToolRunResult } from './run-tool.ts';

/** Another invocation is running this very step; the state machine asks again later. */
export class StepInProgressError extends OfficeError {
  override readonly name = 'StepInProgressError';
  override readonly retryable = true;
}

/** What a claim outlives its step's time limit by: starting the tool's function and storing its result. */
const CLAIM_MARGIN_MS = 30_000;

/**
 * Claims an effect that must not happen twice; what an earlier claim left behind decides. A step that failed has had no
 * effect, or it would be in doubt: the iteration in which it failed gets that outcome again, another one tries again.
 * @throws StepInProgressError
 */
export async function claimEffect(
  deps: {
    readonly receipts: Pick<ReceiptStore, 'claim' | 'takeOver'>;
    readonly runner: Pick<ToolRunner, 'reconcile'>;
    readonly now: () => Date;
  },
  run: StepRun,
  claimedBy: string,
): Promise<'ours' | StepOutcome | ToolRunResult> {
  const place = { ...run.event, idempotency_key: run.step.idempotency_key };
  const now = deps.now();
  const claim: Receipt = {
    state: 'claimed',
    claimed_by: claimedBy,
    claimed_at: now.toISOString(),
    claim_expires_at: new Date(
      now.getTime() + run.grant.policy.timeout_seconds * 1000 + CLAIM_MARGIN_MS,
    ).toISOString(),
    inputs_hash: canonicalHash(run.inputs),
  };
  const earlier = await deps.receipts.claim(place, claim);
  if (earlier === null) return 'ours';
  if (earlier.state === 'done' && earlier.outcome !== undefined) {
    const failedBefore = earlier.outcome.status === 'failed' && earlier.ended_in !== run.event.gate;
    if (!failedBefore) return earlier.outcome;
  } else {
    if (earlier.claimed_by === claimedBy) return 'ours';
    if (Date.parse(earlier.claim_expires_at) > now.getTime()) {
      throw new StepInProgressError(`Step "${run.step.step_id}" is being run by another invocation.`);
    }
    const found = await deps.runner.reconcile(run);
    if (found !== 'not_run') return found;
  }
  if (await deps.receipts.takeOver(place, earlier, claim)) return 'ours';
  throw new StepInProgressError(`Step "${run.step.step_id}" was taken over by another invocation.`);
}
