import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { traced } from '../shared/tracing.ts';
import { appFromEnvironment } from './app-from-environment.ts';
import { encodedPath } from './gateway-path.ts';

const answer = handle(appFromEnvironment());

/** API Gateway's HTTP API, payload format 2.0. */
export const handler = (event: LambdaEvent) => {
  if (!('rawPath' in event)) return answer(event);
  const rawPath = encodedPath(event.rawPath);
  const task_id = /^\/tasks\/([^/]+)/.exec(rawPath)?.[1];
  return traced('receptionist', task_id === undefined ? {} : { task_id }, () =>
    answer({ ...event, rawPath }),
  );
};
