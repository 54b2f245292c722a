import { z } from 'zod';
import type { Connection } from './connection.ts';
import { ApiError, UnreachableError, UsageError } from './failures.ts';
import { oneLine } from './format.ts';

const problemSchema = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.looseObject({ path: z.string().default(''), message: z.string() })).optional(),
});

/** One line from a problem+json answer (RFC 9457): title, detail and every field error. */
export function describeProblem(status: number, text: string): string {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const problem = problemSchema.safeParse(parsed);
  if (!problem.success)
    return `The office answered ${status}: ${oneLine(text).slice(0, 300) || 'nothing more'}`;
  const { title, detail, errors = [] } = problem.data;
  const fields = errors
    // Where there is one thing to say, the detail has said it.
    .filter(({ message }) => !detail?.includes(message.replace(/\.$/, '')))
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
  const said = [title, detail?.replace(/; see errors\.?$/, ''), fields]
    .filter((part, index, all) => part && all.indexOf(part) === index)
    .map((part) => String(part).replace(/[.:]$/, ''));
  if (status === 401) said.push('check --key or OFFICE_API_KEY');
  return oneLine(`${said.join(': ') || 'The request was refused'} (${status})`);
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The office's HTTP interface as the command line uses it. */
export class OfficeApi {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * The raw answer, whatever its status.
   * @throws UnreachableError when no answer came
   */
  async raw(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { url, key } = this.connection;
    const headers: Record<string, string> = {
      authorization: `Bearer ${key}`,
      accept: 'application/json',
      ...options.headers,
    };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(`${url}${path}`, {
        method,
        headers,
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new UnreachableError(url, error);
    }
  }

  /**
   * Sends a request and reads its JSON answer.
   * @throws ApiError when the office refuses or fails it
   * @throws UnreachableError when no answer came
   */
  async request<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    options: RequestOptions = {},
  ): Promise<z.output<Schema>> {
    const response = await this.raw(method, path, options);
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, describeProblem(response.status, text));
    const parsed = schema.safeParse(text === '' ? null : parseJson(text, response.status, path));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new ApiError(
      502,
      `The answer to ${method} ${path} is not what an office sends (${issue?.path.join('.')}: ${issue?.message}).`,
    );
  }

  get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    options?: RequestOptions,
  ): Promise<z.output<Schema>> {
    return this.request('GET', path, schema, options);
  }

  post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>> {
    return this.request('POST', path, schema, { body });
  }
}

function parseJson(text: string, status: number, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ApiError(502, `${path} answered ${status} without JSON: is this the address of an office?`);
  }
}

/** `/tasks?limit=20` from a path and the parameters that are set. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/**
 * An id or a name as a path segment.
 * @throws UsageError when it is empty: the path would mean something else
 */
export function segment(id: string): string {
  if (id === '') throw new UsageError('The id is empty: is the variable set that should hold it?');
  return encodeURIComponent(id);
}
