import type { ClaimChecks } from '../../lambdas/shared/claim-check.ts';
import type { ModelRequest, ModelRouter } from '../../lambdas/shared/llm/provider.ts';
import type { EventLog, LoggedDocument } from '../../lambdas/shared/stores/event-log.ts';
import type { NewEvent, TaskEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import type { TaskContext } from '../../schemas/roles.ts';

export const key = { tenant_id: 'acme', task_id: '01TASK' } as const;

/** Documents stay inline. */
export const inlineClaims: ClaimChecks = {
  checkIn: async (_key, document) => ({ inline: structuredClone(document) as Json }),
  checkOut: async (check, schema) => schema.parse('inline' in check ? check.inline : null),
};
export const inline = (document: unknown) => ({ inline: document as Json });

/** A log in memory, with what was appended on record. */
export function memoryLog(earlier: readonly NewEvent[] = []) {
  const events: TaskEvent[] = [];
  const documents: LoggedDocument[] = [];
  const stamp = (event: NewEvent): TaskEvent => ({
    ...event,
    id: String(events.length).padStart(6, '0'),
    at: '2026-01-01T00:00:00.000Z',
  });
  for (const event of earlier) events.push(stamp(event));
  const log: EventLog = {
    append: async (_key, added, put = []) => {
      for (const event of added) events.push(stamp(event));
      documents.push(...put);
    },
    list: async () => [...events],
    read: async () => ({ meta: null, events: [...events] }),
  };
  return { log, events, documents };
}

/** A router that answers with what the test says, through the request's own schema, and keeps the requests. */
export function scriptedRouter(answer: (request: ModelRequest<unknown>) => unknown) {
  const requests: ModelRequest<unknown>[] = [];
  const router: ModelRouter = {
    async complete<Answer>(request: ModelRequest<Answer>) {
      requests.push(request as ModelRequest<unknown>);
      const value = answer(request as ModelRequest<unknown>);
      return {
        value: request.schema === null ? (value as Answer) : request.schema.zod.parse(value),
        provider: 'test',
        model: 'scripted',
        hops: [
          {
            provider: 'test',
            model: 'scripted',
            outcome: 'answered',
            input_tokens: 10,
            output_tokens: 5,
            cost_usd: 0.001,
            duration_ms: 1,
          },
        ],
        cost: { usd: 0.001, tokens: 15 },
      };
    },
  };
  return { router, requests };
}

/** The brief of a request, as the model sees it. */
export function briefOf(request: ModelRequest<unknown> | undefined): Record<string, Json> {
  const part = request?.messages[0]?.content[0];
  return JSON.parse(part?.type === 'text' ? part.text : '{}') as Record<string, Json>;
}

export const aContext = (overrides: Partial<TaskContext> = {}): TaskContext => ({
  ...key,
  description: 'Do it.',
  criteria: [],
  priority: 'normal',
  allowed_tools: null,
  max_iterations: 3,
  max_cost_usd: null,
  approval_timeout_seconds: null,
  deadline: '2026-01-02T00:00:00.000Z',
  dry_run: false,
  given_plan: null,
  workspace: [],
  ...overrides,
});
