import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { appFromEnvironment } from './app-from-environment.ts';
import { encodedPath } from './gateway-path.ts';

const answer = handle(appFromEnvironment());

/** API Gateway's HTTP API, payload format 2.0. */
export const handler = (event: LambdaEvent) =>
  answer('rawPath' in event ? { ...event, rawPath: encodedPath(event.rawPath) } : event);
