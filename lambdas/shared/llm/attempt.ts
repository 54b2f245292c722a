/**
 * One model's chance to answer: each try reserved, timed, retried, settled; one repair when the answer does not fit.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { createRedactor } from '../privacy/redact.ts';
import { readAnswer } from './answers.ts';
import type { CircuitBreaker } from './breaker.ts';
import type { BudgetLedger } from './budget.ts';
import type { Model } from './models.ts';
import { costOf, plausibleUsage, toUsd, worstCaseOf } from './prices.ts';
import {
  type ModelHop,
  type ModelMessage,
  type ModelProvider,
  type ModelPurpose,
  type ModelRole,
  type ProviderCall,
  ProviderError,
  type ProviderReply,
  type TokenUsage,
} from './provider.ts';
import { boundPrompt, estimatePrompt, estimateTokens, type Prompt } from './tokens.ts';

export interface RetrySettings {
  /** Retries after the first try. */
  readonly retries: number;
  readonly base_ms: number;
  readonly cap_ms: number;
  /** A provider that asks for a longer pause is left for the next model. */
  readonly patience_ms: number;
}
export const defaultRetries: RetrySettings = { retries: 2, base_ms: 400, cap_ms: 8_000, patience_ms: 10_000 };

export interface AttemptDeps {
  readonly ledger: BudgetLedger;
  readonly breaker: CircuitBreaker;
  readonly retries: RetrySettings;
  readonly now: () => number;
  readonly random: () => number;
  /** A write after a paid answer failed; the answer stands. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

export interface Attempt<Answer> {
  readonly model: Model;
  readonly provider: ModelProvider;
  readonly role: ModelRole;
  readonly purpose: ModelPurpose;
  readonly prompt: Prompt;
  readonly schema: z.ZodType<Answer> | null;
  readonly restore: (value: unknown) => unknown;
  readonly redact: (text: string) => string;
  readonly max_output_tokens: number;
  readonly temperature: number;
  readonly timeout_ms: number;
  readonly signal: AbortSignal;
  readonly on_delta: ((delta: string) => void) | null;
  /** Whether a piece of the text went out: another try with the same model would say it twice. */
  readonly has_spoken: () => boolean;
  readonly hops: ModelHop[];
}

export interface AttemptResult<Answer> {
  readonly reply: ProviderReply;
  /** What the reply says, restored. */
  readonly value: Answer;
  readonly usage: TokenUsage;
  readonly cost_nano: number;
}

/** No answer of this model fitted; the hops say why. */
export class RejectedAnswer extends Error {
  override readonly name = 'RejectedAnswer';
}

/**
 * The model's reply that fits the schema, after at most one repair.
 * @throws RejectedAnswer, ProviderError, BudgetExhaustedError, TaskCostLimitError
 */
export async function attemptModel<Answer>(
  deps: AttemptDeps,
  attempt: Attempt<Answer>,
): Promise<AttemptResult<Answer>> {
  let messages: readonly ModelMessage[] = attempt.prompt.messages;
  let spent = 0;
  let usage: TokenUsage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 };
  for (const isRepair of [false, true]) {
    const started = deps.now();
    const tried = await tryWithRetries(deps, attempt, { ...attempt.prompt, messages });
    spent += tried.cost_nano;
    usage = addUsage(usage, tried.usage);
    const verdict = readAnswer(tried.reply, attempt.schema, attempt.restore);
    const hop = hopOf(attempt.model, tried.usage, tried.cost_nano, deps.now() - started);
    if (verdict.ok) {
      attempt.hops.push({ ...hop, outcome: 'answered', ...(isRepair ? { reason: 'repaired' } : {}) });
      return { reply: tried.reply, value: verdict.value, usage, cost_nano: spent };
    }
    attempt.hops.push({ ...hop, outcome: 'rejected', reason: recorded(attempt, verdict.problem) });
    const hopeless = tried.reply.stop_reason === 'refusal' || attempt.model.last_resort || attempt.on_delta;
    if (isRepair || hopeless) throw new RejectedAnswer(recorded(attempt, verdict.problem));
    messages = withRepair(attempt, tried.reply, verdict.problem);
  }
  throw new RejectedAnswer('The repair was not reached.');
}

/** For hops, errors and logs: what a local model may see is still nothing for these. */
const recorded = <Answer>(attempt: Attempt<Answer>, text: string): string =>
  createRedactor().redact(attempt.redact(text));

const LONGEST_QUOTE = 20_000;

function withRepair<Answer>(
  attempt: Attempt<Answer>,
  reply: ProviderReply,
  problem: string,
): readonly ModelMessage[] {
  const quoted = reply.text.slice(0, LONGEST_QUOTE);
  const ask = `Your last answer cannot be used: ${attempt.redact(problem)}. Answer again, complete${attempt.schema ? ', with nothing but JSON that fits the schema' : ''}${reply.stop_reason === 'length' ? ', and shorter' : ''}.`;
  return [
    ...attempt.prompt.messages,
    ...(quoted.trim() === ''
      ? []
      : [{ role: 'assistant' as const, content: [{ type: 'text' as const, text: quoted }] }]),
    { role: 'user', content: [{ type: 'text', text: ask }] },
  ];
}

type Tried = { reply: ProviderReply; usage: TokenUsage; cost_nano: number };

async function tryWithRetries<Answer>(
  deps: AttemptDeps,
  attempt: Attempt<Answer>,
  prompt: Prompt,
): Promise<Tried> {
  const { retries, base_ms, cap_ms, patience_ms } = deps.retries;
  const isWorthIt = (error: unknown): error is ProviderError =>
    error instanceof ProviderError &&
    error.retryable &&
    (error.retry_after_ms ?? 0) <= patience_ms &&
    !attempt.signal.aborted &&
    !attempt.has_spoken();
  for (let turn = 0; ; turn += 1) {
    try {
      return await tryOnce(deps, attempt, prompt);
    } catch (failure) {
      if (turn === retries || !isWorthIt(failure)) throw failure;
      // Full jitter: any pause up to the exponential one, so that callers who failed together do not return together.
      const jitter = deps.random() * Math.min(cap_ms, base_ms * 2 ** turn);
      const { signal } = attempt;
      await pause((failure.retry_after_ms ?? 0) + jitter, undefined, { signal }).catch((error: unknown) => {
        throw signal.aborted ? failure : error;
      });
    }
  }
}

async function tryOnce<Answer>(deps: AttemptDeps, attempt: Attempt<Answer>, prompt: Prompt): Promise<Tried> {
  attempt.signal.throwIfAborted();
  const { model, purpose } = attempt;
  const isFree = model.usd_per_million.input === 0 && model.usd_per_million.output === 0;
  const bound = isFree ? Number.MAX_SAFE_INTEGER : boundPrompt(prompt);
  const worst = isFree ? 0 : worstCaseOf(model, bound, attempt.max_output_tokens);
  const reservation = await deps.ledger.reserve(purpose, worst);
  const started = deps.now();
  let reply: ProviderReply;
  try {
    reply = await callWithTimeout(attempt, prompt);
  } catch (error) {
    const mayHaveRun = !(error instanceof ProviderError) || error.may_have_run;
    const cost = mayHaveRun ? worst : 0;
    // Unsettled it stays reserved, at its worst case: the next model may be asked all the same.
    await deps.ledger
      .settle(reservation, cost)
      .catch((trouble: unknown) => deps.onTrouble('settle', trouble));
    if (error instanceof ProviderError) {
      attempt.hops.push({
        ...hopOf(model, noUsage, cost, deps.now() - started),
        outcome: 'failed',
        reason: `${error.kind}: ${recorded(attempt, error.message)}`,
      });
      // A caller who no longer waits says nothing about the model.
      if (!attempt.signal.aborted) await noteFailure(deps, model, error);
    }
    throw error;
  }
  const estimated = {
    input: model.metered ? estimatePrompt(prompt) : 0,
    output: model.metered ? estimateTokens(reply.text) : 0,
  };
  const usage = plausibleUsage(
    reply.usage,
    { input: bound, output: isFree ? bound : attempt.max_output_tokens },
    estimated,
  );
  const cost = costOf(model, usage);
  await deps.ledger.settle(reservation, cost).catch((error: unknown) => deps.onTrouble('settle', error));
  await deps.breaker.succeeded(model.name).catch((error: unknown) => deps.onTrouble('breaker', error));
  return { reply, usage, cost_nano: cost };
}

const noUsage: TokenUsage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 };

async function noteFailure(deps: AttemptDeps, model: Model, error: ProviderError): Promise<void> {
  const isModelsFault = error.retryable || error.kind === 'auth';
  const noted = isModelsFault
    ? deps.breaker.failed(model.name, error.kind === 'auth')
    : deps.breaker.succeeded(model.name);
  await noted.catch((trouble: unknown) => deps.onTrouble('breaker', trouble));
}

async function callWithTimeout<Answer>(attempt: Attempt<Answer>, prompt: Prompt): Promise<ProviderReply> {
  const { model, provider, on_delta: onDelta, timeout_ms, signal } = attempt;
  const controller = new AbortController();
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      const why = signal.aborted ? 'the call was cancelled' : `no answer within ${timeout_ms / 1000} s`;
      const error = new ProviderError('timeout', `${model.name}: ${why}.`, { cause: signal.reason });
      // Rejected first: an adapter that ignores its signal, or answers it with an error of its own, must not hold the call.
      reject(error);
      controller.abort(error);
    };
  });
  const timer = setTimeout(stop, timeout_ms);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const call: ProviderCall = {
    model: model.id,
    role: attempt.role,
    system: prompt.system,
    messages: prompt.messages,
    ...(prompt.json ? { json: prompt.json } : {}),
    max_output_tokens: attempt.max_output_tokens,
    temperature: attempt.temperature,
    cache_prefix: model.abilities.includes('prompt_cache'),
    signal: controller.signal,
  };
  const ask = async () =>
    onDelta && provider.stream ? provider.stream(call, onDelta) : provider.complete(call);
  try {
    return await Promise.race([ask(), stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function hopOf(
  model: Model,
  usage: TokenUsage,
  costNano: number,
  duration: number,
): Omit<ModelHop, 'outcome' | 'reason'> {
  return {
    provider: model.provider,
    model: model.name,
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    cost_usd: toUsd(costNano),
    duration_ms: duration,
  };
}

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
  };
}
