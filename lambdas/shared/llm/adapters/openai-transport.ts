/** The way to a server of the OpenAI protocol and back: no detours, no endless answers, and a reason for each failure. */
import { z } from 'zod';
import { ProviderError } from '../provider.ts';

/** Ninety-six vectors of 8,192 numbers are about half of it. */
const LARGEST_ANSWER = 32 * 1024 * 1024;
/** More than any reason has; the rest of a failure is not read. */
const LARGEST_FAILURE = 64 * 1024;

/**
 * Follows no redirect: the prompt was meant for the configured address, and so was the key.
 * The SDK knows `{"error":{"message":"..."}}` alone and calls every other body empty. Mistral's has its message on top,
 * Gemini's stands in a list, servers in Python have `detail`.
 */
export function fetchFor(
  provider: string,
): (url: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const { status, headers } = response;
    if (response.ok) return within(LARGEST_ANSWER, provider, response);
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new ProviderError(
        'bad_request',
        `${provider}: the address redirects${targetOf(headers.get('location'), response.url)}, which is not followed; set the address that answers by itself.`,
      );
    }
    const text = await beginningOf(response);
    return new Response(text === '' ? null : JSON.stringify({ error: reasonIn(text) }), { status, headers });
  };
}

/** Host and path of a redirect: what follows them may be a secret. */
function targetOf(location: string | null, from: string): string {
  if (location === null || !URL.canParse(location, from)) return '';
  const { protocol, host, pathname } = new URL(location, from);
  return ` to ${protocol}//${host}${pathname}`;
}

function within(most: number, provider: string, response: Response): Response {
  const { body, status, headers } = response;
  const declared = Number(headers.get('content-length') ?? Number.NaN);
  if (!body || (declared <= most && !headers.has('content-encoding'))) return response;
  const tooLarge = () =>
    new ProviderError(
      'server',
      `${provider}: the answer is larger than ${most / 1024 / 1024} MB and was not read to its end.`,
      { may_have_run: true },
    );
  let read = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      read += chunk.byteLength;
      if (read > most) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(counted), { status, headers });
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const chunks: Uint8Array[] = [];
  let read = 0;
  while (read < LARGEST_FAILURE) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    read += value.byteLength;
  }
  await reader.cancel();
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, LARGEST_FAILURE));
}

const reasonsSchema = z.looseObject({
  error: z.unknown().optional(),
  message: z.unknown().optional(),
  detail: z.unknown().optional(),
  code: z.unknown().optional(),
  type: z.unknown().optional(),
});

function reasonIn(text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { message: text };
    throw error;
  }
  const reasons = reasonsSchema.safeParse(Array.isArray(body) ? body[0] : body);
  if (!reasons.success) return { message: text };
  const { error, message, detail, code, type } = reasons.data;
  if (typeof error === 'object' && error !== null) return error;
  const words = error ?? message ?? detail ?? text;
  return { message: typeof words === 'string' ? words : JSON.stringify(words), code, type };
}

/** An error and what caused it, outermost first. */
export function* causesOf(error: unknown): Generator<object> {
  let cause = error;
  for (let depth = 0; typeof cause === 'object' && cause !== null && depth < 6; depth += 1) {
    yield cause;
    cause = Reflect.get(cause, 'cause');
  }
}

const refused = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** A certificate that is not trusted, or a server that speaks no TLS: nothing was sent yet. */
const untrusted =
  /^(?:UND_ERR_CONNECT_TIMEOUT|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|ERR_TLS_CERT|ERR_SSL_WRONG_VERSION|ERR_SSL_UNSUPPORTED|HOSTNAME_MISMATCH)/;

/** True when no connection was made, so that nothing can have been done or billed. */
export function neverConnected(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    const code = String(Reflect.get(cause, 'code'));
    if (refused.has(code) || untrusted.test(code) || Reflect.get(cause, 'syscall') === 'connect') return true;
    // What fetch refuses before it dials.
    if (/^bad port$|includes credentials/.test(String(Reflect.get(cause, 'message')))) return true;
  }
  return false;
}
