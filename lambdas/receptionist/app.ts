import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { canonicalHash } from '../shared/canonical.ts';
import { safeParse } from '../shared/parse.ts';
import { InvalidCursorError } from '../shared/stores/task-store.ts';
import { createAuthenticator, requireScope, type VerifyToken } from './authentication.ts';
import type { Answer, Call, Caller, Endpoint } from './endpoint.ts';
import { createRequestLimits, rateHeaders } from './limits.ts';
import type { ReceptionistDeps } from './ports.ts';
import { badRequest, fieldErrors, HttpProblem, problemResponse } from './problem.ts';
import type { RateDecision } from './rate-limiter.ts';
import { readJson } from './request-body.ts';
import { endpoints } from './routes/all.ts';
import { runOnce } from './run-once.ts';

/** What a request was counted against, for the answer's headers; an error's answer is made elsewhere. */
export type Counted = { Variables: { rates?: RateDecision[] } };

/** Public endpoints have no caller; this one owns nothing and may nothing. */
const nobody: Caller = { tenant_id: 'nobody', scopes: [], actor: 'nobody', limit_key: 'nobody' };

/**
 * The office's HTTP interface as one Hono app, the same in a Lambda and in the embedded office.
 * `verifyToken` accepts tokens that are no API keys.
 */
export function createApp(deps: ReceptionistDeps & { readonly verifyToken?: VerifyToken }): Hono<Counted> {
  const authenticator = createAuthenticator({
    findKey: (key) => deps.accounts.findKey(key),
    ...(deps.verifyToken === undefined ? {} : { verifyToken: deps.verifyToken }),
    now: deps.now,
  });
  const limits = createRequestLimits({
    limiter: deps.limiter,
    ...(deps.limitsOf === undefined ? {} : { read: deps.limitsOf }),
    now: deps.now,
  });
  const app = new Hono<Counted>({ strict: false });

  const serve = (endpoint: Endpoint) => async (c: Context<Counted>) => {
    let caller = nobody;
    let rates: RateDecision[] = [];
    if (endpoint.scope !== null) {
      caller = await authenticator.authenticate(c.req.header('authorization'));
      rates = await limits.takeRequest(caller);
      c.set('rates', rates);
      requireScope(caller, endpoint.scope);
    }
    const call: Call<unknown, unknown> = {
      deps,
      caller,
      query: parseQuery(endpoint, c),
      body: endpoint.body === undefined ? undefined : parse(endpoint.body, await readJson(c.req.raw)),
      // Made when somebody listens to it.
      get signal() {
        return c.req.raw.signal;
      },
      takeTask: () => limits.takeTask(caller),
      subject: { id: deps.newId(), again: false },
      param: (name) => paramOf(c, name),
      header: (name) => c.req.header(name),
    };
    await endpoint.check?.(call);
    const key = endpoint.idempotent === true ? c.req.header('idempotency-key') : undefined;
    const answer =
      key === undefined
        ? await endpoint.handle(call)
        : await runOnce(
            deps.idempotency,
            {
              tenant_id: caller.tenant_id,
              key,
              fingerprint: canonicalHash([endpoint.method, c.req.path, call.body ?? null]),
            },
            deps.newId,
            async (subject) => asAnswer(await endpoint.handle({ ...call, subject })),
          );
    return withRate(answer instanceof Response ? answer : respond(answer), rates);
  };

  const byPath = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const path = honoPath(endpoint.path);
    byPath.set(path, [...(byPath.get(path) ?? []), endpoint]);
    app.on(endpoint.method, path, serve(endpoint));
  }
  for (const [path, served] of byPath) {
    const methods = served.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    app.all(path, (c) => {
      throw new HttpProblem(405, `${c.req.method} is not supported here; ${methods.join(', ')} is.`, {
        headers: { allow: methods.join(', ') },
      });
    });
  }

  app.notFound((c) => {
    const nothing = `There is nothing at ${c.req.path.slice(0, 200)}; GET /docs shows what there is.`;
    return withRate(problemResponse(new HttpProblem(404, nothing)), []);
  });
  app.onError((error, c) => withRate(problemResponse(problemOf(error, c)), c.get('rates') ?? []));

  function problemOf(error: Error, c: Context<Counted>): HttpProblem {
    if (error instanceof HttpProblem) return error;
    if (error instanceof InvalidCursorError)
      return badRequest(error.message, [{ path: 'cursor', message: error.message }]);
    const request_id = deps.newId();
    deps.logError('A request failed', error, {
      request_id,
      method: c.req.method,
      path: c.req.path.slice(0, 200),
    });
    return new HttpProblem(
      500,
      `Something went wrong that is not the request's fault; the log has it as ${request_id}.`,
    );
  }
  return app;
}

/** `/tasks/{task_id}/artifacts/{path+}` as Hono writes it. */
const honoPath = (path: string): string =>
  path.replace(/\{(\w+)\+\}/g, ':$1{.+}').replace(/\{(\w+)\}/g, ':$1');

function paramOf(c: Context, name: string): string {
  const value = c.req.param(name);
  if (value === undefined) throw new HttpProblem(404, 'There is nothing here.');
  return value;
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw badRequest('The body does not fit what is expected; see errors.', fieldErrors(parsed.error));
}

function parseQuery(endpoint: Endpoint, c: Context): unknown {
  if (endpoint.query === undefined) return undefined;
  // A form sends the fields that were left empty, too.
  const given = Object.entries(c.req.query()).filter(([, value]) => value !== '');
  const parsed = safeParse(endpoint.query, Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  throw badRequest('The query does not fit what is expected; see errors.', fieldErrors(parsed.error));
}

function asAnswer(answer: Answer | Response): Answer {
  if (answer instanceof Response)
    throw new TypeError('A streamed response cannot be kept for an Idempotency-Key.');
  return answer;
}

function respond(answer: Answer): Response {
  const headers = { 'cache-control': 'no-store', ...answer.headers };
  if (answer.status === 204) return new Response(null, { status: 204, headers });
  return new Response(JSON.stringify(answer.body), {
    status: answer.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

function withRate(response: Response, rates: readonly RateDecision[]): Response {
  response.headers.set('x-content-type-options', 'nosniff');
  // A 429 says by itself which limit it is about.
  if (rates.length > 0 && !response.headers.has('ratelimit'))
    for (const [name, value] of Object.entries(rateHeaders(rates))) response.headers.set(name, value);
  return response;
}
