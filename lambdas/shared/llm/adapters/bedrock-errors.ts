/** Failures of Bedrock, classified for the router. Names: the Converse operation's error list. */
import { describeError } from '../../errors.ts';
import { ProviderError } from '../provider.ts';
import { safeMessage } from './openai-errors.ts';
import { neverConnected } from './openai-transport.ts';
import { retryAfter } from './retry-after.ts';

const kinds: Readonly<Record<string, ProviderError['kind']>> = {
  ThrottlingException: 'rate_limited',
  ServiceQuotaExceededException: 'rate_limited',
  TooManyRequestsException: 'rate_limited',
  ModelTimeoutException: 'timeout',
  TimeoutError: 'timeout',
  AbortError: 'timeout',
  InternalServerException: 'server',
  ServiceUnavailableException: 'server',
  ModelErrorException: 'server',
  ModelNotReadyException: 'server',
  ModelStreamErrorException: 'server',
  AccessDeniedException: 'auth',
  UnrecognizedClientException: 'auth',
  InvalidSignatureException: 'auth',
  ExpiredTokenException: 'auth',
  CredentialsProviderError: 'auth',
  ResourceNotFoundException: 'bad_request',
  ValidationException: 'bad_request',
};

/** Anything the client throws, as a ProviderError; an error of the office's own code passes unchanged. */
export function classifyBedrockError(provider: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const message = `${provider}: ${safeMessage(describeError(error), '')}`;
  if (error.name === 'ZodError')
    return new ProviderError(
      'server',
      `${provider}: the answer does not have the form of this model's family.`,
    );
  const kind = kinds[error.name];
  if (
    kind === 'bad_request' &&
    /too (long|many)|maximum.{0,30}tokens|context.{0,10}(length|window)/i.test(message)
  )
    return new ProviderError('too_long', message);
  if (kind) return new ProviderError(kind, message, { retry_after_ms: retryAfter(headersOf(error)) });
  const status = statusOf(error);
  if (status !== undefined) {
    if (status === 429)
      return new ProviderError('rate_limited', message, { retry_after_ms: retryAfter(headersOf(error)) });
    // A page in place of the answer, or of a failure's words.
    if (status < 300 || hasNoWords(error))
      return new ProviderError(
        status >= 500 || status < 300 ? 'server' : 'bad_request',
        `${provider}: status ${status} with a body that is not JSON; check the endpoint.`,
      );
    if (status === 413) return new ProviderError('too_long', message);
    return new ProviderError(status >= 500 ? 'server' : 'bad_request', message);
  }
  if (isConnectionFailure(error))
    return new ProviderError('network', message, { may_have_run: !neverConnected(error) });
  return error;
}

const hasNoWords = (error: Error): boolean => /Deserialization error/.test(error.message);

/** Sockets fail with a code, somewhere among the causes; a body that is no JSON fails to parse. */
function isConnectionFailure(error: Error): boolean {
  let cause: unknown = error;
  for (let depth = 0; typeof cause === 'object' && cause !== null && depth < 6; depth += 1) {
    if (typeof Reflect.get(cause, 'code') === 'string' || Reflect.get(cause, 'name') === 'SyntaxError')
      return true;
    cause = Reflect.get(cause, 'cause');
  }
  return /wrapper|socket|ECONN|HTTP2/i.test(error.message);
}

function statusOf(error: Error): number | undefined {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function headersOf(error: Error): { get(name: string): string | null } | undefined {
  const response = '$response' in error ? error.$response : undefined;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const headers = response.headers;
  if (typeof headers !== 'object' || headers === null) return undefined;
  return {
    get: (name) => {
      const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
      return typeof value === 'string' ? value : null;
    },
  };
}
