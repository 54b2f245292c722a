import type { Tracer } from '@aws-lambda-powertools/tracer';

/** What a trace can be searched by in X-Ray: `annotation.task_id = "…"`. Every log line has the same. */
const names = ['tenant_id', 'task_id', 'subtask_id', 'step_id'] as const;
export type TraceIds = Readonly<Partial<Record<(typeof names)[number], string>>>;

/**
 * Lambda tells every function where X-Ray's daemon listens. Elsewhere nobody does, and its SDK isn't even loaded.
 * Requests to others than AWS are not captured: the trace header would tell foreign servers about the office.
 */
async function loadTracer(): Promise<Tracer | null> {
  if (process.env['AWS_XRAY_DAEMON_ADDRESS'] === undefined) return null;
  const powertools = await import('@aws-lambda-powertools/tracer');
  const tracer = new powertools.Tracer({ captureHTTPsRequests: false });
  return tracer.isTracingEnabled() ? tracer : null;
}
const tracer = await loadTracer();

type AwsClient = Parameters<Tracer['captureAWSv3Client']>[0];

/** The client, whose calls show in the trace of the invocation that makes them. */
export const tracedClient = <Client extends AwsClient>(client: Client): Client =>
  tracer === null ? client : tracer.captureAWSv3Client(client);

/** The ids that an event has, whatever else it is. */
export function traceIdsOf(event: unknown): TraceIds {
  const ids: { -readonly [Name in keyof TraceIds]: TraceIds[Name] } = {};
  if (typeof event !== 'object' || event === null) return ids;
  for (const name of names) {
    const value = (event as Record<string, unknown>)[name];
    if (typeof value === 'string') ids[name] = value;
  }
  return ids;
}

/** Runs a function's work as a part of its trace, with the ids that it can be found by and the error that ended it. */
export function traced<T>(role: string, ids: TraceIds, run: () => Promise<T>): Promise<T> {
  if (tracer === null) return run();
  return tracer.provider.captureAsyncFunc(`## ${role}`, async (subsegment) => {
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
    for (const [name, value] of Object.entries(ids)) tracer.putAnnotation(name, String(value));
    try {
      return await run();
    } catch (error) {
      tracer.addErrorAsMetadata(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      subsegment?.close();
    }
  }) as Promise<T>;
}
