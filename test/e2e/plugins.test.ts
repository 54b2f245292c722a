/** Tools from outside, each used by a task end to end on an embedded office of its own. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOffice } from '../../scripts/cli/program.ts';
import { startMcpServer } from '../helpers/mcp-server.ts';
import { givenPlan, type OwnOffice, startOwnOffice } from '../helpers/own-office.ts';
import { aTerminal } from '../unit/cli/fake-terminal.ts';

interface Listed {
  readonly approvals: readonly { approval_id: string; task_id: string; reason: string }[];
}

describe('an MCP server', () => {
  let server: Awaited<ReturnType<typeof startMcpServer>>;
  let office: OwnOffice;
  beforeAll(async () => {
    server = await startMcpServer();
    office = await startOwnOffice({ environment: { OFFICE_ALLOW_HOSTS: server.host } });
  });
  afterAll(async () => {
    await office?.stop();
    await server?.stop();
  });

  const greeting = {
    description: 'Greet Ada',
    plan: givenPlan({ step_id: 'greet', action: 'loop_greet', inputs: { name: 'Ada' } }),
  };

  it('is added from the command line, and its tools wait for a person until they are classified', async () => {
    const added = await office.office('tools', 'add-mcp', 'loop', server.url);
    expect(added).toMatchObject({ code: 0, output: expect.stringContaining('+ loop_greet  risk high') });

    const taskId = await office.submit(greeting);
    await office.waitFor(taskId, ({ status }) => status === 'awaiting_approval');
    const { body } = await office.send<Listed>('GET', '/approvals?status=pending');
    const asked = body.approvals.find(({ task_id }) => task_id === taskId);
    expect(asked?.reason).toContain('high-risk-needs-a-human');
    expect((await office.office('approve', asked?.approval_id ?? '')).code).toBe(0);
    const task = await office.waitFor(taskId);
    expect(task).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(task.final_result)).toContain('Hello, Ada!');

    expect((await office.office('tools', 'classify', 'loop_greet', 'low')).code).toBe(0);
    const again = await office.waitFor(await office.submit(greeting));
    expect(again.status).toBe('completed');
    const types = (await office.events(again.task_id)).map(({ type }) => type);
    expect(types).toContain('step.finished');
    expect(types).not.toContain('approval.requested');
  });

  it('answers a trial of one of its tools, and tells errors under their names', async () => {
    await office.send('PUT', '/mcp-servers/trial', { url: server.url });
    const { body } = await office.send('POST', '/tools/trial_fail/invoke', { inputs: {} });
    expect(body).toMatchObject({
      status: 'error',
      error: { name: 'ToolReportedError', message: 'It broke.' },
    });
  });

  it('that is private and not excepted is refused by the guard', async () => {
    const { status, body } = await office.send<{ detail: string }>('PUT', '/mcp-servers/inside', {
      url: 'http://127.0.0.1:18999/mcp',
    });
    expect(status).toBe(400);
    expect(body.detail).toMatch(/loopback/);
  });
});

describe('a scaffolded tool', () => {
  let root: string;
  let office: OwnOffice | undefined;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'office-scaffold-'));
    const source = fileURLToPath(new URL('../../', import.meta.url));
    for (const part of ['bin', 'lambdas', 'infra', 'schemas', 'scripts', 'statemachines', 'package.json'])
      cpSync(join(source, part), join(root, part), { recursive: true });
    symlinkSync(join(source, 'node_modules'), join(root, 'node_modules'));
  });
  afterAll(async () => {
    await office?.stop();
    rmSync(root, { recursive: true, force: true, maxRetries: 20 });
  });

  it('runs locally at once: by itself and in a task', async () => {
    expect(await runOffice(['tools', 'new', 'word_count'], aTerminal({ root }))).toBe(0);
    office = await startOwnOffice({ root });
    const trial = await office.send('POST', '/tools/word_count/invoke', { inputs: { text: 'one two' } });
    expect(trial.body).toMatchObject({ status: 'ok', output: { words: 2 } });
    const taskId = await office.submit({
      description: 'Count the words',
      plan: givenPlan({ step_id: 'count', action: 'word_count', inputs: { text: 'a b c' } }),
    });
    expect(await office.waitFor(taskId)).toMatchObject({ status: 'completed' });
    const { body } = await office.send<{ plans: { steps: { output: unknown }[] }[] }>(
      'GET',
      `/tasks/${taskId}/plans`,
    );
    expect(body.plans[0]?.steps[0]?.output).toEqual({ words: 3 });
  });
});

describe('any Lambda function', () => {
  it('is a tool once its manifest names it', async () => {
    const office = await startOwnOffice();
    try {
      const { body: calculator } = await office.send<Record<string, unknown>>(
        'GET',
        '/tools/math_calculator',
      );
      const { available: _a, unavailable_reason: _u, name: _n, ...manifest } = calculator;
      const source = { kind: 'lambda', function_name: 'math-calculator' };
      const put = await office.send('PUT', '/tools/abacus', { ...manifest, source });
      expect(put.status).toBe(200);
      const taskId = await office.submit({
        description: 'Calculate',
        plan: givenPlan({ step_id: 'sum', action: 'abacus', inputs: { expression: '20 + 22' } }),
      });
      const task = await office.waitFor(taskId);
      expect(JSON.stringify(task.final_result)).toContain('42');
    } finally {
      await office.stop();
    }
  });
});
