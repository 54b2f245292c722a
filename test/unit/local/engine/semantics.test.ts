import { afterEach, describe, expect, it } from '@jest/globals';
import { stateMachineArn } from '../../../../infra/local/engine/engine.ts';
import type { JsonObject } from '../../../../schemas/json.ts';
import {
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

async function engineFor(main: JsonObject, functions: Functions, others: Record<string, JsonObject> = {}) {
  test = await startEngine({ main, ...others }, functions);
  return test;
}
const output = (record: { output?: string | undefined }): unknown => JSON.parse(record.output ?? 'null');

describe('a Task state', () => {
  it('passes the context object, also inside nested Maps', async () => {
    const inner = machine({
      Leaf: task('leaf', {
        Parameters: {
          'execution.$': '$$.Execution.Id',
          'name.$': '$$.Execution.Name',
          'root.$': '$$.Execution.Input.id',
          'started.$': '$$.Execution.StartTime',
          'state.$': '$$.State.Name',
          'machine.$': '$$.StateMachine.Id',
          'index.$': '$$.Map.Item.Index',
          'value.$': '$$.Map.Item.Value',
          'label.$': "States.Format('{}-{}', $$.Execution.Name, $.outer)",
        },
      }),
    });
    const middle = machine({
      Inner: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'value.$': '$$.Map.Item.Value', 'outer.$': '$$.Execution.Input.id' },
        ItemProcessor: inner,
        End: true,
      },
    });
    const outer = machine({
      Outer: { Type: 'Map', ItemsPath: '$.groups', ItemProcessor: middle, End: true },
    });
    const { run, calls, engine } = await engineFor(outer, {});

    await run({ id: 'root', groups: [{ items: ['a'] }, { items: ['b', 'c'] }] }, 'contextual');

    const started = engine.describeExecution(calls[0]?.event['execution'] as string).started;
    expect(calls.map((call) => call.event)).toEqual(
      [
        [0, 'a'],
        [0, 'b'],
        [1, 'c'],
      ].map(([index, value]) => ({
        execution: 'arn:aws:states:us-east-1:000000000000:execution:main:contextual',
        name: 'contextual',
        root: 'root',
        started: new Date(started).toISOString(),
        state: 'Leaf',
        machine: stateMachineArn('main'),
        index,
        value,
        label: 'contextual-root',
      })),
    );
  });

  it('keeps its result where ResultPath says, replaces the state with "$", drops it with null', async () => {
    const { run } = await engineFor(
      machine({
        A: task('give', { ResultPath: '$.a', Next: 'B' }),
        B: task('give', { ResultPath: null, Next: 'C' }),
        C: { Type: 'Pass', Result: 0, ResultPath: '$.zero', Next: 'D' },
        D: { Type: 'Pass', InputPath: '$', ResultPath: '$', End: true },
      }),
      { give: () => ({ n: 1 }) },
    );

    expect(output(await run({ kept: true }))).toEqual({ kept: true, a: { n: 1 }, zero: 0 });
  });

  it('leaves the document as it was when it merges parts of it', async () => {
    const merged = 'States.JsonMerge($.a, $.b, false)';
    const { run, calls } = await engineFor(
      machine({
        Merge: {
          Type: 'Pass',
          Parameters: { 'both.$': merged, 'a.$': '$.a' },
          ResultPath: '$.made',
          Next: 'Tell',
        },
        Tell: task('tell', { Parameters: { 'both.$': merged, 'a.$': '$.a', 'made.$': '$.made' } }),
      }),
      {},
    );

    await run({ a: { n: 1 }, b: { m: 2 } });

    const both = { n: 1, m: 2 };
    expect(calls[0]?.event).toEqual({ both, a: { n: 1 }, made: { both, a: { n: 1 } } });
  });

  it('keeps a member called __proto__', async () => {
    const { run } = await engineFor(machine({ A: task('give', { ResultPath: '$.a' }) }), {
      give: () => JSON.parse('{"__proto__":{"n":1}}'),
    });

    expect((await run(JSON.parse('{"__proto__":null}'))).output).toBe(
      '{"__proto__":null,"a":{"__proto__":{"n":1}}}',
    );
  });

  it('shows paths, choices and intrinsic functions the same documents at every depth', async () => {
    const { run, calls } = await engineFor(
      machine({
        Make: task('give', { ResultPath: '$.made', Next: 'Each' }),
        Each: {
          Type: 'Map',
          ItemsPath: '$.made.list',
          ItemProcessor: machine({ Same: { Type: 'Pass', End: true } }),
          ResultPath: '$.each',
          Next: 'Choose',
        },
        Choose: {
          Type: 'Choice',
          Choices: [{ Variable: '$.made.deep.flag', BooleanEquals: true, Next: 'Look' }],
          Default: 'Wrong',
        },
        Wrong: { Type: 'Fail' },
        Look: {
          Type: 'Pass',
          Parameters: {
            'whole.$': '$',
            'second.$': '$.made.list[1].id',
            'last.$': '$.each[-1:].id',
            'known.$': 'States.ArrayContains($.each, States.StringToJson(\'{"id":"b","of":{"n":2}}\'))',
            'merged.$': 'States.JsonMerge($.made, $.given, false)',
            'text.$': 'States.JsonToString($.made)',
            'input.$': '$$.Execution.Input.given',
          },
          Next: 'Tell',
        },
        Tell: task('tell'),
      }),
      {
        give: () => ({
          list: [
            { id: 'a', of: { n: 1 } },
            { id: 'b', of: { n: 2 } },
          ],
          deep: { flag: true },
        }),
        tell: (event) => event,
      },
    );
    const made = {
      list: [
        { id: 'a', of: { n: 1 } },
        { id: 'b', of: { n: 2 } },
      ],
      deep: { flag: true },
    };
    const given = { more: { x: [1] } };

    await run({ given });

    expect(calls.at(-1)?.event).toEqual({
      whole: { given, made, each: made.list },
      second: 'b',
      last: ['b'],
      known: true,
      merged: { ...made, ...given },
      text: JSON.stringify(made),
      input: given,
    });
  });

  it('puts a result inside what is there, in the input, in another result, in a branch and when it catches', async () => {
    const inner = machine({
      Into: task('give', { ResultPath: '$.value.deep.more', Next: 'Fails' }),
      Fails: task('fail', {
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.value.problem', Next: 'Done' }],
        Next: 'Done',
      }),
      Done: { Type: 'Pass', End: true },
    });
    const { run } = await engineFor(
      machine({
        Make: task('give', { ResultPath: '$.made', Next: 'Within' }),
        Within: task('give', { ResultPath: '$.made.deep.again', Next: 'Each' }),
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          ItemSelector: { 'value.$': '$$.Map.Item.Value' },
          ItemProcessor: inner,
          ResultPath: '$.each',
          End: true,
        },
      }),
      {
        give: () => ({ deep: { n: 1 } }),
        fail: () => {
          throw new NamedError('Bad', 'no');
        },
      },
    );
    const ended = await run({ items: [{ deep: { own: true }, id: 'x' }] });

    expect(output(ended)).toEqual({
      items: [{ deep: { own: true }, id: 'x' }],
      made: { deep: { n: 1, again: { deep: { n: 1 } } } },
      each: [
        {
          value: {
            id: 'x',
            deep: { own: true, more: { deep: { n: 1 } } },
            problem: { Error: 'Bad', Cause: expect.any(String) },
          },
        },
      ],
    });
  });

  it('hands functions copies, so that none changes the state of another', async () => {
    const { run } = await engineFor(machine({ A: task('spoil', { ResultPath: '$.a' }) }), {
      spoil: (event) => {
        event['list'] = [];
        return 'done';
      },
    });

    expect(output(await run({ list: [1] }))).toEqual({ list: [1], a: 'done' });
  });

  it('refuses a result over 256 KiB', async () => {
    const { run } = await engineFor(machine({ A: task('large') }), { large: () => 'ä'.repeat(131_072) });

    expect(await run()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('errors', () => {
  it.each([
    ['a plain path', '$.missing.deeper'],
    ['a path that needs the library', '$.missing[0]'],
  ])('of %s that leads nowhere end the execution, whatever Retry and Catch say', async (_case, path) => {
    const { run, calls } = await engineFor(
      machine({
        A: task('give', {
          Parameters: { 'value.$': path },
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 3 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        }),
        Caught: { Type: 'Pass', End: true },
      }),
      { give: () => ({}) },
    );

    expect(await run({})).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: `Path expression '${path}' does not point to a value`,
    });
    expect(calls).toEqual([]);
  });

  it('end the execution under the name the function threw, with AWS’s cause', async () => {
    const { run } = await engineFor(machine({ A: task('bad') }), {
      bad: () => {
        throw new NamedError('PlanError', 'no plan');
      },
    });

    const record = await run();

    expect(record).toMatchObject({ status: 'FAILED', error: 'PlanError' });
    expect(JSON.parse(record.cause ?? '')).toEqual({
      errorType: 'PlanError',
      errorMessage: 'no plan',
      trace: [],
    });
  });

  it('are retried by name as often as the policy says, then caught', async () => {
    const Retry = [{ ErrorEquals: ['Transient'], IntervalSeconds: 0, MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'B' }];
    const { run, calls } = await engineFor(
      machine({ A: task('bad', { Retry, Catch }), B: { Type: 'Succeed' } }),
      {
        bad: () => {
          throw new NamedError('Transient');
        },
      },
    );

    const record = await run();

    expect(calls).toHaveLength(3);
    expect(output(record)).toMatchObject({ error: { Error: 'Transient' } });
  });

  it('stop being retried when an attempt succeeds', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 0 }];
    const { run } = await engineFor(machine({ A: task('flaky', { Retry }) }), {
      flaky: (_event, attempt) => {
        if (attempt < 3) throw new NamedError('Transient');
        return attempt;
      },
    });

    expect(output(await run())).toBe(3);
  });

  it('that are to be retried much later hold up neither a stop nor the process', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1000, MaxAttempts: 2 }];
    const { engine, calls } = await engineFor(machine({ A: task('bad', { Retry }) }), {
      bad: () => {
        throw new NamedError('Transient');
      },
    });
    const { arn } = engine.startExecution(stateMachineArn('main'), 'slow', '{}');
    while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));

    engine.stopExecution(arn, 'Enough');

    expect(await engine.waitFor(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  });

  it('of a Fail state carry what its paths point to', async () => {
    const { run } = await engineFor(
      machine({ F: { Type: 'Fail', ErrorPath: '$.end.error', CausePath: '$.end.cause' } }),
      {},
    );

    expect(await run({ end: { error: 'SubtaskError', cause: 'because' } })).toMatchObject({
      status: 'FAILED',
      error: 'SubtaskError',
      cause: 'because',
    });
  });

  it('of a timeout are States.Timeout and no States.TaskFailed', async () => {
    const Catch = [
      { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
      { ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Right' },
    ];
    const { run } = await engineFor(
      machine({
        A: waitingTask('nobody', {}, { TimeoutSecondsPath: '$.limit', Catch }),
        Wrong: { Type: 'Fail' },
        Right: { Type: 'Succeed' },
      }),
      {},
    );

    expect(output(await run({ limit: 0.02 }))).toMatchObject({ error: { Error: 'States.Timeout' } });
  });

  it('of a machine’s own TimeoutSeconds end it as TIMED_OUT', async () => {
    const { run } = await engineFor(machine({ A: waitingTask('nobody') }, { TimeoutSeconds: 0.02 }), {});

    expect(await run()).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  });
});

describe('a Map state', () => {
  it('works on no more items at once than MaxConcurrency', async () => {
    let active = 0;
    let most = 0;
    const { run } = await engineFor(
      machine({
        M: { Type: 'Map', MaxConcurrency: 2, ItemProcessor: machine({ S: task('step') }), End: true },
      }),
      {
        step: async (event) => {
          active += 1;
          most = Math.max(most, active);
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
          return event;
        },
      },
    );

    expect(output(await run([1, 2, 3, 4, 5]))).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('fails with the error of the item that failed', async () => {
    const { run } = await engineFor(
      machine({ M: { Type: 'Map', ItemProcessor: machine({ S: task('step') }), End: true } }),
      {
        step: (event) => {
          if (Number(event) === 2) throw new NamedError('SecondItemError');
        },
      },
    );

    expect(await run([1, 2, 3])).toMatchObject({ status: 'FAILED', error: 'SecondItemError' });
  });

  it('stops its other items when one fails, and begins no more', async () => {
    const step = task('step', { Next: 'After', ResultPath: null });
    const { run, calls } = await engineFor(
      machine({
        M: {
          Type: 'Map',
          MaxConcurrency: 2,
          ItemProcessor: machine({ S: step, After: task('after') }),
          Catch: [{ ErrorEquals: ['Bad'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Wait', Seconds: 0.01, End: true },
      }),
      {
        step: async (event) => {
          if (Number(event) === 1) throw new NamedError('Bad');
          await new Promise((resolve) => setImmediate(resolve));
        },
      },
    );

    expect(await run([1, 2, 3])).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.map(({ name, event }) => [name, event])).toEqual([
      ['step', 1],
      ['step', 2],
    ]);
  });

  it('runs Parallel branches in its iterations with their context', async () => {
    const branch = (name: string) =>
      machine({ [name]: task('see', { Parameters: { 'i.$': '$$.Map.Item.Index', 'in.$': '$' } }) });
    const { run } = await engineFor(
      machine({
        M: {
          Type: 'Map',
          ItemProcessor: machine({
            P: { Type: 'Parallel', Branches: [branch('L'), branch('R')], End: true },
          }),
          End: true,
        },
      }),
      { see: (event) => event },
    );

    const seen = (i: number, value: string) => ({ i, in: value });
    expect(output(await run(['x', 'y']))).toEqual([
      [seen(0, 'x'), seen(0, 'x')],
      [seen(1, 'y'), seen(1, 'y')],
    ]);
  });
});

describe('state transitions', () => {
  it('are counted without what the engine adds', async () => {
    const { run, transitions } = await engineFor(
      machine({
        A: task('a', { ResultPath: null, Next: 'M' }),
        M: { Type: 'Map', ItemsPath: '$.items', ItemProcessor: machine({ S: task('a') }), End: true },
      }),
      {},
    );

    await run({ items: [1, 2] });
    await new Promise((resolve) => setImmediate(resolve));

    expect([...transitions].sort()).toEqual(['A', 'M', 'S', 'S']);
  });
});
