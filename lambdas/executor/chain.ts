import type { Outcome } from '../../schemas/gate.ts';
import type { StepChain, StepOutcome } from '../../schemas/roles.ts';

/** A chain after its step has ended: the next one runs when it succeeded, and is skipped otherwise. */
export function afterStep({ rest, decision, ended }: StepChain, outcome: StepOutcome): StepChain {
  const [step = null, ...others] = rest;
  return {
    step,
    rest: others,
    decision: {
      decision: outcome.status === 'succeeded' ? 'run' : 'skip',
      outcomes: { ...decision.outcomes, [outcome.step_id]: toldOf(outcome) },
    },
    ended: [...ended, outcome],
    left: rest.length,
  };
}

/** What those that wait for a step are told of it. */
export const toldOf = ({ status, output }: StepOutcome): Outcome => ({
  status: status === 'in_doubt' ? 'failed' : status,
  ...(output === undefined ? {} : { output }),
});
