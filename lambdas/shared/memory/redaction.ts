import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';
import { createRedactor, type Redactor } from '../privacy/redact.ts';

/** A placeholder that a redactor puts where personal data stood. */
const PLACEHOLDER = /\[[A-Z][A-Z_]*_\d{1,6}\]/;

export interface RedactedPlan {
  readonly description: string;
  readonly steps: Step[];
  readonly result: JsonObject;
}

function redactJson(redactor: Redactor, value: Json): Json {
  if (typeof value === 'string') return redactor.redact(value);
  if (Array.isArray(value)) return value.map((item) => redactJson(redactor, item));
  if (value !== null && typeof value === 'object')
    return JSON.parse(redactor.redactDocument(JSON.stringify(value))) as Json;
  return value;
}

/** The request first, so that its first address is `[EMAIL_1]` in the steps, too. */
export function redactPlan(plan: {
  description: string;
  steps: readonly Step[];
  result: JsonObject;
}): RedactedPlan {
  const redactor = createRedactor();
  const description = redactor.redact(plan.description);
  return {
    description,
    steps: plan.steps.map((step) => ({
      ...step,
      inputs: redactJson(redactor, step.inputs) as JsonObject,
      // Made anew for every task, and never needed here.
      idempotency_key: step.step_id,
    })),
    result: redactJson(redactor, plan.result) as JsonObject,
  };
}

export const redactText = (text: string): string => createRedactor().redact(text);

export const hasPlaceholder = (value: unknown): boolean => PLACEHOLDER.test(JSON.stringify(value));
