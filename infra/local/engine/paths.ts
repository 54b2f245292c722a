import type { Json, JsonObject } from '../../../schemas/json.ts';
import { ResultPathError } from './errors.ts';

const simplePath = /^\$(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const segments = new Map<string, readonly string[] | null>();

/** The names of a path like `$.a.b`; null for one that needs the whole of JSONPath. */
export function namesOf(path: string): readonly string[] | null {
  let names = segments.get(path);
  if (names === undefined) {
    names = simplePath.test(path) ? path.split('.').slice(1) : null;
    segments.set(path, names);
  }
  return names;
}

/** The value at the end of a plain path; undefined when there is none. */
export function follow(names: readonly string[], json: unknown): unknown {
  let value = json;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * A copy of a document with `value` at the end of a plain ResultPath; what is on the way and no object becomes one.
 * @throws ResultPathError when the document is no object
 */
export function put(document: Json, names: readonly string[], value: Json): Json {
  if (!isObject(document)) throw new ResultPathError();
  return putInto(document, names, 0, value);
}

function putInto(target: Json | undefined, names: readonly string[], from: number, value: Json): Json {
  const name = names[from];
  if (name === undefined) return value;
  const copy: JsonObject = isObject(target) ? { ...target } : {};
  copy[name] = putInto(copy[name], names, from + 1, value);
  return copy;
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
