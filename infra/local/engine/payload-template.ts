import type { Json, JsonObject } from '../../../schemas/json.ts';
import { PathError } from './errors.ts';
import { follow, namesOf } from './library.ts';

/** Makes a payload from a state's input and the context object. @throws PathError */
export type PayloadTemplate = (input: Json, context: JsonObject) => Json;

/**
 * A payload template whose paths are plain, read once instead of at every state: aws-local-stepfunctions asks a general
 * evaluator for each path, which hands back every value that is no object by throwing it.
 * @returns null for a template that needs the library: one with an intrinsic function or with more of JSONPath
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
    const compiled = name.endsWith('.$') ? compilePath(value) : compileTemplate(value);
    if (compiled === null) return null;
    members.push([name.replace(/\.\$$/, ''), compiled]);
  }
  return (input, context) => {
    const payload: JsonObject = {};
    for (const [name, value] of members) payload[name] = value(input, context);
    return payload;
  };
}

function compilePath(path: Json): PayloadTemplate | null {
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
