import { setTimeout as delay } from 'node:timers/promises';
import { decodeTime, encodeTime } from 'ulid';
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

/**
 * Writers make ids before they write, so an event may appear after one with a later id. Within this time
 * (a slow write and its retries) nothing is taken for complete.
 */
const SETTLING_MS = 2_000;

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

/** The smallest id that is `milliseconds` older than this one. */
function earlier(id: string, milliseconds: number): string {
  return `${encodeTime(Math.max(0, decodeTime(id) - milliseconds), 10)}${'0'.repeat(16)}`;
}

/**
 * What has settled after `after` in one answer, and everything once the task has ended; a client that wants more
 * reconnects with Last-Event-ID and misses nothing.
 */
export async function collectedEvents(
  deps: Pick<ReceptionistDeps, 'events' | 'now'>,
  key: TaskKey,
  after: string | undefined,
): Promise<Response> {
  const events = await deps.events.list(key, after === undefined ? {} : { after });
  const settled = deps.now().getTime() - SETTLING_MS;
  const shown = isEnding(events.at(-1)) ? events : events.filter(({ id }) => decodeTime(id) <= settled);
  return new Response(`retry: ${RETRY_MS}\n\n${shown.map(formatEvent).join('')}`, { headers });
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
    const sent = new Set<string>();
    let newest = after;
    for (let poll = 1; !quit.aborted; poll += 1) {
      // The record first: what ended it has logged by then, so one more read of the log is complete.
      const ended = poll % RECORD_POLLS === 1 && (await deps.tasks.get(key))?.stage === 'ended';
      // Looks back a little, for events that were written late; on a resumed stream not before where it resumes.
      const from = newest === undefined ? undefined : later(after, earlier(newest, SETTLING_MS));
      const events = (await deps.events.list(key, from === undefined ? {} : { after: from })).filter(
        ({ id }) => !sent.has(id),
      );
      for (const { id } of events) sent.add(id);
      if (events.length > 0) yield events.map(formatEvent).join('');
      newest = later(newest, events.at(-1)?.id);
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
