import type { z } from 'zod';
import type { JsonObject } from '../../../schemas/json.ts';
import { OfficeError } from '../errors.ts';

/** Roles that call models; routes are by role and task kind. */
export type ModelRole = 'analyst' | 'planner' | 'validator' | 'broker' | 'reviewer' | 'ai_tool';

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly media_type: string; readonly bytes: Uint8Array }
  | {
      readonly type: 'document';
      readonly media_type: string;
      readonly name: string;
      readonly bytes: Uint8Array;
    };

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly MessagePart[];
}

/** How a model is made to answer JSON: the provider's schema mode, a forced tool, its JSON mode, or words alone. */
export type JsonMechanism = 'json_schema' | 'forced_tool' | 'json_object' | 'prompt';

/** One call to one model, as a provider's adapter gets it. */
export interface ProviderCall {
  /** The provider's own id of the model. */
  readonly model: string;
  readonly role: ModelRole;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** When set the answer must be JSON of this schema; adapters use the provider's own mechanism where it has one. */
  readonly json?: {
    readonly name: string;
    readonly schema: JsonObject;
    /** The mechanism the model has for it; `prompt` when absent: the schema stands in the system text. */
    readonly mechanism?: JsonMechanism;
  };
  /** Ask the provider to keep the prompt's prefix, where it sells that. */
  readonly cache_prefix?: boolean;
  readonly max_output_tokens: number;
  readonly temperature: number;
  readonly signal: AbortSignal;
}

export interface TokenUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Part of `input_tokens` that was read from the provider's prefix cache. */
  readonly cached_input_tokens: number;
  /** Part of `input_tokens` that was written to it, where that has its own price. */
  readonly cache_write_tokens?: number;
}

export interface ProviderReply {
  readonly text: string;
  readonly usage: TokenUsage;
  readonly stop_reason: 'end' | 'length' | 'refusal';
}

/** A source of model answers. Adapters translate; they don't retry, validate or bill. */
export interface ModelProvider {
  readonly name: string;
  complete(call: ProviderCall): Promise<ProviderReply>;
  /** As `complete`, handing over the text piece by piece as it comes. */
  stream?(call: ProviderCall, onText: (delta: string) => void): Promise<ProviderReply>;
  /** Ids of the models the account offers; the cheapest call that proves the key. */
  list?(signal: AbortSignal): Promise<string[]>;
  /** One vector per text, in order. */
  embed?(model: string, texts: readonly string[], signal: AbortSignal): Promise<number[][]>;
}

/** What a call is for: billing, budgets and the task's record of model hops. */
export interface ModelPurpose {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly subtask_id?: string;
  readonly step_id?: string;
  readonly iteration?: number;
  /** The most the whole task may spend, when the task limits it. USD. */
  readonly max_cost_usd?: number;
}

export interface ModelRequest<Answer> {
  readonly role: ModelRole;
  readonly purpose: ModelPurpose;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** The answer is parsed and checked against this; `null` asks for plain text. */
  readonly schema: { readonly name: string; readonly zod: z.ZodType<Answer> } | null;
  readonly max_output_tokens?: number;
  /** Ask for at least this tier, e.g. after a rejection. */
  readonly min_tier?: 'small' | 'medium' | 'large';
  /** What the work is about, e.g. `code`; routes and learned tiers may differ by it. */
  readonly task_kind?: string;
  /** 0 to 1, the planner's own: what a validator or reviewer judges a confident plan with may be a smaller model. */
  readonly plan_confidence?: number;
  /** How often the validator or reviewer sent this work back; each time asks for one tier more. */
  readonly rejections?: number;
  readonly temperature?: number;
  /** False: never answer from the store. */
  readonly cache?: boolean;
  /** Plain text only: gets the text as it comes. `attempt` grows when another model starts over. */
  readonly on_text?: (piece: { readonly attempt: number; readonly delta: string }) => void;
  readonly signal?: AbortSignal;
}

/** One attempt within a call, kept on the task. */
export interface ModelHop {
  readonly provider: string;
  readonly model: string;
  readonly outcome: 'answered' | 'cached' | 'failed' | 'rejected' | 'skipped';
  readonly reason?: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
  readonly duration_ms: number;
}

export interface ModelAnswer<Answer> {
  readonly value: Answer;
  readonly provider: string;
  readonly model: string;
  readonly hops: readonly ModelHop[];
  readonly cost: { readonly usd: number; readonly tokens: number };
}

/** What roles call. One interface; the router behind it picks, guards, bills and records. */
export interface ModelRouter {
  /**
   * @throws NoModelAnsweredError every route failed; carries the hops
   * @throws BudgetExhaustedError the tenant's budget can't take the worst case
   * @throws TaskCostLimitError the task's own `max_cost_usd` can't
   */
  complete<Answer>(request: ModelRequest<Answer>): Promise<ModelAnswer<Answer>>;
}

export class NoModelAnsweredError extends OfficeError {
  override readonly name = 'NoModelAnsweredError';
  readonly hops: readonly ModelHop[];
  constructor(message: string, hops: readonly ModelHop[], cause?: unknown) {
    super(message, { cause });
    this.hops = hops;
  }
}

/** The task needs a language model and none is configured; the message names the settings that add one. */
export class ModelRequiredError extends OfficeError {
  override readonly name = 'ModelRequiredError';
  /** Why, without the advice on how to add a model. */
  readonly reason: string;
  constructor(message: string, reason: string = message) {
    super(message);
    this.reason = reason;
  }
}

export class BudgetExhaustedError extends OfficeError {
  override readonly name = 'BudgetExhaustedError';
  /** What was tried, and paid, before the refusal. */
  readonly hops: readonly ModelHop[];
  constructor(message: string, hops: readonly ModelHop[] = [], cause?: unknown) {
    super(message, { cause });
    this.hops = hops;
  }
}

export class TaskCostLimitError extends OfficeError {
  override readonly name = 'TaskCostLimitError';
  /** What was tried, and paid, before the refusal. */
  readonly hops: readonly ModelHop[];
  constructor(message: string, hops: readonly ModelHop[] = [], cause?: unknown) {
    super(message, { cause });
    this.hops = hops;
  }
}

/** The prompt is longer than the window of every model on the route. */
export class PromptTooLongError extends OfficeError {
  override readonly name = 'PromptTooLongError';
  readonly hops: readonly ModelHop[];
  constructor(message: string, hops: readonly ModelHop[]) {
    super(message);
    this.hops = hops;
  }
}

/** A provider's failure, classified by its adapter. */
export class ProviderError extends OfficeError {
  override readonly name = 'ProviderError';
  override readonly retryable: boolean;
  readonly kind: 'rate_limited' | 'server' | 'timeout' | 'network' | 'auth' | 'bad_request' | 'too_long';
  readonly retry_after_ms: number | null;
  /** True when the provider may have done, and will bill, the work although no answer came. */
  readonly may_have_run: boolean;
  constructor(
    kind: ProviderError['kind'],
    message: string,
    options: { retry_after_ms?: number | null; may_have_run?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryable = kind === 'rate_limited' || kind === 'server' || kind === 'timeout' || kind === 'network';
    this.retry_after_ms = options.retry_after_ms ?? null;
    this.may_have_run = options.may_have_run ?? (kind === 'timeout' || kind === 'network');
  }
}
