import { createHash } from 'node:crypto';
import type { ModelProvider } from '../../../lambdas/shared/llm/provider.ts';
import { type Brief, plannerBriefSchema, reviewerBriefSchema } from '../../../schemas/briefs.ts';
import { holds, type LearningTask, learningTasks, type PlanSketch, poisonedTasks } from './families.ts';

const known = [...learningTasks, ...poisonedTasks];
const taskOf = (description: string): LearningTask | undefined =>
  known.find((task) => task.description === description);

/** Three of four new tasks go wrong at first, always the same ones. */
const slips = (task: LearningTask): boolean =>
  (createHash('sha256').update(task.description).digest()[0] ?? 0) % 4 !== 0;

const sameInputs = (steps: readonly { inputs: unknown }[], sketch: PlanSketch): boolean =>
  JSON.stringify(steps.map((step) => step.inputs)) ===
  JSON.stringify(sketch.steps.map((step) => step.inputs));

/**
 * How this model plans: by the first success of the same family that it is shown, right or wrong; else from its own
 * head, mostly with the family's mistake; correctly once it was told what is wrong. It is always equally sure.
 */
function plan(brief: Brief): unknown {
  const { subtask, iteration, recalled } = plannerBriefSchema.parse(brief);
  const task = taskOf(subtask.description);
  if (task === undefined) throw new Error(`Unknown task: ${subtask.description}`);
  const example = recalled.find(
    ({ description, outcome }) => outcome === 'succeeded' && taskOf(description)?.family === task.family,
  );
  const shown = example === undefined ? undefined : taskOf(example.description);
  const misled = example !== undefined && shown !== undefined && sameInputs(example.steps, shown.wrong);
  const wrong = iteration === 1 && (example === undefined ? slips(task) : misled);
  const sketch = wrong ? task.wrong : task.right;
  return {
    confidence: 0.9,
    rationale: 'The steps follow from the task.',
    steps: sketch.steps.map((step) => ({
      ...step,
      step_id: `${step.step_id}_${iteration}`,
      ...renamed(step, iteration),
    })),
    result: rename(sketch.result, iteration),
  };
}

const rename = <T>(value: T, iteration: number): T =>
  JSON.parse(JSON.stringify(value).replace(/\$\{steps\.(\w+)\./g, `\${steps.$1_${iteration}.`)) as T;
const renamed = (step: PlanSketch['steps'][number], iteration: number) => ({
  inputs: rename(step.inputs, iteration),
  dependencies: step.dependencies.map((id) => `${id}_${iteration}`),
});

/** A reviewer that knows the answers, so that what is measured is the planning. */
function review(brief: Brief): unknown {
  const { subtask, proposed_result } = reviewerBriefSchema.parse(brief);
  const task = taskOf(subtask.description);
  const good = task !== undefined && holds(proposed_result, task.expected);
  return good
    ? { verdict: 'APPROVE', feedback: '', summary: 'The result answers the task.' }
    : {
        verdict: 'REVISE',
        feedback: 'The result does not answer the task; the steps have to change.',
        summary: '',
      };
}

function answer(brief: Brief): unknown {
  switch (brief.role) {
    case 'analyst':
      return { subtasks: [{ subtask_id: 's1', description: brief.task.description, prerequisites: [] }] };
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

/** About four characters are a token of English text and JSON. */
const tokens = (text: string): number => Math.ceil(text.length / 4);

/** A scripted model that makes mistakes, learns from examples and counts its tokens. */
export const imperfectProvider: ModelProvider = {
  name: 'imperfect',
  complete: async (call) => {
    const part = call.messages.at(-1)?.content[0];
    const asked = part?.type === 'text' ? part.text : '';
    const text = JSON.stringify(answer(JSON.parse(asked) as Brief));
    return {
      text,
      usage: {
        input_tokens: tokens(call.system + asked),
        output_tokens: tokens(text),
        cached_input_tokens: 0,
      },
      stop_reason: 'end',
    };
  },
};
