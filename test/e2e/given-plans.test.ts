import { describe, expect, it } from '@jest/globals';
import { engineOf, eventTypes, run, send, submit, waitFor } from '../helpers/api-client.ts';
import { riskyTool } from '../helpers/risky-tool.ts';

interface StepGiven {
  readonly step_id: string;
  readonly action: string;
  readonly inputs: Record<string, unknown>;
  readonly dependencies?: string[];
}
const planOf = (...steps: StepGiven[]) => ({
  plan_id: 'given',
  task_id: 'given',
  metadata: {},
  steps: steps.map((step) => ({ idempotency_key: `key-${step.step_id}`, ...step })),
});
const calculate = (step_id: string, expression: string, dependencies: string[] = []): StepGiven => ({
  step_id,
  action: 'math_calculator',
  inputs: { expression },
  dependencies,
});

describe('a plan given with a task', () => {
  it('runs as it is, references resolved', async () => {
    const plan = planOf(calculate('a', '2 + 3'), calculate('b', '${steps.a.output.value} * 4', ['a']), {
      step_id: 'c',
      action: 'file_operations',
      inputs: { operation: 'write', path: 'out.txt', content: 'value: ${steps.b.output.value}' },
      dependencies: ['b'],
    });
    const task = await run({ description: 'Carry out the plan', plan });
    expect(task.status).toBe('completed');
    const file = await send('GET', `/tasks/${task.task_id}/artifacts/out.txt`);
    expect(file.text).toBe('value: 20');
    const known = { 'if-none-match': file.headers.get('etag') ?? '' };
    const again = await send('GET', `/tasks/${task.task_id}/artifacts/out.txt`, { headers: known });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(task.logs.some((line) => line.startsWith('The planner asked'))).toBe(false);
  });

  it('forks and joins, each step after those it depends on', async () => {
    const plan = planOf(
      calculate('a', '2 + 3'),
      calculate('b', '${steps.a.output.value} * 4', ['a']),
      calculate('c', '${steps.a.output.value} + 1', ['a']),
      calculate('d', '${steps.b.output.value} - ${steps.c.output.value}', ['b', 'c']),
      calculate('e', '${steps.d.output.value} * 3', ['d']),
    );
    const task = await run({ description: 'Carry out the plan', plan });
    expect({ status: task.status, error: task.error }).toEqual({ status: 'completed', error: null });
    expect(JSON.stringify(task.final_result)).toContain('42');
  });

  it('takes outputs from before the step that another one waits for', async () => {
    const plan = planOf(
      calculate('a', '2 + 3'),
      calculate('b', '${steps.a.output.value} * 4', ['a']),
      calculate('c', '${steps.b.output.value} + ${steps.a.output.value}', ['b']),
      calculate('d', '${steps.b.output.value} - ${steps.a.output.value}', ['b']),
      calculate('e', '${steps.d.output.value} * 0 + ${steps.a.output.value} + 37', ['d']),
    );
    const task = await run({ description: 'Carry out the plan', plan, constraints: { max_iterations: 1 } });
    expect({ status: task.status, error: task.error }).toEqual({ status: 'completed', error: null });
    expect(JSON.stringify(task.final_result)).toContain('42');
  });

  it('is turned down when steps that share an id go round', async () => {
    const plan = planOf(calculate('c', '1'), calculate('a', '1', ['c']), calculate('b', '1', ['a']), {
      ...calculate('a', '1', ['b']),
      idempotency_key: 'again',
    } as StepGiven);
    const task = await run({ description: 'Carry out the plan', plan, constraints: { max_iterations: 1 } });
    expect(task.status).toBe('failed');
  });

  it('skips what depends on a step that failed, at a fork and in a row', async () => {
    const missing = { operation: 'read', path: 'missing.txt' };
    const plan = planOf(
      { step_id: 'a', action: 'file_operations', inputs: missing },
      calculate('b', '1', ['a']),
      calculate('c', '2', ['a']),
      calculate('d', '3', ['c']),
      calculate('free', '4'),
    );
    const task = await run({ description: 'Carry out the plan', plan, constraints: { max_iterations: 1 } });
    expect(task.status).toBe('failed');
    for (const id of ['b', 'c', 'd'])
      expect(task.logs.filter((line) => line.startsWith(`Skipped step ${id}:`))).toHaveLength(1);
    expect(task.logs.some((line) => line.startsWith('Skipped step free'))).toBe(false);
  });

  it('is judged before anything runs', async () => {
    const plan = planOf(
      {
        step_id: 'w',
        action: 'file_operations',
        inputs: { operation: 'write', path: 'never.txt', content: 'x' },
      },
      calculate('a', '1', ['b']),
      calculate('b', '1', ['a']),
    );
    const task = await run({ description: 'Carry out the plan', plan });
    expect(task.status).toBe('failed');
    expect(task.error).toEqual({ name: expect.any(String), message: expect.any(String) });
    expect((await send('GET', `/tasks/${task.task_id}/artifacts/never.txt`)).status).toBe(404);
    const letter = await send('GET', `/dead-letters/${task.task_id}`);
    expect(letter.body).toMatchObject({ task_id: task.task_id, status: 'open', redrives: 0 });
  });

  it('fails with a dead letter that can be redriven once', async () => {
    const plan = planOf({
      step_id: 'r',
      action: 'file_operations',
      inputs: { operation: 'read', path: 'missing.txt' },
    });
    const task = await run({
      description: 'Read the file',
      plan,
      constraints: { max_iterations: 1, max_cost_usd: 5_000 },
    });
    expect(task.status).toBe('failed');
    const { body } = await send<{ dead_letters: { task_id: string }[] }>('GET', '/dead-letters?limit=100');
    expect(body.dead_letters.map(({ task_id }) => task_id)).toContain(task.task_id);
    expect((await send<{ total: number }>('GET', '/analytics/failures')).body.total).toBeGreaterThan(0);
    const path = `/dead-letters/${task.task_id}/redrive`;
    for (const bad of [
      { mode: 'edit' },
      { mode: 'edit', input: { description: ' ' } },
      { mode: 'edit', input: { constraints: { allowed_tools: ['teleport'] } } },
      { mode: 'retry', add_budget_usd: 9_000 },
    ])
      expect((await send('POST', path, { body: bad })).status).toBe(400);
    const both = await Promise.all([1, 2].map(() => send('POST', path, { body: { mode: 'retry' } })));
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
    const again = await waitFor(task.task_id);
    expect(again.status).toBe('failed');
    expect((await send('GET', `/dead-letters/${task.task_id}`)).body).toMatchObject({
      redrives: 1,
      status: 'open',
    });
  });
});

describe('redriving', () => {
  it('starts over with what was edited', async () => {
    const task = await run({ description: 'Read the file missing.txt' });
    expect(task.status).toBe('failed');
    const body = { mode: 'edit', input: { description: 'What is 30 + 12?' } };
    expect((await send('POST', `/dead-letters/${task.task_id}/redrive`, { body })).status).toBe(202);
    const again = await waitFor(task.task_id);
    expect({ status: again.status, error: again.error }).toEqual({ status: 'completed', error: null });
    expect(JSON.stringify(again.final_result)).toContain('42');
  });

  it('starts over with another given plan, or with none', async () => {
    const read = { step_id: 'r', action: 'file_operations', inputs: { operation: 'read', path: 'none.txt' } };
    const given = { description: 'What is 30 + 12?', constraints: { max_iterations: 1 } };
    for (const plan of [planOf(calculate('a', '40 + 2')), null]) {
      const task = await run({ ...given, plan: planOf(read) });
      expect(task.status).toBe('failed');
      const path = `/dead-letters/${task.task_id}/redrive`;
      const unknown = { mode: 'edit', input: { plan: planOf({ ...read, action: 'teleport' }) } };
      expect((await send('POST', path, { body: unknown })).status).toBe(400);
      expect((await send('POST', path, { body: { mode: 'edit', input: { plan } } })).status).toBe(202);
      const again = await waitFor(task.task_id);
      expect({ status: again.status, error: again.error }).toEqual({ status: 'completed', error: null });
      expect(JSON.stringify(again.final_result)).toContain('42');
    }
  });

  it('is refused for a task that has not failed', async () => {
    const task = await run({ description: 'What is 1 + 3?' });
    const sent = await send('POST', `/dead-letters/${task.task_id}/redrive`, { body: { mode: 'retry' } });
    expect(sent.status).toBe(404);
  });
});

describe('cancelling', () => {
  it('ends a running task for good', async () => {
    const plan = planOf({
      step_id: 'slow',
      action: 'python_exec',
      inputs: { code: 'n = 0\nwhile True:\n    n += 1\n', timeout_seconds: 60 },
    });
    const { task_id } = await submit({ description: 'Run for a long time', plan });
    await waitFor(task_id, ({ status }) => status === 'executing');
    const cancelled = await send('POST', `/tasks/${task_id}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(cancelled.body).toEqual({ task_id, status: 'cancelled' });
    const task = await waitFor(task_id);
    expect(task).toMatchObject({ status: 'cancelled', current_step: null });
    expect(task.subtasks.map(({ status }) => status)).toEqual(['failed']);
    expect((await send('POST', `/tasks/${task_id}/cancel`)).status).toBe(409);
    expect((await send('GET', `/dead-letters/${task_id}`)).status).toBe(404);
  });

  it('is refused when the task has ended', async () => {
    const task = await run({ description: 'What is 1 + 2?' });
    expect((await send('POST', `/tasks/${task.task_id}/cancel`)).status).toBe(409);
    expect((await send('POST', '/tasks/01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel')).status).toBe(404);
  });
});

interface ApprovalView {
  readonly approval_id: string;
  readonly task_id: string;
  readonly status: string;
}

describe('a plan that a person must approve', () => {
  const name = `risky_${Date.now().toString(36)}`;
  /** Functions of a deployed office have its name before theirs. */
  const functionName = async () =>
    (await engineOf()) === 'embedded'
      ? 'math-calculator'
      : `${process.env['OFFICE_NAME'] ?? 'office'}-math-calculator`;
  const risky = { step_id: 'risk', action: name, inputs: { expression: '20 + 22' } };

  async function waiting(): Promise<{ task_id: string; approval: ApprovalView }> {
    const source = { kind: 'lambda', function_name: await functionName() };
    expect((await send('PUT', `/tools/${name}`, { body: { ...riskyTool, source } })).status).toBe(200);
    const { task_id } = await submit({ description: 'Take the risk', plan: planOf(risky) });
    await waitFor(task_id, ({ status }) => status === 'awaiting_approval');
    const { body } = await send<{ approvals: ApprovalView[] }>('GET', '/approvals?status=pending');
    const approval = body.approvals.find((each) => each.task_id === task_id);
    if (approval === undefined) throw new Error('The task waits for an approval that is not listed.');
    expect(JSON.stringify(body)).not.toContain('token');
    return { task_id, approval };
  }
  const decide = (approval: ApprovalView, decision: string) =>
    send<ApprovalView>('POST', `/approvals/${encodeURIComponent(approval.approval_id)}`, {
      body: { decision },
    });

  it('runs when approved, decided once', async () => {
    const { task_id, approval } = await waiting();
    expect((await decide(approval, 'perhaps')).status).toBe(400);
    const both = await Promise.all([decide(approval, 'approve'), decide(approval, 'approve')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const task = await waitFor(task_id);
    expect({ status: task.status, error: task.error }).toEqual({ status: 'completed', error: null });
    const { body } = await send<{ entries: { action: string; task_id?: string }[] }>(
      'GET',
      '/audit?limit=200',
    );
    expect(body.entries).toContainEqual(expect.objectContaining({ action: 'approval.decided', task_id }));
  });

  it('does not run when rejected', async () => {
    const { task_id, approval } = await waiting();
    expect((await decide(approval, 'reject')).body).toMatchObject({ status: 'rejected' });
    const task = await waitFor(task_id);
    expect(task.status).toBe('failed');
    expect((await eventTypes(task.task_id)).includes('step.finished')).toBe(false);
  });

  it('is no longer a question when the task is cancelled', async () => {
    const { task_id, approval } = await waiting();
    expect((await send('POST', `/tasks/${task_id}/cancel`)).status).toBe(202);
    expect((await decide(approval, 'approve')).status).toBe(409);
    expect((await send('DELETE', `/tools/${name}`)).status).toBe(204);
  });

  it('answers 404 to an unknown approval', async () => {
    for (const id of [
      'none',
      'a:b:1:approval',
      '%00',
      'T%23other',
      'a'.repeat(2_000),
      '%E2%98%83'.repeat(300),
    ]) {
      expect((await send('POST', `/approvals/${id}`, { body: { decision: 'approve' } })).status).toBe(404);
    }
  });
});
