import type { z } from 'zod';
import type { Problem } from '../../schemas/http.ts';
import { OfficeError } from '../shared/errors.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'An API key is needed',
  403: 'The API key may not do this',
  404: 'There is no such thing here',
  405: 'The method is not supported here',
  409: 'The state does not allow this',
  413: 'The request is too large',
  415: 'The body must be plain JSON',
  422: 'The idempotency key was used with another request',
  429: 'Too many requests',
  500: 'The office failed',
  502: 'Another service failed',
  503: 'The office is not ready for this',
};

/** A DynamoDB item holds 400 KB; what the office adds itself needs less than 50 KB of it. */
export const MAX_RECORD_BYTES = 350_000;

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An answer that is a problem (RFC 9457), thrown from anywhere below a route. */
export class HttpProblem extends OfficeError {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    options: {
      errors?: readonly FieldError[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

export const badRequest = (detail: string, errors: readonly FieldError[]): HttpProblem =>
  new HttpProblem(400, detail, { errors });
export const notFound = (what: string): HttpProblem => new HttpProblem(404, what);
export const conflict = (detail: string): HttpProblem => new HttpProblem(409, detail);

/** A problem as a response. The `type` names the status' meaning in this office; the detail says what to do. */
export function problemResponse(problem: HttpProblem): Response {
  const body: Problem = {
    type: `urn:office:problem:${problem.status}`,
    title: titles[problem.status] ?? 'The request failed',
    status: problem.status,
    detail: problem.message,
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
  });
}

const MAX_FIELD_ERRORS = 50;

/** zod's issues as paths and messages. Of a union the branch is told that came closest to fitting. */
export function fieldErrors(error: z.ZodError, root: readonly PropertyKey[] = []): FieldError[] {
  return flatten(error.issues, root).slice(0, MAX_FIELD_ERRORS);
}

type Issue = z.core.$ZodIssue;

function flatten(issues: readonly Issue[], root: readonly PropertyKey[]): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = [...root, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const closest = [...issue.errors].sort((a, b) => distance(a) - distance(b))[0] ?? [];
      return flatten(closest, path);
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: join([...path, key]),
        message: 'is not a field of this request',
      }));
    }
    return [{ path: join(path), message: issue.message }];
  });
}

/** A wrong type at the top is farther from fitting than several wrong values inside. */
function distance(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.path.length === 0 ? 10 : 1), 0);
}

const join = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, 500);
