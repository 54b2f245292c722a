import { describe, expect, it } from '@jest/globals';
import type { Approval } from '../../../lambdas/shared/stores/approval-store.ts';
import { fakeOffice, otherKey } from '../../helpers/receptionist-fakes.ts';

const pending: Approval = {
  approval_id: 'task1:a:1:approval',
  kind: 'approval',
  tenant_id: 'acme',
  task_id: 'task1',
  subtask_id: 'a',
  iteration: 1,
  plan_hash: 'hash',
  reason: 'high risk',
  steps: [],
  status: 'pending',
  requested_at: '2026-05-01T11:00:00.000Z',
  expires_at_time: '2026-05-02T11:00:00.000Z',
  task_token: 'secret-token',
};

function officeWith(approval: Approval = pending) {
  const office = fakeOffice();
  office.approvals.set(approval.approval_id, approval);
  return office;
}
const path = `/approvals/${encodeURIComponent(pending.approval_id)}`;

describe('approvals', () => {
  it('lists what is pending without the token', async () => {
    const office = officeWith();
    office.approvals.set('old', { ...pending, approval_id: 'old', status: 'approved' });
    const { approvals } = await (await office.request('GET', '/approvals?status=pending')).json();
    expect(approvals).toEqual([
      expect.objectContaining({ approval_id: pending.approval_id, expires_at: pending.expires_at_time }),
    ]);
    expect(JSON.stringify(approvals)).not.toContain('secret-token');
  });

  it.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ])('tells the waiting state: %s', async (decision, outcome) => {
    const office = officeWith();
    const answer = await office.request('POST', path, { body: { decision, comment: 'because' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: outcome, comment: 'because' });
    expect(office.answered).toEqual([
      {
        token: 'secret-token',
        decision: { outcome, by: expect.stringMatching(/^key:/), comment: 'because' },
      },
    ]);
    expect(office.events.get('acme/task1')).toEqual([
      expect.objectContaining({ type: 'approval.decided', data: expect.objectContaining({ outcome }) }),
    ]);
    expect(office.audit).toEqual([expect.objectContaining({ action: 'approval.decided', task_id: 'task1' })]);
  });

  it('cancels the task on a rejection where a policy wants that, and not on an approval', async () => {
    for (const [decision, expected] of [
      ['reject', 'cancelled'],
      ['approve', 'executing'],
    ] as const) {
      const office = fakeOffice();
      const { task_id } = await (
        await office.request('POST', '/tasks', { body: { description: 'x' } })
      ).json();
      await office.deps.tasks.start({ tenant_id: 'acme', task_id }, `arn:task:${task_id}`, 0);
      office.approvals.set(pending.approval_id, { ...pending, task_id, on_reject: 'cancel_task' });

      const answer = await office.request('POST', path, { body: { decision } });

      expect(answer.status).toBe(200);
      expect(await answer.json()).not.toHaveProperty('on_reject');
      const task = await (await office.request('GET', `/tasks/${task_id}`)).json();
      expect(task).toMatchObject({ status: expected });
      expect(office.answered).toHaveLength(decision === 'approve' ? 1 : 0);
    }
  });

  it('logs the decision before the execution goes on', async () => {
    const office = officeWith();
    let logged = 0;
    Object.assign(office.deps.executions, {
      answer: async () => {
        logged = office.events.get('acme/task1')?.length ?? 0;
        return true;
      },
    });
    await office.request('POST', path, { body: { decision: 'reject' } });
    expect(logged).toBe(1);
  });

  it('decides once', async () => {
    const office = officeWith();
    const [first, second] = await Promise.all([
      office.request('POST', path, { body: { decision: 'approve' } }),
      office.request('POST', path, { body: { decision: 'reject' } }),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    expect(office.answered).toHaveLength(1);
  });

  it('repeats a decision that the state may never have heard', async () => {
    const office = officeWith({
      ...pending,
      status: 'approved',
      decided_at: '2026-05-01T11:59:00.000Z',
      decided_by: 'key:1',
    });
    expect((await office.request('POST', path, { body: { decision: 'approve' } })).status).toBe(200);
    expect(office.answered).toHaveLength(1);
    expect((await office.request('POST', path, { body: { decision: 'reject' } })).status).toBe(409);
  });

  it('answers 409 when nobody waits any more', async () => {
    const office = officeWith();
    Object.assign(office.deps.executions, { answer: async () => false });
    expect((await office.request('POST', path, { body: { decision: 'approve' } })).status).toBe(409);
  });

  it("answers 404 for another tenant's and for nonsense", async () => {
    const office = officeWith();
    expect(
      (await office.request('POST', path, { body: { decision: 'approve' }, key: otherKey })).status,
    ).toBe(404);
    expect((await office.request('POST', '/approvals/%00', { body: { decision: 'approve' } })).status).toBe(
      404,
    );
  });

  it('refuses another word than approve and reject', async () => {
    expect((await officeWith().request('POST', path, { body: { decision: 'maybe' } })).status).toBe(400);
  });
});
