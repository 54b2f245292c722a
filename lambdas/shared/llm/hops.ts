/** Hops, and what a call that nobody answered ends with. */
import type { Model } from './models.ts';
import {
  BudgetExhaustedError,
  type ModelHop,
  type ModelRequest,
  NoModelAnsweredError,
  PromptTooLongError,
  TaskCostLimitError,
} from './provider.ts';

/** Refusals that end the search for a model that costs money. */
export type BudgetRefusal = BudgetExhaustedError | TaskCostLimitError;

export const TOO_LONG = 'the prompt is longer than its window';

export function emptyHop(model: Model, outcome: ModelHop['outcome'], reason: string): ModelHop {
  return {
    provider: model.provider,
    model: model.name,
    outcome,
    reason,
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: 0,
    duration_ms: 0,
  };
}

export function failure<Answer>(
  request: ModelRequest<Answer>,
  hops: readonly ModelHop[],
  refusal: BudgetRefusal | null,
  cause: unknown,
): Error {
  if (refusal instanceof TaskCostLimitError) return new TaskCostLimitError(refusal.message, hops, refusal);
  if (refusal) return new BudgetExhaustedError(refusal.message, hops, refusal);
  const tooLong = hops.filter((hop) => hop.reason === TOO_LONG || hop.reason?.startsWith('too_long'));
  if (
    tooLong.length > 0 &&
    tooLong.length === hops.filter((hop) => !hop.reason?.startsWith('takes no')).length
  )
    return new PromptTooLongError(
      `The prompt for the role ${request.role} is longer than the window of every configured model; shorten the task's text or attachments.`,
      hops,
    );
  const why = hops.map((hop) => `${hop.model}: ${hop.reason ?? hop.outcome}`).join('; ');
  return new NoModelAnsweredError(`No model answered for the role ${request.role}. ${why}`, hops, cause);
}
