import { z } from 'zod';
import type { ModelProvider } from '../../lambdas/shared/llm/provider.ts';
import { type Brief, plannerBriefSchema, reviewerBriefSchema } from '../../schemas/briefs.ts';

const scriptSchema = z.looseObject({
  /** One subtask a list of plans; each plan is the steps of one iteration, the last one stays. */
  subtasks: z.record(z.string(), z.array(z.array(z.looseObject({})))),
  prerequisites: z.record(z.string(), z.array(z.string())).default({}),
  /** Verdicts by iteration; APPROVE when there is none. */
  verdicts: z.array(z.string()).default([]),
});
export type Script = z.input<typeof scriptSchema>;

/** A task whose description is the script that the provider follows. */
export const scripted = (script: Script) => ({ description: JSON.stringify(script) });

function answer(brief: Brief): unknown {
  const script = scriptSchema.parse(
    JSON.parse((brief as { task: { description: string } }).task.description),
  );
  switch (brief.role) {
    case 'analyst':
      return {
        subtasks: Object.keys(script.subtasks).map((subtask_id) => ({
          subtask_id,
          description: `Do ${subtask_id}.`,
          prerequisites: script.prerequisites[subtask_id] ?? [],
        })),
      };
    case 'planner': {
      const { subtask, iteration, feedback } = plannerBriefSchema.parse(brief);
      const plans = script.subtasks[subtask.subtask_id] ?? [];
      return {
        confidence: 0.9,
        steps: plans[Math.min(iteration, plans.length) - 1],
        result: { summary: `Done after: ${feedback.join(' | ') || 'nothing'}` },
      };
    }
    case 'reviewer': {
      const verdict = script.verdicts[reviewerBriefSchema.parse(brief).iteration - 1] ?? 'APPROVE';
      return { verdict, feedback: verdict === 'APPROVE' ? '' : `It is ${verdict}.`, summary: 'Done.' };
    }
    case 'validator':
      return { verdict: 'APPROVED' };
    case 'broker':
      return { assessment: 'approve', reason: '' };
  }
}

/** Answers as the task's description says. */
export const provider: ModelProvider = {
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
