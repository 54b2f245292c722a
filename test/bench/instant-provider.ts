import type { ModelProvider } from '../../lambdas/shared/llm/provider.ts';
import { type Brief, plannerBriefSchema, reviewerBriefSchema } from '../../schemas/briefs.ts';

/** The fixed loop: three subtasks, c after a and b, two dependent steps each, b revised once. */
const decomposition = {
  subtasks: [
    { subtask_id: 'a', description: 'Compute a.', prerequisites: [] },
    { subtask_id: 'b', description: 'Compute b.', prerequisites: [] },
    { subtask_id: 'c', description: 'Compute c from a and b.', prerequisites: ['a', 'b'] },
  ],
};

function plan(brief: Brief): unknown {
  const { iteration } = plannerBriefSchema.parse(brief);
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

function review(brief: Brief): unknown {
  const { subtask, iteration } = reviewerBriefSchema.parse(brief);
  const revise = subtask.subtask_id === 'b' && iteration === 1;
  return { verdict: revise ? 'REVISE' : 'APPROVE', feedback: revise ? 'Once more.' : '', summary: 'Done.' };
}

function answer(brief: Brief): unknown {
  switch (brief.role) {
    case 'analyst':
      return decomposition;
    case 'planner':
      return plan(brief);
    case 'reviewer':
      return review(brief);
    case 'validator':
      return { verdict: 'APPROVED' };
    case 'broker':
      return { assessment: 'approve', reason: '' };
  }
}

/** Answers at once and always the same, so that what is measured is the office. */
export const instantProvider: ModelProvider = {
  name: 'instant',
  complete: async (call) => {
    const part = call.messages.at(-1)?.content[0];
    const text = JSON.stringify(answer(JSON.parse(part?.type === 'text' ? part.text : '') as Brief));
    return {
      text,
      usage: { input_tokens: 100, output_tokens: 50, cached_input_tokens: 0 },
      stop_reason: 'end',
    };
  },
};
