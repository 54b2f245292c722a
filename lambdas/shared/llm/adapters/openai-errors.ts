/** Failures of the OpenAI-compatible protocol, classified for the router. */
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { createRedactor } from '../../privacy/redact.ts';
import { ProviderError } from '../provider.ts';

const LONGEST_MESSAGE = 300;

/** A provider's words without its key, other secrets or personal data. */
export function safeMessage(message: string, key: string): string {
  const withoutKey = key.length >= 8 ? message.replaceAll(key, '[key]') : message;
  return createRedactor().redact(withoutKey.slice(0, LONGEST_MESSAGE));
}

/** Milliseconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date, RFC 9110 10.2.3). */
export function retryAfter(
  headers: { get(name: string): string | null } | undefined,
  now = Date.now(),
): number | null {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const text = headers?.get('retry-after');
  if (!text) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** True when no connection was made, so that nothing can have been done or billed. */
export function neverConnected(error: unknown): boolean {
  const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];
  let cause: unknown = error;
  for (let depth = 0; typeof cause === 'object' && cause !== null && depth < 6; depth += 1) {
    if (refused.includes(String(Reflect.get(cause, 'code')))) return true;
    cause = Reflect.get(cause, 'cause');
  }
  return false;
}

/** Anything a call throws, as a ProviderError; an error of the office's own code passes unchanged. */
export function classifyOpenAiError(provider: string, error: unknown, key: string): unknown {
  if (error instanceof ProviderError) return error;
  const message = (text: string) => `${provider}: ${safeMessage(text, key)}`;
  if (error instanceof APIUserAbortError)
    return new ProviderError('timeout', message('the call was cancelled'));
  if (error instanceof APIConnectionTimeoutError)
    return new ProviderError('timeout', message('no answer in time'));
  if (error instanceof APIConnectionError) {
    const words = namedError(error.cause).message || error.message;
    return new ProviderError('network', message(words), { may_have_run: !neverConnected(error) });
  }
  if (error instanceof APIError && typeof error.status === 'number') return classifyStatus(error, message);
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
  const options = { retry_after_ms: retryAfter(error.headers) };
  if (status === 401 || status === 403) return new ProviderError('auth', words);
  if (status === 429) {
    // No pause refills an empty account.
    if (error.code === 'insufficient_quota') return new ProviderError('auth', words);
    return new ProviderError('rate_limited', words, options);
  }
  if (status === 408) return new ProviderError('timeout', words);
  if (status === 409 || status >= 500) return new ProviderError('server', words, options);
  const isTooLong =
    error.code === 'context_length_exceeded' ||
    status === 413 ||
    /context.{0,20}(length|window)|too (long|many tokens)|maximum.{0,20}tokens/i.test(error.message);
  return new ProviderError(isTooLong ? 'too_long' : 'bad_request', words);
}
