import { describe, expect, it } from '@jest/globals';
import type { StepRun, ToolRunResult } from '../../../lambdas/executor/run-tool.ts';
import { createToolTrial } from '../../../lambdas/receptionist/tool-trial.ts';
import { fakeOffice, someTool } from '../../helpers/receptionist-fakes.ts';

function trialWith(result: ToolRunResult, functions: Record<string, string> = { math_calculator: 'fn' }) {
  const office = fakeOffice();
  const runs: { run: StepRun; files: string[] }[] = [];
  const trial = createToolTrial({
    runner: {
      run: async (run) => {
        const entries = await office.deps.workspaces.of(run.event).list('');
        runs.push({ run, files: entries.map(({ path }) => path) });
        return result;
      },
    },
    workspaceOf: office.deps.workspaces.of,
    functions,
    allowHosts: ['127.0.0.1:9'],
    maxSeconds: 40,
    newId: () => 'id',
    now: office.deps.now,
  });
  return { office, runs, trial };
}
const succeeded: ToolRunResult = { status: 'succeeded', output: 2, cost: { usd: 0, tokens: 0 }, attempts: 1 };
const asked = { tenant_id: 'acme', manifest: someTool, inputs: { expression: '1 + 1' }, files: [] };

describe('createToolTrial', () => {
  it('runs the tool as a step of a plan would, for its tenant', async () => {
    const { trial, runs } = trialWith(succeeded);
    expect(await trial(asked)).toEqual({ status: 'ok', output: 2, error: null, duration_ms: 0 });
    expect(runs[0]?.run).toMatchObject({
      event: { tenant_id: 'acme', task_id: 'trial-id' },
      grant: {
        function_name: 'fn',
        tool: 'math_calculator',
        policy: { timeout_seconds: 10, allow_hosts: [] },
      },
      inputs: asked.inputs,
    });
  });

  it('lets no tool run longer than an answer may take', async () => {
    const { trial, runs } = trialWith(succeeded);
    await trial({ ...asked, manifest: { ...someTool, timeout_seconds: 900 } });
    expect(runs[0]?.run.grant.policy.timeout_seconds).toBe(40);
  });

  it('tries again no longer than the tool may run', async () => {
    const { trial, runs, office } = trialWith(succeeded);
    const manifest = { ...someTool, timeout_seconds: 50 };
    await trial({ ...asked, manifest, inputs: { expression: '1 + 1', timeout_seconds: 2 } });
    expect(runs[0]?.run.grant.policy.timeout_seconds).toBe(32);
    expect(runs[0]?.run.deadline).toEqual(new Date(office.deps.now().getTime() + 32_000));
  });

  it('makes a workspace and removes it', async () => {
    const { trial, runs, office } = trialWith(succeeded);
    await trial({ ...asked, files: [{ path: 'a.txt', bytes: Buffer.from('x') }] });
    expect(runs[0]?.files).toEqual(['a.txt']);
    expect(office.files.get('acme/trial-id')?.size).toBe(0);
  });

  it('tells a failure by name', async () => {
    const { trial } = trialWith({ status: 'failed', error: { name: 'X', message: 'y' }, attempts: 3 });
    expect(await trial(asked)).toMatchObject({
      status: 'error',
      output: null,
      error: { name: 'X', message: 'y' },
    });
  });

  it('runs a registered tool by the function that it names', async () => {
    const { trial, runs } = trialWith(succeeded, {});
    await trial({ ...asked, manifest: { ...someTool, source: { kind: 'lambda', function_name: 'mine' } } });
    expect(runs[0]?.run.grant.function_name).toBe('mine');
    await expect(trial(asked)).rejects.toMatchObject({ status: 409 });
  });
});
