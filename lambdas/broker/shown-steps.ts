import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';

/**
 * What the steps of one question may take, JSON in UTF-8: a thousand questions fit into a few reads of the index, and
 * each one far into DynamoDB's 400 KB.
 */
export const SHOWN_BYTES = 32_000;
/** Tried one after the other: the more texts there are, the less is shown of each. */
const SHOWN_CHARACTERS = [8_000, 2_000, 400, 100] as const;

type ShownStep = Pick<Step, 'step_id' | 'action' | 'inputs'>;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const WHOLE_PLAN = 'GET /tasks/{task_id}/plans shows the whole plan';

/** Never half of a surrogate pair, which no store keeps. */
const beginning = (text: string, characters: number): string => text.slice(0, characters).toWellFormed();

function shortened(value: Json, characters: number): Json {
  if (typeof value === 'string')
    return value.length <= characters
      ? value
      : `${beginning(value, characters)}… (${value.length - characters} more characters; ${WHOLE_PLAN})`;
  if (Array.isArray(value)) return value.map((item) => shortened(item, characters));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item, characters)]));
}

/**
 * The steps that a person is shown: as they are, or, when the plan is a large one, with the beginnings of its long
 * texts, each of which says that it goes on and where. The question is bound to the whole plan all the same.
 */
export function shownSteps(steps: readonly ShownStep[]): ShownStep[] {
  const whole = steps.map(({ step_id, action, inputs }) => ({ step_id, action, inputs }));
  if (bytesOf(whole) <= SHOWN_BYTES) return whole;
  for (const characters of SHOWN_CHARACTERS) {
    const shown = whole.map((step) => ({
      ...step,
      inputs: shortened(step.inputs, characters) as JsonObject,
    }));
    if (bytesOf(shown) <= SHOWN_BYTES) return shown;
  }
  return whole.map((step) => ({
    ...step,
    inputs: { not_shown: `${bytesOf(step.inputs)} bytes of inputs; ${WHOLE_PLAN}` },
  }));
}
