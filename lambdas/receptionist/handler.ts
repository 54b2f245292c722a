import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { identifyLines } from '../shared/telemetry.ts';
import { traced } from '../shared/tracing.ts';
import { appFromEnvironment } from './app-from-environment.ts';
import { encodedPath } from './gateway-path.ts';

const answer = handle(appFromEnvironment());

/** The caller's own id of the request, when it is one; else API Gateway's, which is in the access log too. */
const correlationIdOf = (event: Extract<LambdaEvent, { rawPath: string }>): string => {
  const given = event.headers['x-correlation-id'];
  return given !== undefined && /^[\w.:/+=-]{1,128}$/.test(given) ? given : event.requestContext.requestId;
};

/** API Gateway's HTTP API, payload format 2.0. */
export const handler = (event: LambdaEvent) => {
  if (!('rawPath' in event)) return answer(event);
  const rawPath = encodedPath(event.rawPath);
  const task_id = /^\/tasks\/([^/]+)/.exec(rawPath)?.[1];
  const ids = task_id === undefined ? {} : { task_id };
  identifyLines({ ...ids, correlation_id: correlationIdOf(event) });
  return traced('receptionist', ids, () => answer({ ...event, rawPath }));
};
