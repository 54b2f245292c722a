import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerStates } from '../../../infra/local/aws-server.ts';
import { stateMachineArn } from '../../../infra/local/engine/engine.ts';
import {
  type FunctionsWorker,
  startFunctionsWorker,
  type Use,
} from '../../../infra/local/functions-worker.ts';
import { processEnvironment } from '../../../infra/local/local-environment.ts';
import '../../../infra/local/promise-with-resolvers.ts';
import { machine, startEngine, type TestEngine, waitingTask } from '../../helpers/embedded-engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'office-functions-'));
const program = (name: string) => new URL(`../../helpers/programs/${name}.ts`, import.meta.url).href;

let engine: TestEngine;
let worker: FunctionsWorker;
const used: Use[] = [];
const stored: unknown[] = [];
const stray = Promise.withResolvers<string>();

function start(): FunctionsWorker {
  return startFunctionsWorker({
    functionsModule: program('worker-functions'),
    preload: [program('preloaded')],
    warm: ['echo'],
    logFile: join(directory, 'functions.log'),
    answerDynamodb: async (operation, input) => {
      stored.push({ operation, input });
      return { status: 200, body: {} };
    },
    answerStates: (request) => answerStates(engine.engine)(request),
    onInvocation: (...use) => used.push(use),
    onStray: stray.resolve,
  });
}

beforeAll(async () => {
  // Nothing listens there: a call that goes another way than to the office fails.
  Object.assign(process.env, processEnvironment(), { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  engine = await startEngine(
    {
      main: machine({ P: { Type: 'Pass', End: true } }),
      waits: machine({ W: waitingTask('answer') }),
    },
    { answer: async ({ token }) => void (await worker.invoke('answer', JSON.stringify({ token }))) },
  );
  worker = start();
  await worker.ready;
});
afterAll(async () => {
  await worker.stop();
  await engine.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function invoke(name: string, event: unknown): Promise<unknown> {
  const answer = await worker.invoke(name, JSON.stringify(event));
  return answer?.ok === true ? JSON.parse(answer.payload) : answer;
}

describe('a process that runs functions', () => {
  it('answers as functions in the office’s own process do', async () => {
    expect(await invoke('echo', { ä: 1 })).toEqual({ event: { ä: 1 }, pid: worker.pid, preloaded: true });
    expect(await invoke('fail', {})).toMatchObject({
      ok: false,
      errorType: 'AskedError',
      errorMessage: 'as asked',
      trace: expect.arrayContaining([expect.stringContaining('as asked')]),
    });
    expect(await invoke('slow', {})).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(await invoke('none', {})).toMatchObject({ errorType: 'Lambda.ResourceNotFoundException' });
  });

  it('takes and gives megabytes', async () => {
    const text = 'ü'.repeat(3_000_000);

    expect(await invoke('echo', text)).toMatchObject({ event: text });
  });

  it('invokes functions in itself, and every invocation is counted by the office', async () => {
    used.length = 0;

    expect(await invoke('nested', { a: 1 })).toMatchObject({ event: { a: 1 }, pid: worker.pid });
    const own = used.filter(([name]) => name !== 'answer');
    expect(own.map(([name, , memory, failed]) => ({ name, memory, failed }))).toEqual([
      { name: 'echo', memory: 128, failed: false },
      { name: 'nested', memory: 128, failed: false },
    ]);
  });

  it('asks the office’s engine', async () => {
    const arn = (await invoke('start', { stateMachineArn: stateMachineArn('main') })) as string;
    expect(await engine.engine.waitFor(arn)).toMatchObject({ status: 'SUCCEEDED' });

    const { arn: waiting } = engine.engine.startExecution(stateMachineArn('waits'), 'one', '{}');
    expect(await engine.engine.waitFor(waiting)).toMatchObject({ status: 'SUCCEEDED', output: '"answered"' });
  });

  it('asks the office’s DynamoDB', async () => {
    expect(await invoke('store', { pk: 'a' })).toBeNull();
    expect(stored).toEqual([
      { operation: 'PutItem', input: { TableName: 'things', Item: { pk: { S: 'a' } } } },
    ]);
  });

  it('survives a rejection that a function left unhandled, and tells of it', async () => {
    expect(await invoke('stray', {})).toBeNull();
    expect(await stray.promise).toContain('forgotten');
    expect(await invoke('echo', 1)).toMatchObject({ event: 1 });
  });

  it('writes the functions’ log', async () => {
    await invoke('log', {});
    const file = join(directory, 'functions.log');
    while (!existsSync(file) || !readFileSync(file, 'utf8').includes('a line of the log')) await turn();
  });

  it('loses what is under way when it is killed, and says so when it has ended', async () => {
    const other = start();
    expect(await other.ready).toBe(true);
    const under = other.invoke('hang', '{}');

    process.kill(other.pid, 'SIGKILL');

    expect(await under).toBeNull();
    expect(await other.ended).toBe('SIGKILL');
    expect(other.isReady()).toBe(false);
    expect(await other.invoke('echo', '{}')).toBeNull();
  });

  it('ends when it is stopped, also while it starts', async () => {
    const other = start();
    const stopped = other.stop();

    expect(await other.ready).toBe(false);
    await stopped;
    expect(await other.ended).toBeNull();
  });
});
