import { afterEach, describe, expect, it } from '@jest/globals';
import { stateMachineArn } from '../../../../infra/local/engine/engine.ts';
import type { JsonObject } from '../../../../schemas/json.ts';
import {
  childTask,
  type Functions,
  machine,
  startEngine,
  type TestEngine,
  task,
  waitingTask,
} from '../../../helpers/embedded-engine.ts';

let test: TestEngine | undefined;
afterEach(async () => test?.remove());

const main = stateMachineArn('main');

/** An engine whose function `ask` tells its tokens to whoever waits for them. */
async function waitingEngine(definition: JsonObject, others: Record<string, JsonObject> = {}) {
  const tokens: string[] = [];
  const listeners: (() => void)[] = [];
  const functions: Functions = {
    ask: (event) => {
      tokens.push(String(event['token']));
      for (const listener of listeners.splice(0)) listener();
    },
  };
  test = await startEngine({ main: definition, ...others }, functions);
  const nextToken = async (count = 1): Promise<string> => {
    while (tokens.length < count) await new Promise<void>((resolve) => listeners.push(resolve));
    return tokens[count - 1] ?? '';
  };
  return { ...test, nextToken };
}

describe('task tokens', () => {
  it('are answered with an output', async () => {
    const { engine, run, nextToken } = await waitingEngine(machine({ W: waitingTask('ask') }));
    const end = run();

    engine.sendTaskSuccess(await nextToken(), '{"yes":true}');

    expect(await end).toMatchObject({ status: 'SUCCEEDED', output: '{"yes":true}' });
  });

  it('are answered with a failure', async () => {
    const { engine, run, nextToken } = await waitingEngine(machine({ W: waitingTask('ask') }));
    const end = run();

    engine.sendTaskFailure(await nextToken(), 'Refused', 'not today');

    expect(await end).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'not today' });
  });

  it('are good for one answer', async () => {
    const W = waitingTask('ask', {}, { Next: 'X' });
    const { engine, run, nextToken } = await waitingEngine(machine({ W, X: waitingTask('ask') }));
    void run();
    const token = await nextToken();
    engine.sendTaskSuccess(token, '{}');

    expect(() => engine.sendTaskSuccess(token, '{}')).toThrow(
      expect.objectContaining({ name: 'TaskTimedOut' }),
    );
    expect(() => engine.sendTaskSuccess('made-up', '{}')).toThrow(
      expect.objectContaining({ name: 'InvalidToken' }),
    );
  });

  it('refuse an output that is no JSON and stay open', async () => {
    const { engine, run, nextToken } = await waitingEngine(machine({ W: waitingTask('ask') }));
    const end = run();
    const token = await nextToken();

    expect(() => engine.sendTaskSuccess(token, '{')).toThrow(
      expect.objectContaining({ name: 'InvalidOutput' }),
    );
    engine.sendTaskSuccess(token, '1');
    expect((await end).output).toBe('1');
  });

  it('end with States.Timeout when no heartbeat comes, and live while they come', async () => {
    const W = waitingTask('ask', {}, { HeartbeatSeconds: 0.05 });
    const { engine, run, nextToken } = await waitingEngine(machine({ W }));
    const began = performance.now();
    const end = run();
    const token = await nextToken();

    const beats = setInterval(() => engine.sendTaskHeartbeat(token), 10);
    setTimeout(() => clearInterval(beats), 100);

    expect(await end).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(performance.now() - began).toBeGreaterThan(100);
  });

  it('are told apart in the iterations of a Map', async () => {
    const { engine, run, nextToken } = await waitingEngine(
      machine({ M: { Type: 'Map', ItemProcessor: machine({ W: waitingTask('ask') }), End: true } }),
    );
    const end = run([1, 1]);

    const second = await nextToken(2);
    engine.sendTaskSuccess(second, '"second"');
    engine.sendTaskSuccess(await nextToken(1), '"first"');

    expect((await end).output).toBe('["first","second"]');
  });
});

describe('StartExecution', () => {
  it('answers the same name and input with the execution that runs', async () => {
    const { engine } = await waitingEngine(machine({ W: waitingTask('ask') }));
    const first = engine.startExecution(main, 'one', '{"a":1}');

    expect(engine.startExecution(main, 'one', '{"a":1}')).toEqual(first);
    expect(() => engine.startExecution(main, 'one', '{"a":2}')).toThrow(
      expect.objectContaining({ name: 'ExecutionAlreadyExists' }),
    );
  });

  it('refuses the name of an execution that ended', async () => {
    const { engine, run } = await waitingEngine(machine({ P: { Type: 'Pass', End: true } }));
    await run({}, 'one');

    expect(() => engine.startExecution(main, 'one', '{}')).toThrow(
      expect.objectContaining({ name: 'ExecutionAlreadyExists' }),
    );
  });

  it.each([
    ['StateMachineDoesNotExist', stateMachineArn('other'), 'n', '{}'],
    ['InvalidArn', 'main', 'n', '{}'],
    ['InvalidName', main, 'a b', '{}'],
    ['InvalidName', main, 'x'.repeat(81), '{}'],
    ['InvalidExecutionInput', main, 'n', '{'],
  ])('refuses with %s', async (name, machineArn, executionName, input) => {
    const { engine } = await waitingEngine(machine({ P: { Type: 'Pass', End: true } }));

    expect(() => engine.startExecution(machineArn, executionName, input)).toThrow(
      expect.objectContaining({ name }),
    );
  });
});

describe('StopExecution', () => {
  it('ends the execution, its children and their tokens', async () => {
    const { engine, run, nextToken } = await waitingEngine(
      machine({ R: childTask('sub', { Name: 'kid' }) }),
      {
        sub: machine({
          W: waitingTask('ask', {}, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }] }),
          X: task('never'),
        }),
      },
    );
    const end = run({}, 'one');
    const token = await nextToken();
    const arn = engine.listExecutions(main)[0]?.arn ?? '';

    engine.stopExecution(arn, 'Cancelled', 'by request');

    expect(await end).toMatchObject({ status: 'ABORTED', error: 'Cancelled', cause: 'by request' });
    expect(engine.listExecutions(stateMachineArn('sub'))[0]).toMatchObject({
      name: 'kid',
      status: 'ABORTED',
    });
    expect(() => engine.sendTaskSuccess(token, '{}')).toThrow(
      expect.objectContaining({ name: 'TaskTimedOut' }),
    );
    expect(engine.runningCount()).toBe(0);
  });

  it('leaves an ended execution as it ended', async () => {
    const { engine, run } = await waitingEngine(machine({ P: { Type: 'Pass', End: true } }));
    const { arn, stopped } = await run({}, 'one');

    expect(engine.stopExecution(arn)).toEqual({ stopped });
    expect(engine.describeExecution(arn).status).toBe('SUCCEEDED');
  });
});

describe('ListExecutions', () => {
  it('lists the newest first and filters by status', async () => {
    const { engine, run } = await waitingEngine(machine({ P: { Type: 'Pass', End: true } }));
    await run({}, 'one');
    await run({}, 'two');

    expect(engine.listExecutions(main).map((execution) => execution.name)).toEqual(['two', 'one']);
    expect(engine.listExecutions(main, 'FAILED')).toEqual([]);
    expect(engine.listExecutions(main, 'SUCCEEDED', 1)).toHaveLength(1);
  });
});
