import type { z } from 'zod';
import { problemSchema } from '../../schemas/http.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { Scope } from '../shared/stores/account-store.ts';
import type { ReceptionistDeps } from './ports.ts';
import { notFound } from './problem.ts';

/** Who asks. Without a key (public endpoints) there is no caller. */
export interface Caller {
  readonly tenant_id: string;
  readonly scopes: readonly Scope[];
  /** For audits and decisions: `key:<key id>` or `user:<subject>`. */
  readonly actor: string;
  /** What the rate limit counts by. */
  readonly limit_key: string;
}

/** One request, parsed: what a handler works with. */
export interface Call<Body, Query> {
  readonly deps: ReceptionistDeps;
  readonly caller: Caller;
  readonly body: Body;
  readonly query: Query;
  readonly signal: AbortSignal;
  /**
   * The id for what this request makes. With an Idempotency-Key every repetition gets the same one;
   * `again` says that an earlier try may have made it.
   */
  readonly subject: { readonly id: string; readonly again: boolean };
  /** Counts a new task against the caller's quotas. @throws HttpProblem 429 */
  takeTask(): Promise<void>;
  /** A decoded path parameter. */
  param(name: string): string;
  header(name: string): string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What the OpenAPI document tells of an endpoint. */
export interface EndpointDescription {
  readonly method: Method;
  /** With parameters in braces; one that may hold slashes is written `{path+}`. */
  readonly path: string;
  readonly operation_id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Null: no key needed. */
  readonly scope: Scope | null;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Headers that it reads, and what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True when a request may carry an Idempotency-Key. */
  readonly idempotent?: boolean;
  readonly answers: Readonly<
    Record<
      number,
      { readonly description: string; readonly schema?: z.ZodType; readonly content_type?: string }
    >
  >;
}

/** An answer of its own that is a problem, beside those that the document lists for every endpoint of its kind. */
export const problemAnswer = (description: string) => ({
  description,
  schema: problemSchema,
  content_type: 'application/problem+json',
});

export interface Endpoint extends EndpointDescription {
  check?(call: Call<unknown, unknown>): Promise<void>;
  handle(call: Call<unknown, unknown>): Promise<Answer | Response>;
}

/**
 * An endpoint whose handler sees the types of its schemas. `check` runs before an Idempotency-Key is claimed:
 * what it refuses leaves no trace.
 */
export function endpoint<Body extends z.ZodType = z.ZodUndefined, Query extends z.ZodType = z.ZodUndefined>(
  definition: Omit<EndpointDescription, 'body' | 'query'> & {
    readonly body?: Body;
    readonly query?: Query;
    check?(call: Call<z.output<Body>, z.output<Query>>): Promise<void>;
    handle(call: Call<z.output<Body>, z.output<Query>>): Promise<Answer | Response>;
  },
): Endpoint {
  // The app parses body and query with these very schemas before it calls.
  return definition as unknown as Endpoint;
}

const TASK_ID = /^[0-9A-Za-z][0-9A-Za-z_-]{0,79}$/;

/**
 * The task named in the path, of the caller's tenant.
 * @throws HttpProblem 404 for what can't be a task's id
 */
export function taskKeyOf(call: Pick<Call<unknown, unknown>, 'caller' | 'param'>): TaskKey {
  const task_id = call.param('task_id');
  if (!TASK_ID.test(task_id)) throw noTask(task_id);
  return { tenant_id: call.caller.tenant_id, task_id };
}

export const noTask = (taskId: string) =>
  notFound(`There is no task ${JSON.stringify(taskId.slice(0, 80))}.`);
