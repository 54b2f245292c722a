import { describe, expect, it } from '@jest/globals';
import { StateRuntimeError } from '../../../../infra/local/engine/errors.ts';
import { catcherOf, delayBeforeRetry, handlingOf } from '../../../../infra/local/engine/retry.ts';
import type { JsonObject } from '../../../../schemas/json.ts';
import { NamedError } from '../../../helpers/embedded-engine.ts';

const task = (more: JsonObject) => handlingOf({ Type: 'Task', ...more });

describe('a retrier', () => {
  it('waits longer each time, up to its longest delay and its last attempt', () => {
    const handling = task({
      Retry: [
        { ErrorEquals: ['Bad'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 },
      ],
    });
    const tries: number[] = [];
    const delays = Array.from({ length: 5 }, () => delayBeforeRetry(handling, tries, new NamedError('Bad')));

    expect(delays).toEqual([2000, 6000, 18_000, 20_000, null]);
  });

  it('has the defaults of Amazon States Language', () => {
    const handling = task({ Retry: [{ ErrorEquals: ['States.ALL'] }] });
    const tries: number[] = [];
    const delays = Array.from({ length: 4 }, () => delayBeforeRetry(handling, tries, new NamedError('Bad')));

    expect(delays).toEqual([1000, 2000, 4000, null]);
  });

  it('with full jitter waits up to its delay', () => {
    const handling = task({
      Retry: [
        { ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 99, BackoffRate: 1, JitterStrategy: 'FULL' },
      ],
    });
    const tries: number[] = [];
    const delays = Array.from({ length: 50 }, () => delayBeforeRetry(handling, tries, new NamedError('Bad')));

    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(1000);
    }
    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('counts by itself, and leaves alone what another one matches first', () => {
    const handling = task({
      Retry: [
        { ErrorEquals: ['Bad'], IntervalSeconds: 5, MaxAttempts: 1 },
        { ErrorEquals: ['Worse'], IntervalSeconds: 7, MaxAttempts: 1 },
      ],
    });
    const tries: number[] = [];

    expect(delayBeforeRetry(handling, tries, new NamedError('Worse'))).toBe(7000);
    expect(delayBeforeRetry(handling, tries, new NamedError('Bad'))).toBe(5000);
    expect(delayBeforeRetry(handling, tries, new NamedError('Bad'))).toBeNull();
  });
});

describe('States.TaskFailed', () => {
  const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];

  it('is every error of a Task but its timeout', () => {
    expect(catcherOf(task({ Catch }), new NamedError('Bad', 'no'))?.output).toEqual({
      Error: 'Bad',
      Cause: 'no',
    });
    expect(catcherOf(task({ Catch }), new NamedError('States.Timeout'))).toBeNull();
  });

  it('is no error of another state', () => {
    expect(catcherOf(handlingOf({ Type: 'Map', Catch }), new NamedError('Bad'))).toBeNull();
  });
});

it('a state that is written wrongly is neither retried nor caught', () => {
  const all = { ErrorEquals: ['States.ALL'] };
  const handling = task({ Retry: [all], Catch: [{ ...all, Next: 'Caught' }] });

  expect(delayBeforeRetry(handling, [], new StateRuntimeError('no'))).toBeNull();
  expect(catcherOf(handling, new StateRuntimeError('no'))).toBeNull();
});
