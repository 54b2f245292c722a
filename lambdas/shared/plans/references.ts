import type { Json } from '../../../schemas/json.ts';
import { OfficeError } from '../errors.ts';

/** `${steps.<step_id>.output.<dotted.path>}`; the path may be empty: `${steps.read.output}`. */
const REFERENCE = /\$\{steps\.([A-Za-z0-9][A-Za-z0-9_.:-]{0,127}?)\.output((?:\.[^.{}$\s]+)*)\}/g;

/** Most strings have none: a look for its beginning is cheaper than the expression. */
const mayRefer = (text: string): boolean => text.includes('${steps.');

export interface Reference {
  readonly step_id: string;
  readonly path: readonly string[];
  /** Where in the inputs it stands, e.g. `files.0`. */
  readonly at: string;
}

export class UnresolvedReferenceError extends OfficeError {
  override readonly name = 'UnresolvedReferenceError';
}

const parsePath = (dotted: string): string[] => dotted.split('.').filter((part) => part !== '');

/** Every reference in a value, in order of appearance. */
export function findReferences(value: Json, at = ''): Reference[] {
  if (typeof value === 'string') {
    if (!mayRefer(value)) return [];
    return [...value.matchAll(REFERENCE)].map((match) => ({
      step_id: match[1] ?? '',
      path: parsePath(match[2] ?? ''),
      at,
    }));
  }
  if (value === null || typeof value !== 'object') return [];
  const entries = Array.isArray(value)
    ? value.map((item, i) => [String(i), item] as const)
    : Object.entries(value);
  return entries.flatMap(([key, item]) => findReferences(item, at === '' ? key : `${at}.${key}`));
}

/** What begins like a reference, up to its end. */
const BEGINNING = /\$\{steps\.([A-Za-z0-9][A-Za-z0-9_:-]{0,127})[^{}$\s]{0,256}\}?/g;

/**
 * What would reach a tool as it stands although it means the output of one of these steps: `${steps.read}`,
 * `${steps.read.result.text}`. Other text of that form is left alone; it may be code in another language.
 */
export function findMisspelt(
  value: Json,
  known: ReadonlySet<string>,
  at = '',
): { text: string; at: string }[] {
  if (typeof value === 'string') {
    if (!mayRefer(value)) return [];
    return [...value.replace(REFERENCE, '').matchAll(BEGINNING)].flatMap(([text, id = '']) =>
      known.has(id) ? [{ text, at }] : [],
    );
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    findMisspelt(item, known, at === '' ? key : `${at}.${key}`),
  );
}

function lookUp(
  reference: { step_id: string; path: readonly string[] },
  outputs: ReadonlyMap<string, Json>,
): Json {
  const name = `\${steps.${[reference.step_id, 'output', ...reference.path].join('.')}}`;
  let value = outputs.get(reference.step_id);
  if (value === undefined) {
    throw new UnresolvedReferenceError(`${name} refers to a step that has no output.`);
  }
  for (const part of reference.path) {
    const inside: Json | undefined =
      value !== null && typeof value === 'object' && Object.hasOwn(value, part)
        ? (value as Record<string, Json>)[part]
        : undefined;
    if (inside === undefined) {
      throw new UnresolvedReferenceError(`${name} refers to "${part}", which the output does not have.`);
    }
    value = inside;
  }
  return value;
}

/** How a value reads inside other text: strings as they are, everything else as JSON. */
const interpolated = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The value with every reference replaced. A string that is only a reference keeps the type of what it refers to.
 * @throws UnresolvedReferenceError when a step or a field is missing
 */
export function resolveReferences(value: Json, outputs: ReadonlyMap<string, Json>): Json {
  if (typeof value === 'string') {
    if (!mayRefer(value)) return value;
    const matches = [...value.matchAll(REFERENCE)];
    const only = matches[0];
    if (matches.length === 1 && only?.[0] === value) {
      return lookUp({ step_id: only[1] ?? '', path: parsePath(only[2] ?? '') }, outputs);
    }
    return value.replace(REFERENCE, (_text, step_id: string, path: string) =>
      interpolated(lookUp({ step_id, path: parsePath(path) }, outputs)),
    );
  }
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, outputs));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolveReferences(item, outputs)]),
    );
  }
  return value;
}
