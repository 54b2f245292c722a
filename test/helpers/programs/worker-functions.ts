/** Functions for tests of the process that runs functions. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { FunctionHandler, HostedFunction } from '../../../infra/local/function-host.ts';
import { documentClient, lambdaClient, sfnClient } from '../../../lambdas/shared/aws.ts';
import { logger } from '../../../lambdas/shared/telemetry.ts';

const hosted = (handler: FunctionHandler, timeoutSeconds = 20): HostedFunction => ({
  timeoutSeconds,
  memoryMb: 128,
  load: async () => handler,
});

type Event = Readonly<Record<string, string>>;

export const functions = {
  echo: hosted((event) => ({ event, pid: process.pid, preloaded: Reflect.get(globalThis, 'preloaded') })),
  fail: hosted(() => {
    throw Object.assign(new Error('as asked'), { name: 'AskedError' });
  }),
  hang: hosted(() => new Promise(() => undefined)),
  slow: hosted(() => new Promise(() => undefined), 0.05),
  nested: hosted(async (event) => {
    const invoked = new InvokeCommand({ FunctionName: 'echo', Payload: JSON.stringify(event) });
    return JSON.parse((await lambdaClient().send(invoked)).Payload?.transformToString() ?? '');
  }),
  answer: hosted(async (event) => {
    const { token } = event as Event;
    await sfnClient().send(new SendTaskSuccessCommand({ taskToken: token, output: '"answered"' }));
  }),
  start: hosted(async (event) => {
    const { stateMachineArn } = event as Event;
    const { executionArn } = await sfnClient().send(new StartExecutionCommand({ stateMachineArn }));
    return executionArn;
  }),
  store: hosted(async (Item) => {
    await documentClient().send(new PutCommand({ TableName: 'things', Item: Item as object }));
  }),
  stray: hosted(() => {
    void Promise.reject(new Error('forgotten'));
  }),
  log: hosted(() => logger.warn('a line of the log')),
};
