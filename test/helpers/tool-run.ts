import type { ToolRun } from '../../lambdas/shared/tools/define-tool.ts';
import type { ToolEvent } from '../../schemas/tool.ts';

export type RunOverrides = Omit<Partial<ToolRun>, 'policy'> & {
  readonly policy?: Partial<ToolRun['policy']>;
};

/** A run as a tool sees it, with a policy that allows much; override what a test is about. */
export function aRun({ policy, ...overrides }: RunOverrides = {}): ToolRun {
  return {
    tenant_id: 'acme',
    task_id: 'task-1',
    subtask_id: 'subtask-1',
    step_id: 'step-1',
    idempotency_key: 'key-1',
    signal: new AbortController().signal,
    deadline: new Date(Date.now() + 60_000),
    files: [],
    ...overrides,
    policy: { timeout_seconds: 60, max_output_bytes: 1_000_000, allow_hosts: [], deny_hosts: [], ...policy },
  };
}

/** An event as a tool function gets it. */
export function aToolEvent(
  inputs: ToolEvent['inputs'],
  overrides: { operation?: ToolEvent['operation']; context?: Partial<ToolEvent['tool_context']> } = {},
): ToolEvent {
  return {
    inputs,
    operation: overrides.operation ?? 'run',
    tool_context: {
      tenant_id: 'acme',
      task_id: 'task-1',
      subtask_id: 'subtask-1',
      step_id: 'step-1',
      workspace_prefix: 'acme/task-1/',
      deadline: new Date(Date.now() + 60_000).toISOString(),
      policy: { timeout_seconds: 60, max_output_bytes: 1_000_000, allow_hosts: [], deny_hosts: [] },
      idempotency_key: 'key-1',
      ...overrides.context,
    },
  };
}
