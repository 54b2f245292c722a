import { setTimeout as delay } from 'node:timers/promises';
import type { TaskEvent } from '../../schemas/events.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ReceptionistDeps } from './ports.ts';

const POLL_MS = 250;
/** A comment every 15 s keeps proxies from closing a quiet stream. */
const KEEP_ALIVE_POLLS = 60;
/** How often the record is looked at, in case the task ended without an event. */
const RECORD_POLLS = 8;
/** Where nothing can be streamed a client asks again after this. */
const RETRY_MS = 1_000;

const endings: readonly TaskEvent['type'][] = ['task.completed', 'task.failed', 'task.cancelled'];
const isEnding = (event: TaskEvent | undefined): boolean =>
  event !== undefined && endings.includes(event.type);

/** One event in the format of the WHATWG HTML standard, section 9.2; the type is in the data. */
export const formatEvent = (event: TaskEvent): string =>
  `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Asks nginx and its like not to buffer.
  'x-accel-buffering': 'no',
};

/** Everything after `after` in one answer; a client that wants more reconnects with Last-Event-ID. */
export async function collectedEvents(
  deps: Pick<ReceptionistDeps, 'events'>,
  key: TaskKey,
  after: string | undefined,
): Promise<Response> {
  const events = await deps.events.list(key, after === undefined ? {} : { after });
  return new Response(`retry: ${RETRY_MS}\n\n${events.map(formatEvent).join('')}`, { headers });
}

/** Everything after `after`, and then what comes, until the task has ended or the client is gone. */
export function streamedEvents(
  deps: Pick<ReceptionistDeps, 'events' | 'tasks' | 'logError'>,
  key: TaskKey,
  after: string | undefined,
  signal: AbortSignal,
  pollMs = POLL_MS,
): Response {
  const stopped = new AbortController();
  const quit = AbortSignal.any([signal, stopped.signal]);
  const encoder = new TextEncoder();

  async function* follow(): AsyncGenerator<string> {
    yield `retry: ${RETRY_MS}\n\n`;
    let cursor = after;
    for (let poll = 1; !quit.aborted; poll += 1) {
      // The record first: what ended it has logged by then, so one more read of the log is complete.
      const ended = poll % RECORD_POLLS === 1 && (await deps.tasks.get(key))?.stage === 'ended';
      const events = await deps.events.list(key, cursor === undefined ? {} : { after: cursor });
      if (events.length > 0) yield events.map(formatEvent).join('');
      cursor = events.at(-1)?.id ?? cursor;
      // A redriven task has earlier endings; only the newest event counts.
      if (isEnding(events.at(-1)) || ended) return;
      if (poll % KEEP_ALIVE_POLLS === 0) yield ': still here\n\n';
      await delay(pollMs, undefined, { signal: quit });
    }
  }

  const lines = follow();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        if (quit.aborted) return controller.close();
        // The status is out already: closing makes the client reconnect where it was.
        deps.logError('A stream of events broke off', error, { ...key });
        controller.close();
      }
    },
    cancel() {
      stopped.abort();
    },
  });
  return new Response(body, { headers });
}
