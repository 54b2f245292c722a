import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repeatDecisions, tellDecision } from '../../../lambdas/receptionist/told-decisions.ts';
import { type Approval, createApprovalStore } from '../../../lambdas/shared/stores/approval-store.ts';
import { startTestTable, type TestTable } from '../../helpers/dynalite-table.ts';
import { memoryLog } from '../../helpers/role-fakes.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

const decidedAt = '2026-05-01T12:00:00.000Z';
const question = (task_id: string, changes: Partial<Approval> = {}): Approval => ({
  approval_id: `${task_id}:s1:1:approval`,
  kind: 'approval',
  tenant_id: 'acme',
  task_id,
  subtask_id: 's1',
  iteration: 1,
  plan_hash: 'hash',
  reason: 'High risk.',
  steps: [],
  status: 'pending',
  requested_at: '2026-05-01T11:00:00.000Z',
  expires_at_time: '2026-05-02T11:00:00.000Z',
  task_token: `token-${task_id}`,
  ...changes,
});

/** People's decisions, and states that wait with a token until they are answered. */
function desk(...waiting: string[]) {
  const approvals = createApprovalStore(table);
  const { log, events } = memoryLog();
  const states = new Set(waiting);
  const state = { now: Date.parse(decidedAt), answers: [] as unknown[], problems: [] as unknown[] };
  const deps = {
    approvals,
    events: log,
    answer: async (token: string, decision: unknown) => {
      if (token === 'token-broken') throw new Error('Nobody knows.');
      if (!states.delete(token)) return false;
      state.answers.push([token, decision]);
      return true;
    },
    now: () => new Date(state.now),
    warn: (problem: unknown) => void state.problems.push(problem),
  };
  return {
    deps,
    state,
    states,
    events,
    approvals,
    async decide(approval: Approval, status: 'approved' | 'rejected' | 'expired' | 'revoked') {
      await approvals.request(approval);
      const decision = { status, by: 'key:1', comment: 'because', at: decidedAt };
      return approvals.decide('acme', approval.approval_id, decision);
    },
    repeat: () => repeatDecisions(deps),
  };
}

describe('a decision', () => {
  it('whose maker died before telling it is told, and logged, by the sweeper', async () => {
    const { decide, repeat, state, events } = desk('token-lost');
    await decide(question('lost'), 'rejected');
    expect(await repeat()).toBe(0);
    state.now += 15_001;
    expect(await repeat()).toBe(1);
    expect(state.answers).toEqual([['token-lost', { outcome: 'rejected', by: 'key:1', comment: 'because' }]]);
    expect(events).toMatchObject([{ type: 'approval.decided', data: { outcome: 'rejected' } }]);
    expect(await repeat()).toBe(0);
    expect(state.answers).toHaveLength(1);
  });

  it('that the engine forgot with its process is told again, and logged once', async () => {
    const { deps, decide, repeat, state, states, events } = desk('token-forgot');
    expect(await tellDecision(deps, await decide(question('forgot'), 'approved'))).toBe(true);
    states.add('token-forgot');
    state.now += 15_001;
    expect(await repeat()).toBe(1);
    expect(state.answers).toHaveLength(2);
    expect(events).toHaveLength(1);
  });

  it('that was heard is told once more and no further', async () => {
    const { deps, decide, repeat, state, approvals } = desk('token-heard');
    await tellDecision(deps, await decide(question('heard'), 'approved'));
    state.now += 15_001;
    expect(await repeat()).toBe(0);
    expect(await approvals.listDecided(new Date(state.now))).toEqual([]);
    expect(await approvals.get('acme', 'heard:s1:1:approval')).toMatchObject({ status: 'approved' });
  });

  it('that can not be told stays, and keeps no other one waiting', async () => {
    const { decide, repeat, state, approvals } = desk('token-fine');
    await decide(question('broken'), 'approved');
    await decide(question('fine'), 'approved');
    state.now += 15_001;
    expect(await repeat()).toBe(1);
    expect(state.problems).toHaveLength(1);
    const left = await approvals.listDecided(new Date(state.now));
    expect(left.map(({ task_id }) => task_id)).toEqual(['broken']);
    await Promise.all(left.map((approval) => approvals.settle(approval)));
  });

  it('of nobody, or one that cancels its task, answers no state', async () => {
    const { decide, repeat, state } = desk('token-late', 'token-ended', 'token-cancels');
    await decide(question('late'), 'expired');
    await decide(question('ended'), 'revoked');
    await decide(question('cancels', { on_reject: 'cancel_task' }), 'rejected');
    state.now += 15_001;
    expect(await repeat()).toBe(0);
    expect(state.answers).toEqual([]);
  });
});
