/** Failures of the OpenAI-compatible protocol, classified for the router. */
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { createRedactor } from '../../privacy/redact.ts';
import { ProviderError } from '../provider.ts';
import { isUnfitAnswer } from './openai-dialect.ts';
import { causesOf, neverConnected } from './openai-transport.ts';
import { retryAfter, retryInBody } from './retry-after.ts';

const LONGEST_MESSAGE = 300;

/** Looked at before the cut, which must not leave half a secret that no rule knows. */
const LOOKED_AT = 2_000;

/** `sk-proj-********wxyz`: OpenAI quotes a refused key by its ends. */
const maskedKey = /[\w-]{2,}\*{3,}[\w-]*/g;

/** A provider's words without its key, other secrets or personal data; of a page, what can be read. */
export function safeMessage(message: string, key: string): string {
  const withoutKey = (key.length >= 8 ? message.replaceAll(key, '[key]') : message).replace(
    maskedKey,
    '[key]',
  );
  return createRedactor()
    .redact(readable(withoutKey.slice(0, LOOKED_AT)))
    .slice(0, LONGEST_MESSAGE);
}

function readable(text: string): string {
  if (!/<(?:!doctype|html|head|body)\b/i.test(text)) return text;
  return text
    .replace(/<(style|script|title)\b[^>]*>[^<]*<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A failure that stands in the body of a 200, as gateways send it: `{"error":{"code":429,"message":"..."}}`. */
export function failureInBody(provider: string, error: unknown, key: string): ProviderError {
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const words = typeof error === 'string' ? error : field('message');
  const status = [field('code'), field('status')].map(Number).find((code) => code >= 400 && code < 600);
  const asSent = new APIError(
    status ?? 500,
    {
      message: typeof words === 'string' ? words : 'a failure without a message',
      code: field('code'),
      type: field('type'),
      details: field('details'),
    },
    undefined,
    undefined,
  );
  return classifyStatus(asSent, (text) => `${provider}: ${safeMessage(text, key)}`);
}

/** Anything a call throws, as a ProviderError; an error of the office's own code passes unchanged. */
export function classifyOpenAiError(provider: string, error: unknown, key: string): unknown {
  if (error instanceof ProviderError) return error;
  const message = (text: string) => `${provider}: ${safeMessage(text, key)}`;
  if (isHeaderFailure(error))
    return new ProviderError(
      'auth',
      `${provider}: the key has characters that no key has, such as a line break or a typographic quote; set it again.`,
    );
  if (error instanceof APIUserAbortError)
    return new ProviderError('timeout', message('the call was cancelled'));
  if (error instanceof APIConnectionTimeoutError)
    return new ProviderError('timeout', message('no answer in time'));
  if (error instanceof APIConnectionError) {
    const causes = [...causesOf(error)];
    const known = causes.find((cause) => cause instanceof ProviderError);
    if (known) return known;
    // "fetch failed" says nothing; its own cause does.
    const words = namedError(causes.at(-1)).message || error.message;
    return new ProviderError('network', message(words), { may_have_run: !neverConnected(error) });
  }
  if (error instanceof APIError && typeof error.status === 'number') return classifyStatus(error, message);
  // Inside of a stream, behind a 200: what came before it may be billed.
  if (error instanceof APIError && typeof error.error === 'object' && error.error !== null) {
    const { kind, message: words, retry_after_ms } = failureInBody(provider, error.error, key);
    return new ProviderError(kind, words, { retry_after_ms, may_have_run: true });
  }
  if (isBodyFailure(error))
    return new ProviderError('network', message(`the answer broke off (${namedError(error).message})`));
  return error;
}

/**
 * What fetch throws when a body ends too early or is no JSON, and the SDK for an error inside of a stream.
 * By name: fetch's errors may come from another realm than this module's.
 */
function isBodyFailure(error: unknown): boolean {
  if (error instanceof APIError) return true;
  const { name, message } = namedError(error);
  return (
    name === 'AbortError' ||
    name === 'SyntaxError' ||
    (name === 'TypeError' && /terminated|fetch failed|other side closed/.test(message))
  );
}

/** Fetch's own words would quote the header, and with it the key. */
function isHeaderFailure(error: unknown): boolean {
  const { name, message } = namedError(error);
  return name === 'TypeError' && /header value|ByteString/i.test(message);
}

function namedError(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly cause: unknown;
} {
  if (typeof error !== 'object' || error === null)
    return { name: '', message: String(error), cause: undefined };
  const text = (key: 'name' | 'message') => (key in error ? String(Reflect.get(error, key)) : '');
  return { name: text('name'), message: text('message'), cause: Reflect.get(error, 'cause') };
}

function classifyStatus(error: APIError, message: (text: string) => string): ProviderError {
  const status = error.status ?? 0;
  const words = message(error.message);
  const options = {
    retry_after_ms: retryAfter(error.headers) ?? retryInBody(error.error, error.message),
  };
  // No pause refills an empty account either.
  if (status === 401 || status === 402 || status === 403) return new ProviderError('auth', words);
  if (status === 429) {
    if (error.code === 'insufficient_quota' || error.type === 'insufficient_quota')
      return new ProviderError('auth', words);
    return new ProviderError('rate_limited', words, options);
  }
  if (isUnfitAnswer(error)) return new ProviderError('server', words, { may_have_run: true });
  if (status === 408) return new ProviderError('timeout', words);
  if (status === 409 || status >= 500) return new ProviderError('server', words, options);
  // "The maximum value for max_tokens": the answer's limit, not the prompt.
  const isAboutLimit = /max_(?:completion_|output_)?tokens/.test(error.message);
  const isTooLong =
    error.code === 'context_length_exceeded' ||
    status === 413 ||
    /context.{0,20}(length|window)|too (long|many tokens)/i.test(error.message) ||
    (!isAboutLimit && /maximum.{0,20}tokens/i.test(error.message));
  if (status === 404)
    return new ProviderError(
      'bad_request',
      `${words} (the base URL or the model's id is not known there; an address usually ends in /v1)`,
    );
  return new ProviderError(isTooLong ? 'too_long' : 'bad_request', words);
}
