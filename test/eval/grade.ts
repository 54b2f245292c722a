/** Checks that graders are made of. They read the final result and the artifacts, never the answer's own word. */
import type { EvalTask, FetchArtifact, Grade, TaskView } from './eval-task.ts';

type Check = (view: TaskView, fetchArtifact: FetchArtifact) => Promise<Grade> | Grade;

const passed: Grade = { pass: true, reason: 'as expected' };
const failed = (reason: string): Grade => ({ pass: false, reason });
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 300);

/** Every object of the final result, outermost first: one subtask's result is flat, several are in `outputs`. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (value === null || typeof value !== 'object') return [];
  const own = Array.isArray(value) ? [] : [value as Record<string, unknown>];
  return [...own, ...Object.values(value).flatMap(objectsIn)];
}

/** The values under a key anywhere in the final result. */
export const valuesOf = (view: TaskView, key: string): unknown[] =>
  objectsIn(view.final_result).flatMap((object) => (key in object ? [object[key]] : []));

/** All checks must pass on a completed task. */
export function completedWith(...checks: Check[]): EvalTask['grade'] {
  return async (view, fetchArtifact) => {
    if (view.status !== 'completed') return failed(`${view.status}: ${shown(view.error)}`);
    for (const check of checks) {
      const grade = await check(view, fetchArtifact);
      if (!grade.pass) return grade;
    }
    return passed;
  };
}

/** The task fails, and says which settings add a model. */
export const refused: EvalTask['grade'] = (view) => {
  if (view.status !== 'failed')
    return failed(`${view.status} instead of failed: ${shown(view.final_result)}`);
  return /GEMINI_API_KEY/.test(JSON.stringify(view.error))
    ? passed
    : failed(`the error names no setting: ${shown(view.error)}`);
};

/** The task fails with an error that matches. */
export const failsWith =
  (pattern: RegExp): EvalTask['grade'] =>
  (view) =>
    view.status === 'failed' && pattern.test(JSON.stringify(view.error))
      ? passed
      : failed(`${view.status}: ${shown(view.error ?? view.final_result)}`);

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
const numberOf = (value: unknown): number =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : Number.NaN;

/** Some `value` of the result is this number. */
export const number =
  (expected: number): Check =>
  (view) => {
    const values = valuesOf(view, 'value');
    return values.some((value) => near(numberOf(value), expected))
      ? passed
      : failed(`no value ${expected} but ${shown(values)}`);
  };

/** Some value under the key is deeply equal, whatever the order of an object's keys. */
export const equal =
  (key: string, expected: unknown): Check =>
  (view) => {
    const values = valuesOf(view, key);
    return values.some((value) => canonical(value) === canonical(expected))
      ? passed
      : failed(`${key} is ${shown(values)}, not ${shown(expected)}`);
  };

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

/** The result as text contains each of these. */
export const mentions =
  (...texts: string[]): Check =>
  (view) => {
    const whole = JSON.stringify(view.final_result);
    const missing = texts.filter((text) => !whole.includes(JSON.stringify(text).slice(1, -1)));
    return missing.length === 0
      ? passed
      : failed(`the result lacks ${shown(missing)}: ${whole.slice(0, 300)}`);
  };

/** The result as text contains none of these. */
export const omits =
  (...texts: string[]): Check =>
  (view) => {
    const whole = JSON.stringify(view.final_result);
    const present = texts.filter((text) => whole.includes(text));
    return present.length === 0 ? passed : failed(`the result has ${shown(present)}`);
  };

/** The file was written; surrounding white space aside it is this text, or matches. */
export const artifact =
  (path: string, expected: string | RegExp): Check =>
  async (_view, fetchArtifact) => {
    const content = await fetchArtifact(path);
    if (content === null) return failed(`no artifact ${path}`);
    const fits = typeof expected === 'string' ? content.trim() === expected.trim() : expected.test(content);
    return fits ? passed : failed(`${path} is ${shown(content)}`);
  };

/** The file was written and holds this number and nothing else. */
export const artifactNumber =
  (path: string, expected: number): Check =>
  async (_view, fetchArtifact) => {
    const content = await fetchArtifact(path);
    if (content === null) return failed(`no artifact ${path}`);
    return near(numberOf(content), expected)
      ? passed
      : failed(`${path} is ${shown(content)}, not ${expected}`);
  };

/** The call path, by the functions' own names, and a place for each. */
export const callPath =
  (...names: string[]): Check =>
  (view) => {
    const result = view.final_result as { path?: unknown; locations?: unknown } | null;
    const path = Array.isArray(result?.path) ? result.path.map((name) => String(name).split('.').pop()) : [];
    if (path.join(' ') !== names.join(' ')) return failed(`the path is ${shown(result?.path)}`);
    const locations = Array.isArray(result?.locations) ? result.locations : [];
    const placed =
      locations.length === names.length &&
      locations.every((place) => typeof place.file === 'string' && Number.isInteger(place.line));
    return placed ? passed : failed(`the locations are ${shown(locations)}`);
  };
