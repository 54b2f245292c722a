/**
 * What the servers of this protocol take differs by vendor, version and model. A call begins with what its provider is
 * known for; a parameter that is refused is renamed or left out, and so from then on. A refused call is billed by nobody.
 */
import { APIError } from 'openai';
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { JsonObject } from '../../../../schemas/json.ts';
import type { MessagePart, ProviderCall } from '../provider.ts';
import { isStrictSchema, withoutMeta } from './strict-schema.ts';

export interface Dialect {
  /** The most that may be asked for: the schema's own mode, JSON mode, or nothing but words. */
  readonly format: 'json_schema' | 'json_object' | 'words';
  readonly limit: 'max_tokens' | 'max_completion_tokens';
  readonly limit_renamed: boolean;
  readonly temperature: boolean;
  readonly stream_usage: boolean;
}

export const dialectOf = (provider: string, model: string): Dialect => ({
  format: 'json_schema',
  // OpenAI renamed it; the others know the old name.
  limit: provider === 'openai' ? 'max_completion_tokens' : 'max_tokens',
  limit_renamed: false,
  // Reasoning models refuse any temperature but their own.
  temperature: !/^(o\d|gpt-5)/.test(model),
  stream_usage: true,
});

/** Groq checks the answer against the schema itself, and refuses the request when it does not fit. */
export const isUnfitAnswer = (error: APIError): boolean => error.code === 'json_validate_failed';

/** What the server said about a request it did not take; null for other failures. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof APIError) || ![400, 415, 422, 501].includes(error.status ?? 0)) return null;
  // About this prompt, or this answer: their words may name the schema all the same.
  if (error.code === 'context_length_exceeded' || isUnfitAnswer(error)) return null;
  return `${error.param ?? ''} ${error.message} ${JSON.stringify(error.error ?? null)}`.slice(0, 4_000);
}

const unknownWords =
  /unsupported|not supported|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|extra|forbidden|instead|invalid (?:parameter|argument|field)/i;

/** The dialect without what was refused; null when the refusal is about something else. */
export function adjusted(
  dialect: Dialect,
  sent: Partial<ChatCompletionCreateParamsNonStreaming>,
  refusal: string,
): Dialect | null {
  const format = sent.response_format?.type;
  if (format !== undefined && /response_?format|json_?(?:schema|object|mode)|schema/i.test(refusal))
    return { ...dialect, format: format === 'json_schema' ? 'json_object' : 'words' };
  if (sent.temperature !== undefined && /temperature/i.test(refusal))
    return { ...dialect, temperature: false };
  if (dialect.stream_usage && /stream_options|include_usage/i.test(refusal))
    return { ...dialect, stream_usage: false };
  if (!dialect.limit_renamed && refusal.includes(dialect.limit) && unknownWords.test(refusal)) {
    const limit = dialect.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    return { ...dialect, limit, limit_renamed: true };
  }
  return null;
}

export function paramsOf(call: ProviderCall, dialect: Dialect): ChatCompletionCreateParamsNonStreaming {
  const mechanism = call.json?.mechanism ?? 'prompt';
  const bySchema = call.json !== undefined && mechanism === 'json_schema' && dialect.format === 'json_schema';
  const byMode = call.json && !bySchema && mechanism !== 'prompt' && dialect.format !== 'words';
  // The router put it into words already for a model without a mode of its own.
  const inWords = call.json && mechanism === 'json_schema' && !bySchema;
  const system = inWords
    ? `${call.system}\n\nAnswer with one JSON document that fits this JSON Schema:\n${JSON.stringify(call.json?.schema)}`
    : call.system;
  return {
    model: call.model,
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...call.messages.map(messageOf),
    ],
    [dialect.limit]: call.max_output_tokens,
    ...(dialect.temperature ? { temperature: call.temperature } : {}),
    ...(call.json && bySchema ? { response_format: schemaFormat(call.json.name, call.json.schema) } : {}),
    ...(byMode ? { response_format: { type: 'json_object' } } : {}),
  };
}

function schemaFormat(name: string, schema: JsonObject) {
  return {
    type: 'json_schema' as const,
    json_schema: {
      name: name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64),
      schema: withoutMeta(schema),
      strict: isStrictSchema(schema),
    },
  };
}

function messageOf(message: ProviderCall['messages'][number]): ChatCompletionMessageParam {
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (message.role === 'assistant') return { role: 'assistant', content: texts.join('\n') };
  // Plain text as a string: some servers know nothing else.
  if (texts.length === message.content.length) return { role: 'user', content: texts.join('\n\n') };
  return { role: 'user', content: message.content.map(partOf) };
}

function partOf(part: MessagePart): ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const url = `data:${part.media_type};base64,${Buffer.from(part.bytes).toString('base64')}`;
  if (part.type === 'image') return { type: 'image_url', image_url: { url } };
  return { type: 'file', file: { filename: part.name, file_data: url } };
}
