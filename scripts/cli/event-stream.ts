import { setTimeout as delay } from 'node:timers/promises';
import type { OfficeApi } from './api.ts';
import { describeProblem, segment } from './api.ts';
import { ApiError, reasonOf, UnreachableError } from './failures.ts';
import {
  eventSchema,
  isFinalEvent,
  isFinalStatus,
  type TaskEvent,
  type TaskView,
  taskViewSchema,
} from './views.ts';

export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Reads server-sent events (the WHATWG HTML standard, section 9.2): any chunking, any line ending,
 * comments ignored. `onRetry` gets the milliseconds of a `retry:` field.
 */
export async function* readEventStream(
  chunks: AsyncIterable<Uint8Array>,
  onRetry: (milliseconds: number) => void = () => {},
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let buffer = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    buffer += decoder.decode(chunk, { stream: true });
    for (;;) {
      // A CR at the very end may be half of a CRLF: wait for the next chunk.
      const end = /\r\n|\n|\r(?=[\s\S])/.exec(buffer);
      if (end === null) break;
      const line = buffer.slice(0, end.index);
      buffer = buffer.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
      else if (field === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
    }
  }
}

/** The office's event in a message; one that can't be read still reaches the person as it is. */
export function parseEvent(message: ServerSentEvent): TaskEvent {
  let json: unknown = null;
  try {
    json = JSON.parse(message.data);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) {
    return { id: message.id, at: new Date().toISOString(), type: 'unreadable', message: message.data };
  }
  return { ...parsed.data, id: message.id || (parsed.data.id ?? '') };
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Seconds without any answer after which following gives up. */
  readonly patience_seconds?: number;
  /** Told when the connection is lost (with the reason) and when it is back (null). */
  readonly onConnection?: (problem: string | null) => void;
  /** Told the office's clock minus this machine's, in milliseconds, when they clearly differ. */
  readonly onClock?: (difference: number) => void;
}

/** The HTTP Date header has whole seconds, so smaller differences say nothing. */
const CLOCK_TOLERANCE_MS = 2_000;

/**
 * Every event of a task in order, from the first to its end. A lost connection is taken up again after the
 * last event seen, so that none is missed or repeated.
 * @throws ApiError when the office refuses, UnreachableError when it stays away
 */
export async function* followTask(
  api: OfficeApi,
  taskId: string,
  options: FollowOptions,
): AsyncGenerator<TaskEvent> {
  const { signal } = options;
  const patience = (options.patience_seconds ?? 60) * 1_000;
  let last = '';
  let retryMs = 500;
  let lostSince: number | null = null;
  while (!signal.aborted) {
    try {
      const response = await api.raw('GET', `/tasks/${segment(taskId)}/events`, {
        headers: { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) },
        signal,
      });
      if (!response.ok)
        throw new ApiError(response.status, describeProblem(response.status, await response.text()));
      if (lostSince !== null) options.onConnection?.(null);
      lostSince = null;
      const clock = Date.parse(response.headers.get('date') ?? '') - Date.now();
      if (Math.abs(clock) > CLOCK_TOLERANCE_MS) options.onClock?.(clock);
      const stream = readEventStream(response.body ?? emptyBody(), (milliseconds) => {
        retryMs = milliseconds;
      });
      for await (const message of stream) {
        const event = parseEvent(message);
        if (event.id !== undefined && event.id !== '') last = event.id;
        yield event;
        if (isFinalEvent(event.type)) return;
      }
      if (isFinalStatus((await readTask(api, taskId)).status)) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      lostSince ??= Date.now();
      if (Date.now() - lostSince > patience)
        throw error instanceof ApiError ? error : new UnreachableError(api.connection.url, error);
      options.onConnection?.(
        error instanceof ApiError ? error.message : `The connection is lost (${reasonOf(error)})`,
      );
    }
    await delay(retryMs, undefined, { signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

export const readTask = (api: OfficeApi, taskId: string): Promise<TaskView> =>
  api.get(`/tasks/${segment(taskId)}`, taskViewSchema);

/** The task once it is final: its last event may be seen a moment before the task itself shows it. */
export async function readFinalTask(api: OfficeApi, taskId: string, signal: AbortSignal): Promise<TaskView> {
  for (let attempt = 0; ; attempt += 1) {
    const task = await readTask(api, taskId);
    if (isFinalStatus(task.status) || signal.aborted || attempt >= 50) return task;
    await delay(100);
  }
}
