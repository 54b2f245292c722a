import { handle } from 'hono/aws-lambda';
import { appFromEnvironment } from './app-from-environment.ts';

/** API Gateway's HTTP API, payload format 2.0. */
export const handler = handle(appFromEnvironment());
