import type { JsonObject } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';
import { createRedactor, detect } from '../privacy/redact.ts';

/** A placeholder that a redactor puts where personal data stood. */
const PLACEHOLDER = /\[[A-Z][A-Z_]*_\d{1,6}\]/;

export interface RedactedPlan {
  readonly description: string;
  readonly steps: Step[];
  readonly result: JsonObject;
}

/** The request first, so that its first address is `[EMAIL_1]` in the steps, too. */
export function redactPlan(plan: {
  description: string;
  steps: readonly Step[];
  result: JsonObject;
}): RedactedPlan {
  const [description, inputs, result] = createRedactor().redactValue([
    plan.description,
    plan.steps.map((step) => step.inputs),
    plan.result,
  ]) as [string, JsonObject[], JsonObject];
  return {
    description,
    steps: plan.steps.map((step, at) => ({
      ...step,
      inputs: inputs[at] ?? {},
      // Made anew for every task, and never needed here.
      idempotency_key: step.step_id,
    })),
    result,
  };
}

/** Most texts have nothing to redact, and looking is cheaper than making a redactor. */
export const redactText = (text: string): string =>
  detect(text).length === 0 ? text : createRedactor().redact(text);

export const hasPlaceholder = (value: unknown): boolean => PLACEHOLDER.test(JSON.stringify(value));
