import { describe, expect, it } from '@jest/globals';
import { createAddressCheck } from '../../../lambdas/notifier/address-check.ts';
import { delayUntil, MAX_ATTEMPTS, nextAttempt } from '../../../lambdas/notifier/schedule.ts';
import type { Approval } from '../../../lambdas/shared/stores/approval-store.ts';
import type { TaskRecord } from '../../../lambdas/shared/stores/task-record.ts';
import { delivered, failed, key, office, record } from '../../helpers/notifier-office.ts';

describe('notices of a task’s end', () => {
  it('are delivered from the queue, under one id for all attempts', async () => {
    const { notify, state, drain } = office((attempt) => (attempt < 3 ? failed : delivered));
    expect(await notify(key)).toEqual({ notified: true });
    await drain();
    expect(state.sent.map(({ id }) => id)).toEqual(['msg_t1_1', 'msg_t1_1', 'msg_t1_1']);
    expect(state.log.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['failed', 1],
      ['failed', 2],
      ['delivered', 3],
    ]);
    expect(state.notice).toMatchObject({ status: 'delivered', attempts: 3 });
    expect(JSON.parse(state.sent[0]?.body ?? '')).toMatchObject({
      type: 'task.completed',
      data: { task_id: 't1' },
    });
  });

  it('are given up after ten attempts in three days, in hops that SQS can delay', async () => {
    const { notify, state, drain } = office(() => failed);
    const began = state.now;
    await notify(key);
    await drain();
    expect(state.sent).toHaveLength(10);
    const days = (state.now - began) / 86_400_000;
    expect(days).toBeGreaterThan(2.5);
    expect(days).toBeLessThan(3.5);
    expect(Math.max(...state.delays)).toBeLessThanOrEqual(900);
    expect(state.notice).toMatchObject({ status: 'failed', attempts: 10 });
    expect(state.log.at(-1)).toMatchObject({ next_at: null });
  });

  it('stop at 410 for the whole address, until a person asks again', async () => {
    const { notify, state, drain } = office((attempt) =>
      attempt === 1 ? { outcome: 'gone', http_status: 410, error: 'The receiver answered 410.' } : delivered,
    );
    await notify(key);
    await drain();
    expect(state.notice).toMatchObject({ status: 'disabled' });
    state.notice = null;
    await notify(key);
    await drain();
    expect(state.sent).toHaveLength(1);
    await notify(key, true);
    await drain();
    expect(state.sent).toHaveLength(2);
    expect(state.notice).toMatchObject({ status: 'delivered' });
  });

  it('are not sent again for a reminder or a state that comes twice', async () => {
    const { notify, attempt, state, drain } = office(() => delivered);
    await notify(key);
    await drain();
    await notify(key);
    await drain();
    await attempt({ ...key, message_id: 'msg_t1_1' });
    expect(state.sent).toHaveLength(1);
  });

  it('are not made for tasks without a webhook or without an end', async () => {
    expect(await office(() => delivered, { ...record, webhook: null }).notify(key)).toEqual({
      notified: false,
    });
    const running = office(() => delivered, { ...record, stage: 'started' });
    expect(await running.notify(key)).toEqual({ notified: false });
  });

  it('are not tried again at an address that leads inside', async () => {
    const { notify, state, drain } = office(() => ({
      outcome: 'refused',
      http_status: null,
      error: 'private',
    }));
    await notify(key);
    await drain();
    expect(state.sent).toHaveLength(1);
    expect(state.notice).toMatchObject({ status: 'failed' });
  });
});

describe('the schedule', () => {
  it('has a tenth of jitter both ways and an end', () => {
    const at = new Date(0);
    expect(nextAttempt(2, at, 0)?.getTime()).toBe(270_000);
    expect(nextAttempt(2, at, 1)?.getTime()).toBeCloseTo(330_000);
    expect(nextAttempt(MAX_ATTEMPTS, at, 0)).toBeNull();
    expect(delayUntil(new Date(5_000_000), at)).toBe(900);
    expect(delayUntil(at, new Date(1))).toBe(0);
  });
});

describe('addresses of webhooks', () => {
  it.each([
    'http://127.0.0.1/x',
    'http://[::1]/x',
    'http://169.254.169.254/latest',
    'http://10.1.2.3/',
    'http://localhost:80/',
    'http://2130706433/',
  ])('refuses %s', async (url) => {
    expect(await createAddressCheck([])(url)).toEqual(expect.any(String));
  });
  it('takes public ones and exceptions', async () => {
    expect(await createAddressCheck([])('https://example.com/hook')).toBeNull();
    expect(await createAddressCheck(['127.0.0.1:9'])('http://127.0.0.1:9/hook')).toBeNull();
  });
});

describe('notices of a question to a person', () => {
  const question: Approval = {
    approval_id: `${record.task_id}:s1:1:approval`,
    kind: 'approval',
    tenant_id: record.tenant_id,
    task_id: record.task_id,
    subtask_id: 's1',
    iteration: 1,
    plan_hash: 'hash',
    reason: 'A tool of high risk.',
    steps: [],
    status: 'pending',
    requested_at: '2026-01-02T00:00:00.000Z',
    expires_at_time: '2026-01-03T00:00:00.000Z',
    task_token: 'secret-token',
  };
  const waiting: TaskRecord = { ...record, stage: 'started', status: 'executing' };

  it('reach the task’s webhook and the people who run the office, who is told once', async () => {
    const { announce, state, drain } = office(
      (attempt) => (attempt < 2 ? failed : delivered),
      waiting,
      question,
    );
    await announce(question);
    await drain();

    expect(state.published).toEqual([question.approval_id]);
    expect(state.sent.map(({ id }) => id)).toEqual(
      Array.from({ length: 2 }, () => `ask_${question.approval_id}`),
    );
    expect(JSON.parse(state.sent[0]?.body ?? '')).toMatchObject({
      type: 'approval.requested',
      data: { task_id: record.task_id, approval_id: question.approval_id, plan_hash: 'hash' },
    });
    expect(state.sent[0]?.body).not.toContain('secret-token');
    expect(state.notice).toMatchObject({ status: 'delivered' });
  });

  it('are published also for a task without a webhook', async () => {
    const { announce, state, drain } = office(() => delivered, { ...waiting, webhook: null }, question);
    await announce(question);
    await drain();
    expect(state.published).toEqual([question.approval_id]);
    expect(state.sent).toEqual([]);
  });

  it('are not sent once somebody has answered or the task has ended', async () => {
    for (const [stored, asked] of [
      [waiting, { ...question, status: 'approved' as const }],
      [record, question],
    ] as const) {
      const { announce, state, drain } = office(() => delivered, stored, asked);
      await announce(question);
      await drain();
      expect([state.published, state.sent]).toEqual([[], []]);
      expect(state.notice).toMatchObject({ status: 'failed' });
    }
  });
});
