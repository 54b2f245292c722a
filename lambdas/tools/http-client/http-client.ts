import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, errors } from 'undici';
import {
  createSsrfGuard,
  ForbiddenAddressError,
  ForbiddenHostError,
  InvalidHostRuleError,
  type Resolve,
  type SsrfGuard,
  systemResolve,
} from '../../shared/security/ssrf-guard.ts';
import { type Tool, ToolFailure, type ToolRun } from '../../shared/tools/define-tool.ts';
import { errorCode } from '../../shared/tools/error-code.ts';
import { timeLimit } from '../../shared/tools/time-limit.ts';
import { ACCEPT_ENCODING, bodyText, type LimitedBody, readBody } from './body.ts';
import {
  type HttpClientInputs,
  type HttpClientOutput,
  httpClientDeclaration,
  isIdempotentRequest,
  MAX_REQUEST_BODY_BYTES,
} from './declaration.ts';
import { type Hop, MAX_REDIRECTS, nextHop, parseUrl, redirectTarget } from './redirect.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_HEADER_BYTES = 32_768;

export interface HttpClientDeps {
  /** How names become addresses; the operating system's resolver when absent. */
  readonly resolve?: Resolve;
  /** Exceptions of the installation (`host` or `host:port`), in addition to the tenant's policy. */
  readonly allowHosts?: readonly string[];
}

interface Progress {
  /** Some request of the run may have arrived somewhere. */
  sent: boolean;
  /** The present hop has its connection. */
  connected: boolean;
}

/**
 * The `http_client` tool: one request, at most five redirects, over connections that only go to judged addresses.
 *
 * Each run has its own connections, no cookie jar, no proxy from the environment and no credentials but those in its
 * inputs. A failure is retryable when repeating can't repeat an effect: nothing was sent yet, or the method is safe.
 */
export function createHttpClient(
  deps: HttpClientDeps = {},
): Tool<typeof httpClientDeclaration.inputs, typeof httpClientDeclaration.output> {
  return {
    declaration: httpClientDeclaration,
    async run(inputs, run) {
      const first = firstHop(inputs, run);
      const progress: Progress = { sent: false, connected: false };
      const guard = guardFor(deps, run);
      const limit = timeLimit(run.signal, Math.ceil(inputs.timeout_seconds * 1000));
      const agent = agentFor(guard, limit.signal, progress);
      try {
        const output = await exchange(first, inputs, agent, limit.signal, progress);
        return { output: fitting(output, run.policy.max_output_bytes) };
      } catch (error) {
        throw failureOf(error, inputs, progress, limit.signal.aborted);
      } finally {
        limit.end();
        await agent.destroy();
      }
    },
  };
}

function guardFor(deps: HttpClientDeps, run: ToolRun): SsrfGuard {
  const { allow_hosts, deny_hosts } = run.policy;
  try {
    const allowed = [...(deps.allowHosts ?? []), ...allow_hosts];
    return createSsrfGuard({ allow_hosts: allowed, deny_hosts }, deps.resolve ?? systemResolve);
  } catch (error) {
    if (!(error instanceof InvalidHostRuleError)) throw error;
    throw new ToolFailure('InvalidPolicy', error.message, { cause: error });
  }
}

function agentFor(guard: SsrfGuard, signal: AbortSignal, progress: Progress): Agent {
  const onConnected = () => {
    progress.sent = true;
    progress.connected = true;
  };
  return new Agent({
    connect: guard.connector({ timeoutMs: CONNECT_TIMEOUT_MS, signal, onConnected }),
    // The run's own signal bounds the time, so undici's idle timers are off.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    pipelining: 0,
  });
}

function firstHop(inputs: HttpClientInputs, run: ToolRun): Hop {
  const headers: Record<string, string> = {
    'accept-encoding': ACCEPT_ENCODING,
    'user-agent': 'intelligent-office/1.0',
  };
  let body: string | undefined;
  if (inputs.body !== undefined && inputs.body !== null) {
    if (inputs.method === 'GET' || inputs.method === 'HEAD') {
      throw new ToolFailure(
        'InvalidInputs',
        `A ${inputs.method} request has no body; use POST, PUT or PATCH.`,
      );
    }
    body = typeof inputs.body === 'string' ? inputs.body : JSON.stringify(inputs.body);
    headers['content-type'] = isJson(body) ? 'application/json' : 'text/plain; charset=utf-8';
    if (Buffer.byteLength(body) > MAX_REQUEST_BODY_BYTES) {
      throw new ToolFailure('RequestTooLarge', `A request body has at most ${MAX_REQUEST_BODY_BYTES} bytes.`);
    }
  }
  const url = parseUrl(inputs.url);
  if (!isIdempotentRequest(inputs)) headers['idempotency-key'] = keyOf(run, inputs.method, url, body);
  for (const [name, value] of Object.entries(inputs.headers)) headers[name.toLowerCase()] = value;
  return { url, method: inputs.method, headers, body };
}

/** Whether a text is a JSON object or array; a plan often writes one as text. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets a server that knows the header recognize a repetition: the same for each try of one step's request, different
 * for every other. Hashed, because it would name the tenant and the task.
 */
function keyOf(run: ToolRun, method: string, url: URL, body: string | undefined): string {
  const step = [run.tenant_id, run.task_id, run.subtask_id, run.step_id, run.idempotency_key];
  return createHash('sha256')
    .update(JSON.stringify([...step, method, url.href, body ?? null]))
    .digest('hex');
}

async function exchange(
  first: Hop,
  inputs: HttpClientInputs,
  agent: Agent,
  signal: AbortSignal,
  progress: Progress,
): Promise<HttpClientOutput> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    progress.connected = false;
    const response = await agent.request({
      origin: hop.url.origin,
      path: hop.url.pathname + hop.url.search,
      method: hop.method as Dispatcher.HttpMethod,
      headers: hop.headers,
      body: hop.body ?? null,
      signal,
    });
    const headers = flat(response.headers);
    const target = redirectTarget(response.statusCode, headers['location']);
    if (target === null) {
      const hasBody = hop.method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304;
      const coding = hasBody ? (headers['content-encoding'] ?? '') : '';
      const body = await readBody(response.body, coding, inputs.max_bytes);
      return outputOf(hop, response.statusCode, headers, body);
    }
    response.body.on('error', () => undefined).destroy();
    if (redirects === MAX_REDIRECTS) {
      throw new ToolFailure('TooManyRedirects', `The server redirected more than ${MAX_REDIRECTS} times.`);
    }
    hop = nextHop(hop, response.statusCode, target);
  }
}

function outputOf(
  hop: Hop,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: LimitedBody,
): HttpClientOutput {
  const shown = { ...headers };
  // A cookie is a credential, and nothing here may keep one.
  delete shown['set-cookie'];
  if (body.decoded) {
    delete shown['content-encoding'];
    delete shown['content-length'];
  }
  const { body: text, encoding } = bodyText(body, headers['content-type'] ?? '');
  return { status, headers: shown, body: text, encoding, truncated: body.truncated, url: hop.url.href };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : firstOrJoined(name, value),
    ]),
  );
}

/** Two different Location headers would let a server show one target to a filter and another to the client. */
function firstOrJoined(name: string, values: string[]): string {
  return name.toLowerCase() === 'location' ? (values[0] ?? '') : values.join(', ');
}

/** Cuts the body until the whole output, as JSON, fits the policy; a long page is a cut result, not an error. */
function fitting(output: HttpClientOutput, limit: number): HttpClientOutput {
  const room = limit - jsonBytes({ ...output, body: '' });
  let { body } = output;
  for (let bytes = jsonBytes(body); bytes > room && body !== ''; bytes = jsonBytes(body)) {
    const keep = Math.max(0, Math.floor((body.length * room) / bytes) - 1);
    // Base64 stays valid when cut at a multiple of four characters; text when no surrogate pair is split.
    body = body
      .slice(0, output.encoding === 'base64' ? keep - (keep % 4) : keep)
      .replace(/[\ud800-\udbff]$/, '');
  }
  return body === output.body ? output : { ...output, body, truncated: true };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** `ConnectionFailed`: this request was not sent. `ConnectionReset`, `RequestTimeout`: it may have had its effect. */
function failureOf(error: unknown, inputs: HttpClientInputs, progress: Progress, ended: boolean): unknown {
  const repeatable = isIdempotentRequest(inputs) || !progress.sent;
  if (ended && progress.connected) {
    const message = `${inputs.method} took longer than the ${inputs.timeout_seconds} s it was given.`;
    return new ToolFailure('RequestTimeout', message, { retryable: repeatable, cause: error });
  }
  if (ended) return connectionFailed('no connection within the time of the request', repeatable, error);
  if (error instanceof ToolFailure) return error;
  if (error instanceof ForbiddenAddressError)
    return new ToolFailure('ForbiddenAddress', error.message, { cause: error });
  if (error instanceof ForbiddenHostError)
    return new ToolFailure('ForbiddenHost', error.message, { cause: error });
  if (error instanceof errors.HeadersOverflowError) {
    const message = `The server sent more than ${MAX_RESPONSE_HEADER_BYTES} bytes of headers.`;
    return new ToolFailure('HeadersTooLarge', message, { cause: error });
  }
  if (error instanceof errors.InvalidArgumentError) {
    return new ToolFailure('InvalidInputs', `The request can't be sent: ${error.message}.`, { cause: error });
  }
  const code = error instanceof errors.HTTPParserError ? 'the answer is not HTTP' : connectionCode(error);
  if (code === null) return error;
  if (progress.connected) {
    return new ToolFailure(
      'ConnectionReset',
      `The connection broke before the answer was complete (${code}).`,
      {
        retryable: repeatable,
        cause: error,
      },
    );
  }
  // A certificate that is wrong now is wrong at the next try too.
  return connectionFailed(code, repeatable && !/CERT|SELF_SIGNED|ALTNAME|^UNABLE_TO/.test(code), error);
}

function connectionFailed(why: string, retryable: boolean, cause: unknown): ToolFailure {
  return new ToolFailure('ConnectionFailed', `No connection was made (${why}).`, {
    retryable,
    cause,
  });
}

/** The code of a network, name, TLS or HTTP protocol error; null for anything else, which is no failure of the network. */
function connectionCode(error: unknown): string | null {
  // Several addresses were tried, and each failed in its own way; the first is as good as any.
  const attempts = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : null;
  const code = errorCode(Array.isArray(attempts) ? attempts[0] : error);
  return code !== null && CONNECTION_CODE.test(code) ? code : null;
}

const CONNECTION_CODE =
  /^(?:E[A-Z0-9]+|EAI_\w+|UND_ERR_\w+|HPE_\w+|CERT_\w+|DEPTH_\w+|SELF_\w+|UNABLE_\w+|ERR_(?:TLS|SSL|SOCKET|STREAM)\w*)$/;
