/** What comes back over the OpenAI-compatible protocol, as far as servers keep to it. */
import type { ChatCompletion } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { ProviderError, type ProviderReply, type TokenUsage } from '../provider.ts';
import { failureInBody } from './openai-errors.ts';
import { withoutThinking } from './thinking.ts';

/** Gateways hand on a failure behind a 200; others send a body under the wrong content type, which stays text. */
export function bodyOf(provider: string, body: unknown, key: string): object {
  const document = typeof body === 'string' ? parsed(body) : body;
  if (typeof document !== 'object' || document === null)
    throw new ProviderError(
      'server',
      `${provider}: the answer is not JSON; check that the base URL is that of the API, with /v1 where it has one.`,
      { may_have_run: false },
    );
  const failure = 'error' in document && document.error ? failureInBody(provider, document.error, key) : null;
  if (failure) throw failure;
  return document;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function replyOf(provider: string, body: object, isJson: boolean): ProviderReply {
  const completion = body as Partial<ChatCompletion>;
  const choice = completion.choices?.[0];
  if (!choice?.message)
    throw new ProviderError('server', `${provider}: the answer has no choices.`, { may_have_run: true });
  const { message } = choice;
  const content = withoutThinking(textOf(message.content));
  return {
    // Some models call a function they were never given; its arguments are the answer.
    text: (content.trim() === '' && isJson ? argumentsIn(message) : null) ?? content,
    usage: completion.usage ? usageOf(completion.usage) : unknownUsage,
    stop_reason: stopReason(provider, choice.finish_reason, message.refusal),
  };
}

const calledSchema = z.looseObject({
  function: z.looseObject({ arguments: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
});

/** `function_call` is the older form of it. */
function argumentsIn(message: object): string | null {
  const calls = 'tool_calls' in message && Array.isArray(message.tool_calls) ? message.tool_calls : [];
  const older = 'function_call' in message ? [{ function: message.function_call }] : [];
  for (const call of [...calls, ...older]) {
    const called = calledSchema.safeParse(call);
    if (!called.success) continue;
    const given = called.data.function.arguments;
    return typeof given === 'string' ? given : JSON.stringify(given);
  }
  return null;
}

const thoughts = new Set<unknown>(['thinking', 'reasoning']);

/** Text, or a list of parts of which some are thoughts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' &&
      part !== null &&
      !('type' in part && thoughts.has(part.type)) &&
      'text' in part &&
      typeof part.text === 'string'
        ? part.text
        : '',
    )
    .join('');
}

/** Not a number, so that the router's estimate takes its place. */
export const unknownUsage: TokenUsage = {
  input_tokens: Number.NaN,
  output_tokens: Number.NaN,
  cached_input_tokens: 0,
};

type Usage = NonNullable<ChatCompletion['usage']>;

/**
 * Tokens read from the prefix cache: OpenAI, Gemini and Groq count them among the details, DeepSeek as
 * `prompt_cache_hit_tokens`, Moonshot as `cached_tokens` beside the others.
 */
function cachedIn(usage: Usage): number {
  const others = usage as { readonly prompt_cache_hit_tokens?: number; readonly cached_tokens?: number };
  return (
    usage.prompt_tokens_details?.cached_tokens ?? others.prompt_cache_hit_tokens ?? others.cached_tokens ?? 0
  );
}

/** Gemini counts thoughts, which it bills as output, in the total alone. */
export function usageOf(usage: Usage): TokenUsage {
  const rest = usage.total_tokens - usage.prompt_tokens;
  return {
    input_tokens: usage.prompt_tokens,
    output_tokens: rest > usage.completion_tokens ? rest : usage.completion_tokens,
    cached_input_tokens: cachedIn(usage),
  };
}

/** `model_length` is Mistral's. */
const lengthEnds = /^(?:length|max_tokens|max_output_tokens|model_length)$/i;
/** OpenAI's, and Gemini's own words where they are handed on. */
const refusalEnds = /^(?:content_filter|refusal|safety|recitation|blocklist|prohibited_content|spii)$/i;
/** Mistral's, and DeepSeek's under load: what there is of the answer is not one. */
const failedEnds = /^(?:error|insufficient_system_resource)$/i;

/** @throws ProviderError for an answer that its own server gave up */
export function stopReason(
  provider: string,
  finish: unknown,
  refusal: unknown,
): ProviderReply['stop_reason'] {
  const end = String(finish);
  if (failedEnds.test(end))
    throw new ProviderError('server', `${provider}: the answer was given up (${end}).`, {
      may_have_run: true,
    });
  if ((typeof refusal === 'string' && refusal !== '') || refusalEnds.test(end)) return 'refusal';
  return lengthEnds.test(end) ? 'length' : 'end';
}

const vectorsSchema = z.object({
  data: z.array(z.object({ index: z.int().optional(), embedding: z.array(z.number()).min(1) })),
});

/** One vector per text, in order, all of one length. */
export function vectorsOf(provider: string, body: object, texts: number): number[][] {
  const found = vectorsSchema.safeParse(body);
  if (!found.success)
    throw new ProviderError('server', `${provider}: the answer is no list of vectors of numbers.`);
  const vectors = found.data.data
    .map((item, place) => ({ vector: item.embedding, index: item.index ?? place }))
    .sort((a, b) => a.index - b.index)
    .map((item) => item.vector);
  if (vectors.length !== texts)
    throw new ProviderError('server', `${provider}: ${vectors.length} vectors for ${texts} texts.`);
  const lengths = new Set(vectors.map((vector) => vector.length));
  if (lengths.size > 1)
    throw new ProviderError(
      'server',
      `${provider}: vectors of ${[...lengths].join(' and ')} dimensions in one answer.`,
    );
  return vectors;
}
