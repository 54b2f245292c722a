import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AwsServer,
  answerStates,
  createAwsAnswers,
  startAwsServer,
} from '../../../infra/local/aws-server.ts';
import { stateMachineArn } from '../../../infra/local/engine/engine.ts';
import { createFunctionHost, type FunctionHost } from '../../../infra/local/function-host.ts';
import { machine, startEngine, type TestEngine, waitingTask } from '../../helpers/embedded-engine.ts';

const main = stateMachineArn('main');
const tokens = new Map<string, string>();
let engine: TestEngine;
let functions: FunctionHost;
let server: AwsServer;
let sfn: SFNClient;
let lambda: LambdaClient;

beforeAll(async () => {
  engine = await startEngine(
    {
      main: machine({ W: waitingTask('ask', { 'name.$': '$$.Execution.Name' }, { ResultPath: '$.answer' }) }),
    },
    { ask: (event) => void tokens.set(String(event['name']), String(event['token'])) },
  );
  const load = async () => (event: unknown) => {
    if (event === 'fail') throw Object.assign(new Error('as asked'), { name: 'AskedError' });
    return { echo: event };
  };
  functions = createFunctionHost({ echo: { timeoutSeconds: 5, memoryMb: 128, load } });
  server = await startAwsServer(createAwsAnswers(answerStates(engine.engine), functions));
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const client = { endpoint: server.url, region: 'us-east-1', credentials };
  sfn = new SFNClient(client);
  lambda = new LambdaClient(client);
});
afterAll(async () => {
  sfn.destroy();
  lambda.destroy();
  await server.stop();
  await engine.remove();
});

const start = (name: string, input = '{"a":1}') =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: main, name, input }));
async function tokenOf(name: string): Promise<string> {
  for (;;) {
    const token = tokens.get(name);
    if (token !== undefined) return token;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what was answered', () => {
  it('is on disk: it survives a process that is killed as soon as its answer has gone out', async () => {
    const answers = createAwsAnswers(answerStates(engine.engine), functions);
    const ask = (action: string, body: object) =>
      answers({
        method: 'POST',
        path: '/',
        headers: { 'x-amz-target': `AWSStepFunctions.${action}` },
        body: JSON.stringify(body),
      });
    const journal = () => readFileSync(join(engine.directory, 'running', 'running.jsonl'), 'utf8');

    await ask('StartExecution', { stateMachineArn: main, name: 'kept', input: '{"mark":"of a start"}' });
    expect(journal()).toContain('of a start');
    const taskToken = await tokenOf('kept');
    await ask('SendTaskSuccess', { taskToken, output: '"of an answer"' });
    expect(journal()).toContain('of an answer');
  });
});

describe('Step Functions calls', () => {
  it('start, describe and end an execution', async () => {
    const { executionArn, startDate } = await start('whole');
    const running = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken: await tokenOf('whole') }));
    await sfn.send(new SendTaskSuccessCommand({ taskToken: await tokenOf('whole'), output: '"yes"' }));
    await engine.engine.waitFor(executionArn ?? '');
    const ended = await sfn.send(new DescribeExecutionCommand({ executionArn }));

    expect(startDate).toBeInstanceOf(Date);
    expect(running).toMatchObject({ status: 'RUNNING', name: 'whole', input: '{"a":1}', startDate });
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1,"answer":"yes"}',
      stateMachineArn: main,
    });
    expect(ended.stopDate?.getTime()).toBeGreaterThanOrEqual(startDate?.getTime() ?? Number.NaN);
  });

  it('fail a task and list what failed', async () => {
    const { executionArn } = await start('failing');
    const taskToken = await tokenOf('failing');
    await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'No', cause: 'why' }));
    await engine.engine.waitFor(executionArn ?? '');
    const { executions } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn: main, statusFilter: 'FAILED' }),
    );

    expect(executions).toEqual([
      expect.objectContaining({ executionArn, name: 'failing', status: 'FAILED' }),
    ]);
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      error: 'No',
      cause: 'why',
    });
  });

  it('stop an execution', async () => {
    const { executionArn } = await start('stopped');

    const { stopDate } = await sfn.send(
      new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: 'c' }),
    );

    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'ABORTED',
      error: 'Cancelled',
      stopDate,
    });
  });

  it('refuse with the SDK’s own exceptions', async () => {
    await start('twice');
    const taskToken = await tokenOf('twice');
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));

    await expect(start('twice', '{"b":2}')).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toBeInstanceOf(
      TaskTimedOut,
    );
    await expect(
      sfn.send(new SendTaskSuccessCommand({ taskToken: 'made-up', output: '1' })),
    ).rejects.toBeInstanceOf(InvalidToken);
    await expect(
      sfn.send(new DescribeExecutionCommand({ executionArn: `${main}:none` })),
    ).rejects.toBeInstanceOf(ExecutionDoesNotExist);
  });
});

describe('Lambda calls', () => {
  const invoke = (FunctionName: string, payload: unknown, InvocationType?: 'Event') =>
    lambda.send(
      new InvokeCommand({
        FunctionName,
        Payload: Buffer.from(JSON.stringify(payload)),
        ...(InvocationType === undefined ? {} : { InvocationType }),
      }),
    );

  it('answer with the function’s result', async () => {
    const answer = await invoke('echo', { a: 1 });

    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ echo: { a: 1 } });
  });

  it('answer a function’s error as AWS does', async () => {
    const answer = await invoke('echo', 'fail');

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'AskedError',
      errorMessage: 'as asked',
    });
  });

  it('don’t wait for an event', async () => {
    expect((await invoke('echo', {}, 'Event')).StatusCode).toBe(202);
  });

  it('say when there is no such function', async () => {
    await expect(invoke('none', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('other requests', () => {
  it.each([
    ['without a signature', {}, 403],
    [
      'with an unknown action',
      { authorization: 'AWS4-x', 'x-amz-target': 'AWSStepFunctions.DeleteAll' },
      400,
    ],
    ['to nowhere', { authorization: 'AWS4-x' }, 404],
  ])('%s are refused', async (_case, headers: Record<string, string>, status) => {
    const answer = await fetch(server.url, { method: 'POST', headers, body: '{}' });

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ message: expect.any(String) });
  });
});
