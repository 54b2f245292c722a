/** A client of an office under test: what OFFICE_BASE_URL and OFFICE_API_KEY name, embedded or deployed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Described, undocumented } from './documented.ts';

const baseUrl = process.env['OFFICE_BASE_URL'] ?? '';
const apiKey = process.env['OFFICE_API_KEY'] ?? '';
if (baseUrl === '' || apiKey === '') {
  throw new Error(
    'Set OFFICE_BASE_URL and OFFICE_API_KEY to the office to test; npm test does so by itself.',
  );
}

export interface TaskEventView {
  readonly id: string;
  readonly type: string;
  readonly status?: string;
  readonly subtask_id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export interface TaskAnswer {
  readonly task_id: string;
  readonly status: string;
  readonly progress: number;
  readonly current_step: string | null;
  readonly logs: readonly string[];
  readonly final_result: Readonly<Record<string, unknown>> | null;
  readonly error: { readonly name: string; readonly message: string } | null;
  readonly subtasks: readonly { readonly subtask_id: string; readonly status: string }[];
  readonly cost: { readonly usd: number; readonly tokens: number };
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly execution_arn: string | null;
}

export interface Sent<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface Sending {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

let description: Promise<Described> | undefined;

/** @throws Error when the office answers what its own OpenAPI document doesn't say */
async function requireDocumented(method: string, path: string, answer: Response, text: string) {
  // Addresses outside of the office, such as presigned ones, have descriptions of their own.
  if (path.startsWith('http')) return;
  description ??= fetch(`${baseUrl}/openapi.json`).then((served) => served.json() as Promise<Described>);
  const content_type = answer.headers.get('content-type') ?? '';
  const difference = undocumented(await description, {
    method,
    path,
    status: answer.status,
    content_type,
    text,
  });
  if (difference !== null)
    throw new Error(`${method} ${path} answered ${answer.status}, but ${difference}: ${text.slice(0, 300)}`);
}

/** Sends a request as it is; an office that is asked too often is asked again when it says so. */
export async function send<Body = unknown>(
  method: string,
  path: string,
  options: Sending = {},
): Promise<Sent<Body>> {
  for (;;) {
    const response = await open(method, path, options);
    const text = await response.text();
    if (response.status === 429) {
      await delay(1_000 * Number(response.headers.get('retry-after') ?? '1'));
      continue;
    }
    await requireDocumented(method, path, response, text);
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as Body,
      text,
    };
  }
}

function open(method: string, path: string, options: Sending, signal?: AbortSignal): Promise<Response> {
  const key = options.key === undefined ? apiKey : options.key;
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return fetch(path.startsWith('http') ? path : `${baseUrl}${path}`, {
    method,
    redirect: 'follow',
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

export interface Accepted {
  readonly task_id: string;
  readonly status: string;
  readonly estimated_completion: string;
  readonly links: Readonly<Record<string, string>>;
  readonly upload?: {
    readonly files: readonly { readonly path: string; readonly method: string; readonly url: string }[];
    readonly more: string;
    readonly start: string;
  };
}

/** Submits and expects to be accepted. */
export async function submit(body: Readonly<Record<string, unknown>>, headers: Record<string, string> = {}) {
  const sent = await send<Accepted>('POST', '/tasks', { body, headers });
  if (sent.status !== 202) throw new Error(`The task was refused: ${sent.status} ${sent.text}`);
  return sent.body;
}

/** The id and data of every message in a text of server-sent events. */
export function readEvents(text: string): { id: string; event: TaskEventView }[] {
  return text.split('\n\n').flatMap((message) => {
    const lines = message.split('\n');
    const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
    const id = lines.find((line) => line.startsWith('id: '))?.slice(4) ?? '';
    return data.length === 0 ? [] : [{ id, event: JSON.parse(data.join('\n')) as TaskEventView }];
  });
}

/** One answer of the event stream, to its end or until `enough`. */
export async function events(
  taskId: string,
  options: { lastId?: string; enough?: (text: string) => boolean } = {},
): Promise<{ id: string; event: TaskEventView }[]> {
  const quit = new AbortController();
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (options.lastId !== undefined) headers['last-event-id'] = options.lastId;
  const response = await open('GET', `/tasks/${taskId}/events`, { headers }, quit.signal);
  if (!response.ok || response.body === null) throw new Error(`The stream was refused: ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (options.enough?.(text)) break;
  }
  quit.abort();
  return readEvents(text);
}

const terminal = ['completed', 'failed', 'cancelled'];

export const getTask = async (taskId: string) => (await send<TaskAnswer>('GET', `/tasks/${taskId}`)).body;

/** The task once `reached` says so; by default once it has ended. */
export async function waitFor(
  taskId: string,
  reached: (task: TaskAnswer) => boolean = ({ status }) => terminal.includes(status),
  seconds = 60,
): Promise<TaskAnswer> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const task = await getTask(taskId);
    if (reached(task)) return task;
    if (terminal.includes(task.status)) {
      throw new Error(`Task ${taskId} ended before it was as wanted: ${task.status}, ${task.error?.message}`);
    }
    if (Date.now() > end) throw new Error(`Task ${taskId} is still ${task.status} after ${seconds} s.`);
    await delay(150);
  }
}

/** Submits a task and waits for its end. */
export async function run(body: Readonly<Record<string, unknown>>): Promise<TaskAnswer> {
  return waitFor((await submit(body)).task_id);
}

/** The types of a task's events, oldest first. */
export async function eventTypes(taskId: string): Promise<string[]> {
  const { body } = await send<{ events: TaskEventView[] }>('GET', `/tasks/${taskId}/logs?limit=1000`);
  return body.events.map(({ type }) => type);
}

/** What kind of office it is: `embedded` or `step-functions`. */
export const engineOf = async () =>
  (await send<{ engine: string }>('GET', '/health', { key: null })).body.engine;
