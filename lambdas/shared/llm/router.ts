/**
 * The model router: picks a model by policy, guards it with budget, breaker and cache, checks its answer, and goes on
 * to the next one when it must. Every hop is recorded.
 */
import { z } from 'zod';
import type { JsonObject } from '../../../schemas/json.ts';
import { createRedactor, type Redactor } from '../privacy/redact.ts';
import type { AskForPersonalData } from '../privacy/service.ts';
import { type CheckedAnswer, readAnswer } from './answers.ts';
import {
  type AttemptDeps,
  attemptModel,
  defaultRetries,
  RejectedAnswer,
  type RetrySettings,
} from './attempt.ts';
import type { CircuitBreaker } from './breaker.ts';
import type { BudgetLedger } from './budget.ts';
import type { AnswerCache, CachedAnswer } from './cache.ts';
import { cacheKey } from './cache-key.ts';
import { type CandidateDeps, candidatesFor } from './candidates.ts';
import { economise } from './context.ts';
import { costOfHops } from './hop-cost.ts';
import { type BudgetRefusal, emptyHop, failure, TOO_LONG } from './hops.ts';
import { jsonMechanismOf, type Model, type Route } from './models.ts';
import { instruct, protect, restoringStream, textsOf } from './prompt.ts';
import {
  BudgetExhaustedError,
  type ModelAnswer,
  type ModelHop,
  type ModelRequest,
  ModelRequiredError,
  type ModelRouter,
  ProviderError,
  TaskCostLimitError,
  type TokenUsage,
} from './provider.ts';
import type { ProviderRegistry } from './providers.ts';
import { estimatePrompt, fitsInto, type Prompt } from './tokens.ts';
import type { UsageStore } from './usage.ts';
import { createUsageRecorder } from './usage-recorder.ts';

export interface RouterDeps extends CandidateDeps {
  readonly registry: Pick<ProviderRegistry, 'provider' | 'usable'>;
  /** Asked only for calls that can cost something. */
  readonly ledger: BudgetLedger;
  /** Shared by all functions; only models with `metered` touch it. */
  readonly breaker: CircuitBreaker;
  /** For models that touch no shared store. */
  readonly localBreaker: CircuitBreaker;
  readonly cache?: AnswerCache;
  readonly usage?: Pick<UsageStore, 'record'>;
  readonly retries?: RetrySettings;
  /** Asked about each prompt that leaves, besides the office's own rules. */
  readonly personalData?: AskForPersonalData;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly onHop?: (hop: ModelHop, request: Pick<ModelRequest<unknown>, 'role' | 'purpose'>) => void;
  readonly onTrouble?: (what: string, error: unknown) => void;
}

export function createModelRouter(deps: RouterDeps): ModelRouter {
  const now = deps.now ?? (() => performance.now());
  const onTrouble = deps.onTrouble ?? (() => undefined);
  const recorder = createUsageRecorder({ ...(deps.usage ? { usage: deps.usage } : {}), onTrouble });
  const jsonSchemas = new WeakMap<z.ZodType, JsonObject>();

  function jsonSchemaOf(zod: z.ZodType): JsonObject {
    let schema = jsonSchemas.get(zod);
    if (!schema) {
      schema = z.toJSONSchema(zod, { io: 'input', unrepresentable: 'any' }) as JsonObject;
      jsonSchemas.set(zod, schema);
    }
    return schema;
  }

  return {
    async complete<Answer>(request: ModelRequest<Answer>): Promise<ModelAnswer<Answer>> {
      const route = deps.catalogue.route(request.role);
      const { models, missing } = await candidatesFor(deps, request, route);
      if (models.length === 0)
        throw new ModelRequiredError(
          `No model is configured for the role ${request.role}; set ${[...missing.values()].join(', or ') || 'a route in the model file'}.`,
        );
      const time = new AbortController();
      const late = () => time.abort(new DOMException('The time for the whole call is over.', 'TimeoutError'));
      const timer = setTimeout(late, route.total_seconds * 1000);
      try {
        return await askInTurn(request, route, models, time.signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };

  /** The first answer that one of the models gives before the deadline aborts. */
  async function askInTurn<Answer>(
    request: ModelRequest<Answer>,
    route: Route,
    models: readonly Model[],
    deadline: AbortSignal,
  ): Promise<ModelAnswer<Answer>> {
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    const hops: ModelHop[] = [];
    let refusal: BudgetRefusal | null = null;
    let cause: unknown = null;
    for (const [index, model] of models.entries()) {
      // Rules must not answer in place of a model that only lacks money: the task waits for the budget.
      if (refusal && model.last_resort) break;
      const skip = (reason: string) => hops.push(emptyHop(model, 'skipped', reason));
      const before = hops.length;
      let admitted = false;
      try {
        if (deadline.aborted) {
          skip(`the ${route.total_seconds} s for the whole call were over`);
          continue;
        }
        const unfit = await unfitness(model, request, route);
        if (unfit) {
          skip(unfit);
          continue;
        }
        admitted = true;
        return await callModel(request, route, model, signal, hops, index);
      } catch (error) {
        await recorder.failed(request, model, hops.slice(before));
        if (request.signal?.aborted) throw request.signal.reason;
        if (error instanceof BudgetExhaustedError || error instanceof TaskCostLimitError) {
          refusal ??= error;
          skip(error.name);
        } else if (error instanceof ProviderError || error instanceof RejectedAnswer) {
          cause = error;
        } else if (error instanceof ModelRequiredError && hops.length > 0) {
          cause = error;
          // Where models are configured, how to add one is no help.
          hops.push(emptyHop(model, 'failed', error.reason));
        } else if (deadline.aborted && error === deadline.reason) {
          cause = error;
          skip(`no answer within the ${route.total_seconds} s for the whole call`);
        } else throw error;
      } finally {
        if (admitted) await leave(model);
        for (const hop of hops.slice(before)) deps.onHop?.(hop, request);
      }
    }
    throw failure(request, hops, refusal, cause);
  }

  async function unfitness<Answer>(
    model: Model,
    request: ModelRequest<Answer>,
    route: Route,
  ): Promise<string | null> {
    if (model.last_resort) return null;
    const parts = request.messages.flatMap((message) => message.content);
    if (parts.some((part) => part.type === 'image') && !model.abilities.includes('images'))
      return 'takes no images';
    if (parts.some((part) => part.type === 'document') && !model.abilities.includes('documents'))
      return 'takes no documents';
    const room = model.context_tokens - outputLimit(request, route, model);
    if (!fitsInto({ system: request.system, messages: request.messages }, room)) {
      const frame = estimatePrompt({ system: request.system, messages: [] });
      const { messages } = economise(request.messages, room - frame);
      if (!fitsInto({ system: request.system, messages }, room)) return TOO_LONG;
    }
    // Last: who is admitted may be the one probe, and has to call.
    const breaker = breakerOf(model);
    return (await breaker.admit(model.name)) === null ? null : breaker.reason(model.name);
  }

  async function leave(model: Model): Promise<void> {
    await breakerOf(model)
      .left(model.name)
      .catch((error: unknown) => onTrouble('breaker', error));
  }

  function breakerOf(model: Model): CircuitBreaker {
    return model.metered ? deps.breaker : deps.localBreaker;
  }

  async function callModel<Answer>(
    request: ModelRequest<Answer>,
    route: Route,
    model: Model,
    signal: AbortSignal,
    hops: ModelHop[],
    attemptNumber: number,
  ): Promise<ModelAnswer<Answer>> {
    const limit = outputLimit(request, route, model);
    const room = model.context_tokens - limit;
    const budget = model.last_resort ? Infinity : Math.min(room, route.context_budget_tokens ?? room);
    const json = request.schema
      ? {
          name: request.schema.name,
          schema: jsonSchemaOf(request.schema.zod),
          mechanism: jsonMechanismOf(model),
        }
      : undefined;
    const plain: Prompt = {
      system: model.last_resort ? request.system : instruct(request.system, json),
      messages: model.last_resort ? request.messages : economise(request.messages, budget).messages,
    };
    const redactor: Redactor | null = model.local
      ? null
      : createRedactor((await deps.personalData?.(textsOf(plain))) ?? []);
    const prompt = { ...(redactor ? protect(plain, redactor) : plain), ...(json ? { json } : {}) };
    const restore = (value: unknown) => (redactor ? redactor.restoreValue(value) : value);
    const schema = request.schema?.zod ?? null;
    const temperature = request.temperature ?? 0;
    const stream = request.on_text && !request.schema ? request.on_text : null;
    let hasSpoken = false;
    const emit = stream
      ? restoringStream(redactor, (delta) => {
          hasSpoken = true;
          stream({ attempt: attemptNumber, delta });
        })
      : null;

    let used: TokenUsage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 };
    let own = null as CheckedAnswer<Answer> | null;
    const produce = async (): Promise<CachedAnswer> => {
      const { reply, value, usage, cost_nano } = await attemptModel(attemptDeps(model), {
        model,
        provider: await deps.registry.provider(model.provider),
        role: request.role,
        purpose: request.purpose,
        prompt,
        schema,
        restore,
        redact: (text) => (redactor ? redactor.redact(text) : text),
        max_output_tokens: limit,
        temperature,
        timeout_ms: route.timeout_seconds * 1000,
        signal,
        on_delta: emit ? emit.push : null,
        has_spoken: () => hasSpoken,
        hops,
      });
      emit?.end();
      used = usage;
      own = { ok: true, value };
      const { input_tokens, output_tokens } = usage;
      return { text: reply.text, stop_reason: reply.stop_reason, input_tokens, output_tokens, cost_nano };
    };

    const started = now();
    const before = hops.length;
    let answer: CachedAnswer;
    let shared = false;
    if (deps.cache && model.metered && request.cache !== false && !stream) {
      const hash = cacheKey(model, prompt, temperature, limit);
      const tenant_id = request.purpose.tenant_id;
      ({ answer, shared } = await deps.cache.answer({ tenant_id, hash }, produce, signal));
    } else answer = await produce();

    if (shared) {
      const hop = emptyHop(model, 'cached', 'answered from the store');
      hops.push({ ...hop, duration_ms: now() - started });
    }
    let value = (shared ? null : own) ?? readAnswer(answer, schema, restore);
    if (!value.ok && shared) {
      // Kept before the schema's own rules changed: ask again.
      answer = await produce();
      shared = false;
      value = own ?? readAnswer(answer, schema, restore);
    }
    if (!value.ok) throw new RejectedAnswer(value.problem);
    if (shared) await recorder.fromStore(request, model, answer.cost_nano);
    else await recorder.answered(request, model, used, hops.slice(before));
    return {
      value: value.value,
      provider: model.provider,
      model: model.name,
      hops,
      cost: costOfHops(hops),
    };
  }

  function attemptDeps(model: Model): AttemptDeps {
    return {
      ledger: deps.ledger,
      breaker: breakerOf(model),
      retries: deps.retries ?? defaultRetries,
      now,
      random: deps.random ?? Math.random,
      onTrouble,
    };
  }
}

function outputLimit<Answer>(request: ModelRequest<Answer>, route: Route, model: Model): number {
  const wanted = request.max_output_tokens ?? route.max_output_tokens;
  return Math.min(wanted, model.max_output_tokens, Math.max(1, Math.floor(model.context_tokens / 2)));
}
