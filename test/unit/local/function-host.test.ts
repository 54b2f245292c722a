import { describe, expect, it } from '@jest/globals';
import {
  createFunctionHost,
  type FunctionContext,
  type FunctionHandler,
} from '../../../infra/local/function-host.ts';

const host = (handler: FunctionHandler, timeoutSeconds = 5) =>
  createFunctionHost({ work: { timeoutSeconds, memoryMb: 256, load: async () => handler } });

describe('the function host', () => {
  it('invokes by name and by ARN, with JSON in and out', async () => {
    const functions = host((event) => ({ got: event, at: new Date(0), nothing: undefined }));

    const payload = '{"got":{"a":1},"at":"1970-01-01T00:00:00.000Z"}';
    expect(await functions.invoke('work', '{"a":1}')).toEqual({ ok: true, payload });
    expect(await functions.invoke('arn:aws:lambda:us-east-1:000000000000:function:work', '{"a":1}')).toEqual({
      ok: true,
      payload,
    });
  });

  it('answers null for a handler without a result', async () => {
    expect(await host(() => undefined).invoke('work', '{}')).toEqual({ ok: true, payload: 'null' });
  });

  it('gives Lambda’s context', async () => {
    let seen: FunctionContext | undefined;
    await host((_event, context) => {
      seen = context;
    }).invoke('work', '{}');

    expect(seen).toMatchObject({ functionName: 'work', memoryLimitInMB: '256' });
    expect(seen?.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen?.getRemainingTimeInMillis()).toBeGreaterThan(4_000);
  });

  it('reports errors by their name', async () => {
    const functions = host(() => {
      throw Object.assign(new Error('no plan'), { name: 'PlanError' });
    });

    expect(await functions.invoke('work', '{}')).toMatchObject({
      ok: false,
      errorType: 'PlanError',
      errorMessage: 'no plan',
    });
  });

  it('ends a function at its time limit', async () => {
    expect(await host(() => new Promise(() => undefined), 0.01).invoke('work', '{}')).toMatchObject({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 0.01 seconds'),
    });
  });

  it('reports a handler that can’t be imported at every invocation', async () => {
    const functions = createFunctionHost({
      broken: { timeoutSeconds: 1, memoryMb: 128, load: () => Promise.reject(new SyntaxError('oh')) },
    });

    await functions.warm(['broken']);

    expect(await functions.invoke('broken', '{}')).toMatchObject({ ok: false, errorType: 'SyntaxError' });
    expect(await functions.invoke('broken', '{}')).toMatchObject({ ok: false, errorType: 'SyntaxError' });
  });

  it('imports a handler again when an import has failed, as the next cold start would', async () => {
    let imports = 0;
    const functions = createFunctionHost({
      work: {
        timeoutSeconds: 1,
        memoryMb: 128,
        load: async () => {
          imports += 1;
          if (imports === 1) throw new Error('too many open files');
          return () => 'done';
        },
      },
    });

    await functions.warm(['work']);

    expect(await functions.invoke('work', '{}')).toEqual({ ok: true, payload: '"done"' });
    expect(await functions.invoke('work', '{}')).toEqual({ ok: true, payload: '"done"' });
    expect(imports).toBe(2);
  });

  it('says when there is no such function', async () => {
    const functions = host(() => undefined);

    expect(functions.has('other')).toBe(false);
    expect(await functions.invoke('other', '{}')).toMatchObject({
      errorType: 'Lambda.ResourceNotFoundException',
    });
  });

  it('counts invocations, failures and time', async () => {
    const counted: [string, boolean][] = [];
    const functions = createFunctionHost(
      {
        work: {
          timeoutSeconds: 1,
          memoryMb: 128,
          load: async () => (event) => void JSON.parse(String(event)),
        },
      },
      (name, milliseconds, _memory, failed) => {
        expect(milliseconds).toBeGreaterThan(0);
        counted.push([name, failed]);
      },
    );

    await functions.invoke('work', '"1"');
    await functions.invoke('work', '"{"');

    expect(counted).toEqual([
      ['work', false],
      ['work', true],
    ]);
  });
});
