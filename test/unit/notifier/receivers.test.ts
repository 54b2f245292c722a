import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '../../../lambdas/notifier/http-delivery.ts';
import { delivered, failed, key, office } from '../../helpers/notifier-office.ts';

describe('a receiver that takes connections and does not answer', () => {
  const timedOut: Attempt = { outcome: 'failed', http_status: null, error: 'timeout' };

  it('is left alone for a minute by whoever else has something to tell it, then asked by one', async () => {
    const { notify, attempt, state } = office((nth) => (nth < 3 ? timedOut : delivered));
    const tell = async (task: string) => {
      state.notice = null;
      await notify({ ...key, task_id: task });
      await attempt({ ...key, task_id: task, message_id: `msg_${task}_1` });
      return state.log.at(-1);
    };
    state.takes = 15_000;
    await tell('t1');
    expect(await tell('t2')).toMatchObject({
      outcome: 'failed',
      attempt: 1,
      http_status: null,
      error: expect.stringContaining('Not tried'),
      next_at: expect.any(String),
    });
    expect(state.sent).toHaveLength(1);

    state.now += 60_000;
    await tell('t3');
    expect(state.sent).toHaveLength(2);
    // Two minutes since the one that asked began.
    state.now += 60_000;
    expect((await tell('t4'))?.error).toContain('Not tried');
    state.now += 60_000;
    await tell('t5');
    expect(state.sent).toHaveLength(3);
    // It has answered: everybody goes on.
    expect(await tell('t6')).toMatchObject({ outcome: 'delivered' });
    expect(state.silence).toBeNull();
  });

  it('is not told for ever, and told at once when a person asks for it', async () => {
    const { notify, attempt, state, drain } = office(() => timedOut);
    state.takes = 15_000;
    await notify(key);
    await drain();
    expect(state.notice).toMatchObject({ status: 'failed', attempts: 10 });
    const before = state.sent.length;
    state.silence = { times: 3, until: new Date(state.now + 600_000).toISOString() };
    await notify(key, true);
    expect(state.silence).toBeNull();
    await attempt({ ...key, message_id: 'msg_t1_1' });
    expect(state.sent).toHaveLength(before + 1);
  });

  it('that refuses at once keeps nobody waiting, and is tried each time', async () => {
    const { notify, state, drain } = office(() => timedOut);
    state.takes = 100;
    await notify(key);
    await drain();
    expect(state.sent).toHaveLength(10);
    expect(state.silence).toBeNull();
  });
});

describe('an attempt that takes its time', () => {
  it('leaves the notice of a later end as it is', async () => {
    const { notify, state, drain } = office(() => {
      // The task is redriven, and ends, while the receiver thinks about the first end.
      const again = { message_id: 'msg_t1_2', status: 'delivered' as const, attempts: 1 };
      state.notice = { ...key, ...again, next_at: '2026-01-02T00:00:00.000Z' };
      return failed;
    });
    await notify(key);
    await drain();
    expect(state.notice).toMatchObject({ message_id: 'msg_t1_2', status: 'delivered' });
    expect(state.sent).toHaveLength(1);
  });
});
