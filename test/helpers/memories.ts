import type { Archives, Experience, Work } from '../../lambdas/shared/memory/archives.ts';
import type { Step } from '../../schemas/plan.ts';

export const aMemoryStep = (inputs: Step['inputs'], action = 'math_calculator'): Step => ({
  step_id: 'calculate',
  action,
  inputs,
  timeout_seconds: 300,
  parallelizable: false,
  idempotency_key: 'calculate-1',
  dependencies: [],
});

export const someWork = (tenant_id: string, description: string, task_id = 'task'): Work => ({
  tenant_id,
  task_id,
  description,
  criteria: [],
  workspace: [],
});

/** A plan as planner and archivist hand it to memory. */
export function anExperience(
  archives: Pick<Archives, 'note'>,
  of: Work,
  steps: readonly Step[],
  more: Partial<Experience> = {},
  made: { readonly shown?: boolean; readonly instead_of?: readonly string[] } = {},
): Experience {
  const result = { value: '${steps.calculate.output.value}' };
  return {
    ...of,
    steps,
    result,
    outcome: 'succeeded',
    first_try: true,
    lesson: '',
    seconds: 2,
    cost: { usd: 0.01, tokens: 500 },
    note: archives.note(of, {
      steps,
      result,
      stated_confidence: 0.9,
      earlier: [],
      left_behind: false,
      pitfalls: [],
      reused: null,
      follows: null,
      shown: false,
      instead_of: [],
      cost: { usd: 0.01, tokens: 500 },
      ...made,
    }),
    ...more,
  };
}
