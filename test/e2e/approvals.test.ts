/** People's decisions about waiting tasks, on an embedded office of its own. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OwnOffice, startOwnOffice } from '../helpers/own-office.ts';
import { type Script, scripted } from '../helpers/scripted-provider.ts';

interface ApprovalView {
  readonly approval_id: string;
  readonly task_id: string;
  readonly subtask_id: string;
  readonly kind: string;
  readonly status: string;
  readonly plan_hash: string;
  readonly requested_at: string;
  readonly expires_at: string;
  readonly decided_by: string | null;
}
interface AuditEntry {
  readonly action: string;
  readonly actor: string;
  readonly task_id?: string;
  readonly step_id?: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

let office: OwnOffice;
beforeAll(async () => {
  office = await startOwnOffice({
    provider: new URL('../helpers/scripted-provider.ts', import.meta.url),
    environment: { APPROVAL_TIMEOUT_SECONDS: '3600' },
  });
  // A calculator that a person must let run each time.
  const { body } = await office.send<Record<string, unknown>>('GET', '/tools/math_calculator');
  const { available: _a, unavailable_reason: _u, name: _n, ...manifest } = body;
  const source = { kind: 'lambda', function_name: 'math-calculator' };
  const { status } = await office.send('PUT', '/tools/risky', { ...manifest, risk: 'high', source });
  expect(status).toBe(200);
});
afterAll(() => office?.stop());

const risky = (step_id: string, expression = '6 * 7') => ({
  step_id,
  action: 'risky',
  inputs: { expression },
});
const safe = (step_id: string) => ({ step_id, action: 'math_calculator', inputs: { expression: '1 + 1' } });

const pendingOf = async (taskId: string): Promise<ApprovalView[]> => {
  const { body } = await office.send<{ approvals: ApprovalView[] }>('GET', '/approvals?status=pending');
  return body.approvals.filter(({ task_id }) => task_id === taskId);
};
/** Submits and waits until so many questions are open. */
async function asked(script: Script, questions = 1, constraints: Record<string, unknown> = {}) {
  const taskId = await office.submit({ ...scripted(script), constraints });
  let pending: ApprovalView[] = [];
  await office.waitFor(taskId, () => true);
  const end = Date.now() + 15_000;
  while (pending.length < questions) {
    if (Date.now() > end) throw new Error(`Task ${taskId} asked ${pending.length} questions.`);
    pending = await pendingOf(taskId);
  }
  return { taskId, pending };
}
const decide = (id: string, decision: 'approve' | 'reject', comment?: string) =>
  office.send('POST', `/approvals/${encodeURIComponent(id)}`, {
    decision,
    ...(comment === undefined ? {} : { comment }),
  });
const auditOf = async (taskId: string): Promise<AuditEntry[]> => {
  const { body } = await office.send<{ entries: AuditEntry[] }>('GET', '/audit?limit=200');
  return body.entries.filter(({ task_id }) => task_id === taskId).reverse();
};

describe('a plan that needs a person', () => {
  it('runs once approved, from the command line too, and the audit tells who did what', async () => {
    const { taskId, pending } = await asked({ subtasks: { a: [[risky('go')]] } });
    expect((await office.office('approve', pending[0]?.approval_id ?? '', '--comment', 'fine')).code).toBe(0);
    expect(await office.waitFor(taskId)).toMatchObject({ status: 'completed' });
    const audit = await auditOf(taskId);
    expect(audit.map(({ action }) => action)).toEqual([
      'plan.needs_approval',
      'approval.decided',
      'step.executed',
    ]);
    expect(audit[1]).toMatchObject({ detail: { outcome: 'approved', comment: 'fine' } });
    expect(audit[1]?.actor).toMatch(/^key:/);
    expect(audit[2]).toMatchObject({
      actor: 'executor',
      step_id: 'go',
      detail: { tool: 'risky', outcome: 'succeeded', inputs_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const hashes = audit.map(({ detail }) => detail['plan_hash']);
    expect(new Set(hashes)).toEqual(new Set([pending[0]?.plan_hash]));
  });

  it('goes back to the planner once rejected, with the person’s words', async () => {
    const { taskId, pending } = await asked({ subtasks: { a: [[risky('go')], [safe('other')]] } });
    await decide(pending[0]?.approval_id ?? '', 'reject', 'use another tool');
    const task = await office.waitFor(taskId);
    expect(task).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(task.final_result)).toContain('A person rejected the plan. use another tool');
  });

  it('expires by the task’s own time, which is an outcome of its own', async () => {
    const { taskId, pending } = await asked({ subtasks: { a: [[risky('go')]] } }, 1, {
      approval_timeout_seconds: 1,
    });
    const { requested_at, expires_at } = pending[0] ?? { requested_at: '', expires_at: '' };
    expect(Date.parse(expires_at) - Date.parse(requested_at)).toBe(1_000);
    const task = await office.waitFor(taskId);
    expect(task).toMatchObject({ status: 'failed', error: { name: 'ApprovalExpired' } });
    expect((await decide(pending[0]?.approval_id ?? '', 'approve')).status).toBe(409);
    expect((await auditOf(taskId)).map(({ action, detail }) => [action, detail['outcome']])).toEqual([
      ['plan.needs_approval', undefined],
      ['approval.decided', 'expired'],
    ]);
  });

  it('is decided once: of many answers one counts', async () => {
    const { taskId, pending } = await asked({ subtasks: { a: [[risky('go')]] } });
    const id = pending[0]?.approval_id ?? '';
    const answers = await Promise.all(Array.from({ length: 6 }, () => decide(id, 'approve')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(await office.waitFor(taskId)).toMatchObject({ status: 'completed' });
    expect((await auditOf(taskId)).filter(({ action }) => action === 'approval.decided')).toHaveLength(1);
  });

  it('does not disturb the other questions of its task', async () => {
    const { taskId, pending } = await asked(
      {
        subtasks: {
          a: [[risky('one', '1')]],
          b: [[risky('two', '2')], [safe('instead')]],
          c: [[risky('three', '3')]],
        },
      },
      3,
    );
    const idOf = (subtask: string) =>
      pending.find(({ subtask_id }) => subtask_id === subtask)?.approval_id ?? '';
    await decide(idOf('b'), 'reject');
    expect((await pendingOf(taskId)).map(({ subtask_id }) => subtask_id).sort()).toEqual(['a', 'c']);
    await decide(idOf('c'), 'approve');
    await decide(idOf('a'), 'approve');
    const task = await office.waitFor(taskId);
    expect(task.subtasks.map(({ subtask_id, status }) => [subtask_id, status])).toEqual([
      ['a', 'succeeded'],
      ['b', 'succeeded'],
      ['c', 'succeeded'],
    ]);
  });
});

describe('a verdict that the reviewer leaves to a person', () => {
  const escalated: Script = { subtasks: { a: [[safe('go')], [safe('again')]] }, verdicts: ['ESCALATE'] };

  it('is the person’s: approved', async () => {
    const { taskId, pending } = await asked(escalated);
    expect(pending[0]).toMatchObject({ kind: 'escalation' });
    await decide(pending[0]?.approval_id ?? '', 'approve');
    expect(await office.waitFor(taskId)).toMatchObject({ status: 'completed' });
  });

  it('is the person’s: rejected, and planned again', async () => {
    const { taskId, pending } = await asked(escalated);
    await decide(pending[0]?.approval_id ?? '', 'reject', 'the sum is wrong');
    const task = await office.waitFor(taskId);
    expect(task).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(task.final_result)).toContain('the sum is wrong');
  });
});
