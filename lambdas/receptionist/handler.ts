import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { appFromEnvironment } from './app-from-environment.ts';
import { encodedPath } from './gateway-path.ts';

const answer = handle(appFromEnvironment());

/** API Gateway's HTTP API, payload format 2.0. */
export const handler = (event: APIGatewayProxyEventV2) =>
  answer({ ...event, rawPath: encodedPath(event.rawPath) } as Parameters<typeof answer>[0]);
