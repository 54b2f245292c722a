import type {
  GatekeeperAnswer,
  GatekeeperBrief,
  ValidatorAnswer,
  ValidatorBrief,
} from '../../../../schemas/briefs.ts';

/**
 * What rules can see beyond the validator's own: a plan that removes a file before another step reads it,
 * and two steps that write the same file in no order.
 */
export function judgePlan(brief: ValidatorBrief): ValidatorAnswer {
  const findings = brief.steps.flatMap((step, at) => {
    const path = step.inputs['path'];
    if (
      step.action !== 'file_operations' ||
      step.inputs['operation'] !== 'delete' ||
      typeof path !== 'string'
    )
      return [];
    const reader = brief.steps.find(
      (other) =>
        other.dependencies.includes(step.step_id) &&
        other.action === 'file_operations' &&
        other.inputs['path'] === path &&
        other.inputs['operation'] === 'read',
    );
    return reader === undefined
      ? []
      : [
          {
            rule: 'contradiction',
            path: `steps.${at}`,
            message: `Step "${reader.step_id}" reads "${path}" after step "${step.step_id}" deleted it.`,
          },
        ];
  });
  return { verdict: findings.length > 0 ? 'REJECTED' : 'APPROVED', findings };
}

/** The gatekeeper adds nothing to the policy by rules: it can only be stricter, and has no ground to be. */
export function assessTools(brief: GatekeeperBrief): GatekeeperAnswer {
  const used = [...new Set(brief.steps.map((step) => step.action))].join(', ');
  return {
    assessment: 'approve',
    reason: `Rule-based assessment: ${used} are used as their descriptions say.`,
  };
}
