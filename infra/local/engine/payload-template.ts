import type { Json, JsonObject } from '../../../schemas/json.ts';
import { PathError, StateRuntimeError } from './errors.ts';
import { follow, namesOf } from './paths.ts';

/** Makes a payload from a state's input and the context object. @throws PathError */
export type PayloadTemplate = (input: Json, context: JsonObject) => Json;

/**
 * A payload template whose paths are plain, read once instead of at every state.
 * @returns null for a template that needs the library: one with more of JSONPath, or an intrinsic function
 */
export function compileTemplate(template: Json): PayloadTemplate | null {
  if (template === null || typeof template !== 'object') return () => template;
  if (Array.isArray(template)) {
    const items = template.map(compileTemplate);
    return items.every((item) => item !== null)
      ? (input, context) => items.map((item) => item(input, context))
      : null;
  }
  const members: [name: string, value: PayloadTemplate][] = [];
  for (const [name, value] of Object.entries(template)) {
    const compiled = name.endsWith('.$')
      ? (compilePath(value) ?? compileFormat(value))
      : compileTemplate(value);
    if (compiled === null) return null;
    members.push([name.replace(/\.\$$/, ''), compiled]);
  }
  return (input, context) => {
    const payload: JsonObject = {};
    for (const [name, value] of members) payload[name] = value(input, context);
    return payload;
  };
}

/** The value at the end of a plain path; null for another path. */
export function compilePath(path: Json): PayloadTemplate | null {
  if (typeof path !== 'string') return null;
  const ofContext = path.startsWith('$$');
  const names = namesOf(ofContext ? path.slice(1) : path);
  if (names === null) return null;
  return (input, context) => {
    const value = follow(names, ofContext ? context : input);
    if (value === undefined) throw new PathError(path);
    return value as Json;
  };
}

const format = /^States\.Format\('([^'\\,()]*)'((?:, *\$[^,()']*)+)\)$/;

/** `States.Format` of plain paths, which makes names; null for another expression. */
function compileFormat(expression: Json): PayloadTemplate | null {
  const [, text = '', list = ''] = (typeof expression === 'string' && format.exec(expression)) || [];
  const pieces = text.split('{}');
  const values = list
    .split(',')
    .slice(1)
    .map((path) => compilePath(path.trim()));
  if (values.length === 0 || values.length !== pieces.length - 1 || values.includes(null)) return null;
  return (input, context) => {
    const found = values.map((value) => value?.(input, context) ?? null);
    const wrong = found.findIndex((value) => value !== null && typeof value === 'object');
    if (wrong >= 0) {
      throw new StateRuntimeError(
        `Intrinsic function States.Format expected argument ${wrong + 2} to be of type 'string' | 'boolean' | 'number' | 'null', but received object`,
      );
    }
    return pieces.map((piece, i) => (i === 0 ? piece : `${String(found[i - 1])}${piece}`)).join('');
  };
}
