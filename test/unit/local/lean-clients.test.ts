import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, ExecutionDoesNotExist, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAwsAnswers } from '../../../infra/local/aws-server.ts';
import { stateMachineArn } from '../../../infra/local/engine/engine.ts';
import { createFunctionHost } from '../../../infra/local/function-host.ts';
import { slimClients } from '../../../infra/local/lean-clients.ts';
import { processEnvironment } from '../../../infra/local/local-environment.ts';
import { lambdaClient, sfnClient } from '../../../lambdas/shared/aws.ts';
import { machine, startEngine, type TestEngine } from '../../helpers/embedded-engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  // Nothing listens there: a call that leaves the process fails.
  Object.assign(process.env, processEnvironment(), { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  engine = await startEngine({ main: machine({ P: { Type: 'Pass', End: true } }) }, {});
  const load = async () => (event: unknown) => {
    if (event === 'fail') throw Object.assign(new Error('as asked'), { name: 'AskedError' });
    return { echo: event };
  };
  const functions = createFunctionHost({ echo: { timeoutSeconds: 5, memoryMb: 128, load } });
  slimClients(createAwsAnswers(engine.engine, functions));
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
