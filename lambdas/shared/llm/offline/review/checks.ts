import type { ReviewerBrief, StepReport } from '../../../../../schemas/briefs.ts';
import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type { Intent } from '../intents/intent.ts';

export const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/** A function's own name: `app.Loader.run()` → `run`. */
const shortName = (name: string): string =>
  name
    .replace(/\(\)$/, '')
    .split(/[.:#]+/)
    .pop() ?? name;

/** What speaks against the result of one operation; nothing when it is as asked. */
export function checkIntent(intent: Intent, brief: ReviewerBrief): string[] {
  switch (intent.kind) {
    case 'call_path':
      return brief.steps
        .filter((step) => step.action === 'code_analyzer')
        .flatMap((step) => checkPath(intent.start, intent.end, step));
    case 'calculate':
      return brief.steps.filter((step) => step.action === 'math_calculator').flatMap(checkNumber);
    case 'write':
      return checkWritten(intent.path, brief.steps);
    case 'delete':
      return brief.steps.flatMap((step) =>
        step.inputs['operation'] === 'delete' && objectOf(step.output)['deleted'] === false
          ? [`Step "${step.step_id}" found no file "${String(step.inputs['path'])}" to delete.`]
          : [],
      );
    case 'fetch':
      return intent.ask === 'body'
        ? brief.steps.filter((step) => step.action === 'http_client').flatMap(checkAnswer)
        : [];
    default:
      return [];
  }
}

function checkPath(start: string, end: string, step: StepReport): string[] {
  const output = objectOf(step.output);
  if (step.inputs['operation'] !== undefined && step.inputs['operation'] !== 'call_path') return [];
  if (output['status'] === 'not_found') return [];
  const path = output['path'];
  if (!Array.isArray(path))
    return step.truncated === true ? [] : [`Step "${step.step_id}" answered without a path.`];
  const [first, last] = [String(path[0] ?? ''), String(path.at(-1) ?? '')];
  if (path.length === 0)
    return [`Step "${step.step_id}" answered an empty path although it reports success.`];
  return [
    ...(shortName(first) === shortName(start) ? [] : [`The path starts at ${first}, not at ${start}.`]),
    ...(shortName(last) === shortName(end) ? [] : [`The path ends at ${last}, not at ${end}.`]),
  ];
}

function checkNumber(step: StepReport): string[] {
  const value = objectOf(step.output)['value'];
  if (value === undefined || value === null || value === '')
    return [`Step "${step.step_id}" answered no value.`];
  if (typeof value === 'string' && /^(?:NaN|-?Infinity|undefined)$/.test(value))
    return [`Step "${step.step_id}" answered ${value}, which is no finite number.`];
  return [];
}

function checkWritten(path: string, steps: readonly StepReport[]): string[] {
  const written = steps.some((step) => {
    const operation = step.inputs['operation'];
    const files = objectOf(step.output)['files_written'];
    return (
      ((operation === 'write' || operation === 'append') && step.inputs['path'] === path) ||
      (Array.isArray(files) && files.some((file) => file === path || objectOf(file)['path'] === path))
    );
  });
  return written ? [] : [`The file "${path}" was not written.`];
}

function checkAnswer(step: StepReport): string[] {
  const status = objectOf(step.output)['status'];
  return typeof status === 'number' && status >= 400
    ? [`Step "${step.step_id}": the server answered ${status} for ${String(step.inputs['url'])}.`]
    : [];
}
