import { z } from 'zod';
import { logsQuerySchema, logsSchema, planListSchema } from '../../../schemas/http.ts';
import { jsonSchema } from '../../../schemas/json.ts';
import { type Endpoint, endpoint, noTask, taskKeyOf } from '../endpoint.ts';
import { collectedEvents, streamedEvents } from '../event-stream.ts';
import { planViews } from '../plan-views.ts';
import { badRequest } from '../problem.ts';
import { readTask } from '../task-answers.ts';

/** Event ids are ULIDs, 128 bits: the first of 26 characters holds three of them. */
const eventId = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function checkedCursor(value: string | undefined, name: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (eventId.test(value)) return value;
  throw badRequest(`${name} is not the id of an event.`, [
    { path: name, message: 'is not the id of an event' },
  ]);
}

const logs = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/logs',
  operation_id: 'getTaskLogs',
  tag: 'Tasks',
  summary: "The task's events, oldest first",
  description: 'Ask again with the `cursor` of the answer to get what came since.',
  scope: 'tasks:read',
  query: logsQuerySchema,
  answers: { 200: { description: 'Events', schema: logsSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const after = checkedCursor(call.query.cursor, 'cursor');
    const [record, events] = await Promise.all([
      call.deps.tasks.get(key),
      call.deps.events.list(key, { ...(after === undefined ? {} : { after }), limit: call.query.limit }),
    ]);
    if (record === null) throw noTask(key.task_id);
    return { status: 200, body: { events, cursor: events.at(-1)?.id ?? after ?? null } };
  },
});

const events = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/events',
  operation_id: 'followTask',
  tag: 'Tasks',
  summary: "The task's events as server-sent events",
  description:
    'Resumes after `Last-Event-ID`. The data of each message is an event as in the logs. The stream ends after the event that ends the task; where answers cannot be streamed it ends sooner and an EventSource reconnects.',
  scope: 'tasks:read',
  headers: { 'Last-Event-ID': 'Id of the last event that was seen; what came after it follows.' },
  answers: { 200: { description: 'Events', schema: z.string(), content_type: 'text/event-stream' } },
  async handle(call) {
    const key = taskKeyOf(call);
    const after = checkedCursor(call.header('last-event-id'), 'Last-Event-ID');
    if ((await call.deps.tasks.get(key)) === null) throw noTask(key.task_id);
    return call.deps.streaming
      ? streamedEvents(call.deps, key, after, call.signal)
      : collectedEvents(call.deps, key, after);
  },
});

const plans = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/plans',
  operation_id: 'getTaskPlans',
  tag: 'Tasks',
  summary: 'Every plan of every iteration: hash, quote, verdict, authorisation, step results',
  scope: 'tasks:read',
  answers: { 200: { description: 'Plans', schema: planListSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const [{ events: log }, items] = await Promise.all([
      readTask(call.deps, key),
      call.deps.documents.list(key),
    ]);
    const open = (check: Parameters<typeof call.deps.claimChecks.checkOut>[0]) =>
      call.deps.claimChecks.checkOut(check, jsonSchema);
    return { status: 200, body: { plans: await planViews(items, log, open) } };
  },
});

export const taskLogRoutes: readonly Endpoint[] = [logs, events, plans];
