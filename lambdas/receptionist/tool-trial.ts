import type { ToolOutcome } from '../../schemas/http-tools.ts';
import type { Step } from '../../schemas/plan.ts';
import type { StepEvent } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { sandboxFor } from '../broker/policy.ts';
import type { ToolRunner } from '../executor/run-tool.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import type { ToolTrial } from './ports.ts';
import { conflict } from './problem.ts';

export interface ToolTrialDeps {
  readonly runner: Pick<ToolRunner, 'run'>;
  readonly workspaceOf: (key: TaskKey) => Workspace;
  /** Tool name to function name, for built-in tools. */
  readonly functions: Readonly<Record<string, string>>;
  readonly allowHosts: readonly string[];
  /** The longest a trial may take: an answer over HTTP can't wait for a tool's own limit. */
  readonly maxSeconds: number;
  readonly newId: () => string;
  readonly now: () => Date;
}

const nothing = { inline: null } as const;

/** A plan's step without a plan: what the executor's runner needs to run a tool by itself. */
function stepEventOf(key: TaskKey): StepEvent {
  return {
    ...key,
    subtask_id: 'trial',
    context: nothing,
    iteration: 1,
    plan_hash: '',
    document: nothing,
    authorization: nothing,
    gate: 'trial#1',
    step: { step_id: 'trial', gated: false, prerequisites: [], has_dependents: false },
    decision: { decision: 'run', outcomes: {} },
  };
}

/**
 * Runs one tool through the runner that runs a plan's steps, under the broker's sandbox policy, in a workspace
 * that is made for the trial and removed after it.
 *
 * @throws HttpProblem 409 when no function runs this tool
 */
export function createToolTrial(deps: ToolTrialDeps): (trial: ToolTrial) => Promise<ToolOutcome> {
  function functionOf(manifest: ToolManifest): string {
    const { source } = manifest;
    const name =
      source.kind === 'lambda'
        ? source.function_name
        : deps.functions[source.kind === 'mcp' ? 'mcp' : manifest.name];
    if (name === undefined) throw conflict(`No function is deployed for the tool ${manifest.name}.`);
    return name;
  }

  return async ({ tenant_id, manifest, inputs, files }) => {
    const started = deps.now();
    const key: TaskKey = { tenant_id, task_id: `trial-${deps.newId()}` };
    const seconds = Math.min(manifest.timeout_seconds, deps.maxSeconds);
    const step: Step = {
      step_id: 'trial',
      action: manifest.name,
      inputs,
      timeout_seconds: seconds,
      parallelizable: false,
      idempotency_key: key.task_id,
      dependencies: [],
    };
    const workspace = deps.workspaceOf(key);
    const function_name = functionOf(manifest);
    const policy = sandboxFor(step, manifest, deps.allowHosts);
    await Promise.all(files.map(({ path, bytes }) => workspace.write(path, bytes, { marks: [] })));
    try {
      const result = await deps.runner.run({
        event: stepEventOf(key),
        step,
        grant: {
          tool: manifest.name,
          tool_version: manifest.version,
          function_name,
          idempotent: manifest.idempotent,
          workspace: manifest.workspace,
          policy,
          ...(manifest.source.kind === 'mcp'
            ? { mcp: { url: manifest.source.url, tool: manifest.source.tool } }
            : {}),
        },
        inputs,
        idempotent: manifest.idempotent,
        deadline: new Date(started.getTime() + policy.timeout_seconds * 1000),
      });
      const duration_ms = Math.max(0, deps.now().getTime() - started.getTime());
      if (result.status === 'succeeded')
        return { status: 'ok', output: result.output, error: null, duration_ms };
      const { name, message } = result.error;
      return { status: 'error', output: null, error: { name, message }, duration_ms };
    } finally {
      // Only tools that can reach a workspace leave files in it.
      if (manifest.workspace !== 'none' || files.length > 0) {
        const left = await workspace.list('');
        await Promise.all(left.map(({ path }) => workspace.remove(path)));
      }
    }
  };
}
