import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { stateMachineArn } from '../../../../infra/local/engine/engine.ts';
import {
  childTask,
  type Functions,
  machine,
  NamedError,
  startEngine,
  type TestEngine,
  task,
  waitingTask,
} from '../../../helpers/embedded-engine.ts';

let test: TestEngine | undefined;
afterEach(async () => test?.remove());

const main = stateMachineArn('main');
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const never = new Promise(() => undefined);

const journalOf = ({ directory }: TestEngine): string => join(directory, 'running', 'running.jsonl');

describe('after a restart', () => {
  it('attempts that ended are replayed and the one that had not is made again', async () => {
    const crash = { now: true };
    const Retry = [{ ErrorEquals: ['Transient'], IntervalSeconds: 0 }];
    const functions: Functions = {
      a: () => 'a',
      flaky: (_event, attempt) => {
        if (attempt === 1) throw new NamedError('Transient');
        return 'flaky';
      },
      slow: () => (crash.now ? never : 'slow'),
    };
    const definition = machine({
      A: task('a', { ResultPath: '$.a', Next: 'F' }),
      F: task('flaky', { Retry, ResultPath: '$.f', Next: 'S' }),
      S: task('slow', { ResultPath: '$.s', Next: 'Z' }),
      Z: task('a', { ResultPath: '$.z' }),
    });
    const first = await startEngine({ main: definition }, functions);
    const { arn } = first.engine.startExecution(main, 'one', '{"id":1}');
    await until(() => first.calls.length === 4);

    crash.now = false;
    test = await first.restart();
    expect(test.engine.recover()).toBe(1);
    const record = await test.engine.waitFor(arn);

    expect(JSON.parse(record.output ?? '')).toEqual({ id: 1, a: 'a', f: 'flaky', s: 'slow', z: 'a' });
    expect(test.calls.map((call) => call.name)).toEqual(['slow', 'a']);
  });

  it('a loop gets the results of its own rounds', async () => {
    const crash = { now: true };
    const functions: Functions = {
      count: (_event, attempt) => ({ round: attempt, again: attempt < 3 }),
      gate: (event) => (crash.now && event['round'] === 3 ? never : null),
    };
    const definition = machine({
      C: task('count', { Parameters: { same: true }, ResultPath: '$.c', Next: 'G' }),
      G: task('gate', { InputPath: '$.c', ResultPath: null, Next: 'Q' }),
      Q: {
        Type: 'Choice',
        Choices: [{ Variable: '$.c.again', BooleanEquals: true, Next: 'C' }],
        Default: 'E',
      },
      E: { Type: 'Succeed' },
    });
    const first = await startEngine({ main: definition }, functions);
    const { arn } = first.engine.startExecution(main, 'one', '{}');
    await until(() => first.calls.length === 6);

    crash.now = false;
    test = await first.restart();
    test.engine.recover();

    expect(JSON.parse((await test.engine.waitFor(arn)).output ?? '')).toEqual({
      c: { round: 3, again: false },
    });
    expect(test.calls).toEqual([{ name: 'gate', event: { round: 3, again: false } }]);
  });

  it('a token stays good, its function is not invoked again, and an answer may come before the replay', async () => {
    const functions: Functions = { ask: () => null, after: (event) => event };
    const definition = machine({
      W: waitingTask('ask', {}, { TimeoutSeconds: 60, Next: 'A' }),
      A: task('after'),
    });
    const first = await startEngine({ main: definition }, functions);
    const { arn } = first.engine.startExecution(main, 'one', '{}');
    await until(() => first.calls.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    const token = String(first.calls[0]?.event['token']);

    const second = await first.restart();
    second.engine.recover();
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.calls).toEqual([]);

    test = await second.restart();
    test.engine.recover();
    test.engine.sendTaskSuccess(token, '"late"');

    expect((await test.engine.waitFor(arn)).output).toBe('"late"');
    expect(test.calls.map((call) => call.name)).toEqual(['after']);
    expect(() => test?.engine.sendTaskSuccess(token, '1')).toThrow(
      expect.objectContaining({ name: 'TaskTimedOut' }),
    );
  });

  it('a token that was answered stays answered', async () => {
    const crash = { now: true };
    const functions: Functions = { ask: () => null, after: () => (crash.now ? never : 'end') };
    const definition = machine({ W: waitingTask('ask', {}, { Next: 'A' }), A: task('after') });
    const first = await startEngine({ main: definition }, functions);
    const { arn } = first.engine.startExecution(main, 'one', '{}');
    await until(() => first.calls.length === 1);
    const token = String(first.calls[0]?.event['token']);
    first.engine.sendTaskSuccess(token, '{"n":1}');
    await until(() => first.calls.length === 2);

    crash.now = false;
    test = await first.restart();
    test.engine.recover();

    await test.engine.waitFor(arn);
    expect(test.calls).toEqual([{ name: 'after', event: { n: 1 } }]);
  });

  it('a deadline is where it was', async () => {
    const definition = machine({ W: waitingTask('ask', {}, { TimeoutSeconds: 3_600 }) });
    const first = await startEngine({ main: definition }, {});
    const { arn } = first.engine.startExecution(main, 'one', '{}');
    await until(() => first.calls.length === 1);
    await first.engine.close(0);

    const anHourLater = Date.now() + 3_600_000;
    test = await startEngine({ main: definition }, {}, first.directory, () => anHourLater);
    test.engine.recover();

    expect(await test.engine.waitFor(arn)).toMatchObject({ error: 'States.Timeout' });
    expect(test.calls).toEqual([]);
  });

  it('parents find the children that they had started', async () => {
    const crash = { now: true };
    const functions: Functions = { quick: () => 'quick', slow: () => (crash.now ? never : 'slow') };
    const definition = machine({
      M: {
        Type: 'Map',
        ItemProcessor: machine({ R: childTask('sub', { 'Input.$': '$' }, { OutputPath: '$.Output' }) }),
        End: true,
      },
    });
    const sub = machine({
      Q: task('quick', { ResultPath: '$.q', Next: 'C' }),
      C: { Type: 'Choice', Choices: [{ Variable: '$.slow', BooleanEquals: true, Next: 'S' }], Default: 'E' },
      S: task('slow', { ResultPath: '$.s', Next: 'E' }),
      E: { Type: 'Succeed' },
    });
    const first = await startEngine({ main: definition, sub }, functions);
    const { arn } = first.engine.startExecution(main, 'one', '[{"slow":true},{"slow":false}]');
    await until(() => first.calls.length === 3 && first.engine.runningCount() === 2);

    crash.now = false;
    test = await first.restart();
    test.engine.recover();

    expect(JSON.parse((await test.engine.waitFor(arn)).output ?? '')).toEqual([
      { slow: true, q: 'quick', s: 'slow' },
      { slow: false, q: 'quick' },
    ]);
    expect(test.calls.map((call) => call.name)).toEqual(['slow']);
    expect(test.engine.listExecutions(stateMachineArn('sub'))).toHaveLength(2);
  });

  it('ended executions can be described, and leave no journal', async () => {
    const first = await startEngine({ main: machine({ P: { Type: 'Pass', End: true } }) }, {});
    const record = await first.run({ a: 1 }, 'one');

    test = await first.restart();

    expect(test.engine.recover()).toBe(0);
    expect(test.engine.describeExecution(record.arn)).toEqual(record);
    expect(readFileSync(journalOf(test), 'utf8')).toBe('');
  });

  it('a journal whose last line was cut goes on before that line', async () => {
    const first = await startEngine(
      { main: machine({ A: task('a', { Next: 'W' }), W: waitingTask('ask') }) },
      {},
    );
    first.engine.startExecution(main, 'one', '{}');
    await until(() => first.calls.length === 2);
    await first.engine.close(0);
    const journal = journalOf(first);
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, `${lines.slice(0, 1).join('\n')}\n${lines[1]?.slice(0, 20)}`);

    test = await first.restart();

    expect(test.engine.recover()).toBe(1);
    await until(() => test?.calls.length === 2);
    expect(test.calls.map((call) => call.name)).toEqual(['a', 'ask']);
  });
});
