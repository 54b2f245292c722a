import type { ModelProvider, ProviderCall } from '../../lambdas/shared/llm/provider.ts';
import type { PlannerBrief, ReviewerBrief } from '../../schemas/briefs.ts';

/** The fixed loop: three subtasks, c after a and b, two dependent steps each, b revised once. */
const decomposition = {
  subtasks: [
    { subtask_id: 'a', description: 'Compute a.', prerequisites: [] },
    { subtask_id: 'b', description: 'Compute b.', prerequisites: [] },
    { subtask_id: 'c', description: 'Compute c from a and b.', prerequisites: ['a', 'b'] },
  ],
};

function plan({ iteration }: PlannerBrief): unknown {
  const [first, second] = [`first_${iteration}`, `second_${iteration}`];
  return {
    confidence: 0.95,
    steps: [
      { step_id: first, action: 'math_calculator', inputs: { expression: '6 * 7' } },
      {
        step_id: second,
        action: 'math_calculator',
        inputs: { expression: `\${steps.${first}.output.value} + 1` },
        dependencies: [first],
      },
    ],
    result: { summary: `The value is \${steps.${second}.output.value}.` },
  };
}

function review({ subtask, iteration }: ReviewerBrief): unknown {
  const revise = subtask.subtask_id === 'b' && iteration === 1;
  return { verdict: revise ? 'REVISE' : 'APPROVE', feedback: revise ? 'Once more.' : '', summary: 'Done.' };
}

/** The office's own brief, as it was sent: its schemas are tested elsewhere, and a model's work is not measured. */
function briefOf<Brief>({ messages }: ProviderCall): Brief {
  const part = messages.at(-1)?.content[0];
  return JSON.parse(part?.type === 'text' ? part.text : '') as Brief;
}

function answer(call: ProviderCall): unknown {
  switch (call.role) {
    case 'analyst':
      return decomposition;
    case 'planner':
      return plan(briefOf(call));
    case 'reviewer':
      return review(briefOf(call));
    case 'validator':
      return { verdict: 'APPROVED' };
    case 'broker':
      return { assessment: 'approve', reason: '' };
  }
}

/** Answers at once and always the same, so that what is measured is the office. */
export const instantProvider: ModelProvider = {
  name: 'instant',
  complete: async (call) => ({
    text: JSON.stringify(answer(call)),
    usage: { input_tokens: 100, output_tokens: 50, cached_input_tokens: 0 },
    stop_reason: 'end',
  }),
};
