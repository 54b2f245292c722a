import { createOfflineProvider } from '../../../../lambdas/shared/llm/offline/offline-provider.ts';
import type { ModelRole } from '../../../../lambdas/shared/llm/provider.ts';
import type { OfferedTool, PlannerBrief, ReviewerBrief, StepReport } from '../../../../schemas/briefs.ts';
import { workspace } from './workspace.ts';

const tool = (name: string): OfferedTool => ({
  name,
  description: name,
  input_schema: {},
  example: {},
  risk: 'low',
});
export const tools = [
  'python_exec',
  'file_operations',
  'http_client',
  'math_calculator',
  'code_analyzer',
].map(tool);
export const offered = (...names: string[]): OfferedTool[] => names.map(tool);

const subtaskOf = (description: string) => ({
  subtask_id: 's1',
  description,
  prerequisites: [],
  tool_hints: [],
  criteria: [],
  critical: false,
});

export const plannerBrief = (description: string, more: Partial<PlannerBrief> = {}): PlannerBrief => ({
  role: 'planner',
  task: { description, criteria: [] },
  subtask: subtaskOf(description),
  prerequisite_results: {},
  tools,
  unavailable_tools: [],
  workspace,
  iteration: 1,
  feedback: [],
  finished_steps: [],
  failed_steps: [],
  recalled: [],
  ...more,
});

export const reviewerBrief = (
  description: string,
  steps: StepReport[],
  more: Partial<ReviewerBrief> = {},
): ReviewerBrief => ({
  role: 'reviewer',
  task: { description, criteria: [] },
  subtask: subtaskOf(description),
  iteration: 1,
  max_iterations: 3,
  steps,
  proposed_result: {},
  ...more,
});

/** Sends a brief to the provider as a role does, and reads the answer. */
export async function ask<Answer>(brief: { role: ModelRole }): Promise<Answer> {
  const reply = await createOfflineProvider().complete({
    model: 'offline',
    role: brief.role,
    system: '',
    messages: [{ role: 'user', content: [{ type: 'text', text: JSON.stringify(brief) }] }],
    max_output_tokens: 1000,
    temperature: 0,
    signal: new AbortController().signal,
  });
  return JSON.parse(reply.text) as Answer;
}
