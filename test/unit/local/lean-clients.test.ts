import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type AnswerAws, answerStates, createAwsAnswers } from '../../../infra/local/aws-server.ts';
import { stateMachineArn } from '../../../infra/local/engine/engine.ts';
import { createFunctionHost } from '../../../infra/local/function-host.ts';
import { askInProcess, slimClients } from '../../../infra/local/lean-clients.ts';
import { processEnvironment } from '../../../infra/local/local-environment.ts';
import { lambdaClient, sfnClient } from '../../../lambdas/shared/aws.ts';
import { machine, startEngine, type TestEngine } from '../../helpers/embedded-engine.ts';

let engine: TestEngine;
let answers: AnswerAws;
beforeAll(async () => {
  // Nothing listens there: a call that leaves the process fails.
  Object.assign(process.env, processEnvironment(), { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  engine = await startEngine({ main: machine({ P: { Type: 'Pass', End: true } }) }, {});
  const load = async () => (event: unknown) => {
    if (event === 'fail') throw Object.assign(new Error('as asked'), { name: 'AskedError' });
    return { echo: event };
  };
  const functions = createFunctionHost({ echo: { timeoutSeconds: 5, memoryMb: 128, load } });
  answers = createAwsAnswers(answerStates(engine.engine), functions);
  slimClients(answers);
});
afterAll(() => engine.remove());

describe('clients without sockets', () => {
  it('start and describe executions', async () => {
    const { executionArn, startDate } = await sfnClient().send(
      new StartExecutionCommand({ stateMachineArn: stateMachineArn('main'), name: 'one', input: '{"ä":1}' }),
    );
    await engine.engine.waitFor(executionArn ?? '');

    expect(startDate).toBeInstanceOf(Date);
    expect(await sfnClient().send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"ä":1}',
    });
  });

  it('throw the SDK’s own exceptions', async () => {
    const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:main:none';

    await expect(sfnClient().send(new DescribeExecutionCommand({ executionArn }))).rejects.toBeInstanceOf(
      ExecutionDoesNotExist,
    );
  });

  it('invoke functions', async () => {
    const invoke = (payload: unknown) =>
      lambdaClient().send(
        new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from(JSON.stringify(payload)) }),
      );
    const answer = await invoke({ ä: 1 });
    const failed = await invoke('fail');

    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ echo: { ä: 1 } });
    expect(failed).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    await expect(lambdaClient().send(new InvokeCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a client asked in process', () => {
  const started = (name: string, input: string) =>
    new StartExecutionCommand({ stateMachineArn: stateMachineArn('main'), name, input });
  beforeAll(() => askInProcess(answers));
  // The short cuts are the client's own `send`; below it is the SDK's.
  afterAll(() => {
    for (const client of [sfnClient(), lambdaClient()]) Reflect.deleteProperty(client, 'send');
  });

  it('starts an execution without the SDK’s layers, and throws its exception where there is one', async () => {
    const { requestHandler } = sfnClient().config;
    const handle = jest.spyOn(requestHandler, 'handle');
    const { executionArn, startDate } = await sfnClient().send(started('two', '{}'));
    expect(handle).not.toHaveBeenCalled();
    handle.mockRestore();

    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:main:two');
    expect(startDate).toBeInstanceOf(Date);
    await expect(sfnClient().send(started('two', '{"other":1}'))).rejects.toBeInstanceOf(
      ExecutionAlreadyExists,
    );
  });
});
