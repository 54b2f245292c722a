import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHumanDesk } from '../../../lambdas/broker/human.ts';
import { type Approval, createApprovalStore } from '../../../lambdas/shared/stores/approval-store.ts';
import { createWithdraw } from '../../../lambdas/shared/withdrawal.ts';
import { startTestTable, type TestTable } from '../../helpers/dynalite-table.ts';
import { aPlan, aStep } from '../../helpers/plans.ts';
import { inline, inlineClaims, memoryLog } from '../../helpers/role-fakes.ts';
import { aTaskRecord } from '../../helpers/task-records.ts';

const now = () => new Date('2026-05-01T12:00:00Z');

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

const record = aTaskRecord({
  stage: 'started',
  status: 'executing',
  runs: 1,
  created_at: '2026-05-01T11:00:00.000Z',
  updated_at: '2026-05-01T11:00:00.000Z',
  deadline: '2026-05-02T12:00:00.000Z',
});

const documentOf = (inputs: Record<string, string>) => ({
  plan: aPlan([aStep({ step_id: 'risk', action: 'risky', inputs })]),
  result: {},
  rationale: '',
  carried: {},
  source: { provider: 'p', model: 'm' },
});

function desk(task_id: string, onRequest: () => Promise<void> = async () => undefined) {
  const key = { tenant_id: 'acme', task_id };
  const approvals = createApprovalStore(table);
  const state = { ended: false, announced: [] as Approval[] };
  const { log, events } = memoryLog();
  const { ask } = createHumanDesk({
    approvals: {
      ...approvals,
      async request(approval) {
        await onRequest();
        await approvals.request(approval);
      },
    },
    tasks: {
      get: async () => ({
        ...record,
        ...key,
        ...(state.ended ? { stage: 'ended' as const, status: 'cancelled' as const } : {}),
      }),
    },
    log,
    claims: inlineClaims,
    approvalTimeoutSeconds: 60,
    announce: async (approval) => void state.announced.push(approval),
    now,
  });
  return {
    ...key,
    state,
    events,
    approvals,
    all: () => approvals.listByTask(key),
    withdraw: createWithdraw({ approvals, holds: { forget: async () => undefined }, now }),
    ask: (plan_hash: string, task_token: string, inputs: Record<string, string> = { expression: '1' }) =>
      ask({
        ...key,
        action: 'ask_human',
        subtask_id: 's1',
        context: inline(null),
        document: inline(documentOf(inputs)),
        iteration: 1,
        plan_hash,
        kind: 'approval',
        reason: 'High risk.',
        task_token,
      }),
  };
}

describe('a question to a person', () => {
  it('is the same one when its state is tried again', async () => {
    const { ask, all } = desk('again');
    await ask('hash', 'token-1');
    await ask('hash', 'token-2');
    expect(await all()).toMatchObject([
      { approval_id: 'again:s1:1:approval', status: 'pending', task_token: 'token-2' },
    ]);
  });

  it('has an id that no answer to an earlier question at its place has', async () => {
    const { ask, all, approvals, events, state } = desk('redriven');
    await ask('hash-1', 'token-1');
    const decision = { status: 'rejected' as const, by: 'key:1', comment: 'no', at: now().toISOString() };
    await approvals.decide('acme', 'redriven:s1:1:approval', decision);
    // The same place after a redrive that starts over; the third time while the second question is open.
    await ask('hash-2', 'token-2');
    await ask('hash-3', 'token-3');
    expect(await all()).toMatchObject([
      { approval_id: 'redriven:s1:1:approval', status: 'rejected', plan_hash: 'hash-1', comment: 'no' },
      { approval_id: 'redriven:s1:1:approval:2', status: 'pending', plan_hash: 'hash-2' },
      { approval_id: 'redriven:s1:1:approval:3', status: 'pending', plan_hash: 'hash-3' },
    ]);
    expect(events.map(({ data }) => data?.['approval_id'])).toEqual(
      state.announced.map(({ approval_id }) => approval_id),
    );
  });

  it('about a plan larger than an item is asked, and says what it leaves out', async () => {
    const { ask, all } = desk('large');
    await ask('hash', 'token', { content: 'x'.repeat(600_000), path: 'a.txt' });
    const [approval] = await all();
    expect(approval).toMatchObject({ status: 'pending', plan_hash: 'hash' });
    const inputs = approval?.steps[0]?.inputs;
    expect(inputs?.['path']).toBe('a.txt');
    expect(inputs?.['content']).toMatch(/^x{8000}… \(592000 more characters; GET \/tasks\//);
  });

  it.each(['before', 'after'])(
    'of a task that ends while it is asked is taken back: its end comes %s',
    async (order) => {
      const office = desk(`ending-${order}`, async () => {
        if (order === 'before') await end();
      });
      const end = async () => {
        office.state.ended = true;
        await office.withdraw(office, 'key:1', 'The task was cancelled.');
      };
      await office.ask('hash', 'token');
      if (order === 'after') await end();
      expect(await office.all()).toMatchObject([{ status: 'revoked' }]);
      expect(office.state.announced).toHaveLength(order === 'before' ? 0 : 1);
      expect(office.events).toHaveLength(order === 'before' ? 0 : 1);
    },
  );
});
