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
  const call = message.tool_calls?.find((tool) => tool.type === 'function');
  return {
    // Some models call a function they were never given; its arguments are the answer.
    text: content.trim() === '' && isJson && call ? argumentsOf(call.function.arguments) : content,
    usage: completion.usage ? usageOf(completion.usage) : unknownUsage,
    stop_reason: stopReason(choice.finish_reason, message.refusal ?? ''),
  };
}

/** Text, or a list of parts of which some are thoughts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? part.text
        : '',
    )
    .join('');
}

const argumentsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Not a number, so that the router's estimate takes its place. */
export const unknownUsage: TokenUsage = {
  input_tokens: Number.NaN,
  output_tokens: Number.NaN,
  cached_input_tokens: 0,
};

/** Gemini counts thoughts, which it bills as output, in the total alone. */
export function usageOf(usage: NonNullable<ChatCompletion['usage']>): TokenUsage {
  const rest = usage.total_tokens - usage.prompt_tokens;
  return {
    input_tokens: usage.prompt_tokens,
    output_tokens: rest > usage.completion_tokens ? rest : usage.completion_tokens,
    cached_input_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  };
}

export function stopReason(finish: string | null, refusal: string): ProviderReply['stop_reason'] {
  if (refusal !== '' || finish === 'content_filter') return 'refusal';
  return finish === 'length' ? 'length' : 'end';
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
