import type { Activation } from './activation.ts';
import type { Parameter } from './ast.ts';
import type { Body } from './body.ts';
import { iterate, positionsOf, writeElement } from './containers.ts';
import { restOf } from './made-by-calls.ts';
import type { FunctionThing, ValueSet } from './things.ts';

/** What a call passes. `spread` are the elements of `*x` whose positions are unknown. */
export interface Arguments {
  readonly positional: ValueSet[];
  readonly spread: ValueSet | null;
  readonly keywords: ReadonlyMap<string, ValueSet>;
  /** The mappings given as `**x`. */
  readonly mappings: readonly ValueSet[];
}

const NO_KEYWORDS: ReadonlyMap<string, ValueSet> = new Map();
const NO_MAPPINGS: readonly ValueSet[] = [];
export const NO_ARGUMENTS: Arguments = {
  positional: [],
  spread: null,
  keywords: NO_KEYWORDS,
  mappings: NO_MAPPINGS,
};

export function withFirst(first: ValueSet, rest: Arguments): Arguments {
  const { positional, spread, keywords, mappings } = rest;
  return { positional: [first, ...positional], spread, keywords, mappings };
}

export function positionalOnly(...positional: ValueSet[]): Arguments {
  return { positional, spread: null, keywords: NO_KEYWORDS, mappings: NO_MAPPINGS };
}

/** Which parameter an argument is for, by position and by name; -1 where there is none for the rest. */
interface Layout {
  readonly slots: readonly number[];
  readonly byName: ReadonlyMap<string, number>;
  readonly rest: number;
  readonly restKeywords: number;
  /** The parameters that have a default value. */
  readonly defaulted: readonly number[];
}

const layouts = new WeakMap<readonly Parameter[], Layout>();

function layoutOf(parameters: readonly Parameter[]): Layout {
  const known = layouts.get(parameters);
  if (known) return known;
  const slots: number[] = [];
  const byName = new Map<string, number>();
  for (const [index, { kind, variable }] of parameters.entries()) {
    if (kind === 'rest' || kind === 'rest_keywords') continue;
    if (kind !== 'keyword_only') slots.push(index);
    if (kind !== 'positional_only') byName.set(variable.name, index);
  }
  const rest = parameters.findLastIndex(({ kind }) => kind === 'rest');
  const restKeywords = parameters.findLastIndex(({ kind }) => kind === 'rest_keywords');
  const defaulted = parameters.flatMap(({ defaultValue }, index) => (defaultValue ? [index] : []));
  const layout = { slots, byName, rest, restKeywords, defaulted };
  layouts.set(parameters, layout);
  return layout;
}

/** Lets the arguments flow into the activation's parameters; gives the unresolved argument per parameter. */
export function bindArguments(
  body: Body,
  fn: FunctionThing,
  activation: Activation,
  args: Arguments,
): (ValueSet | undefined)[] {
  const { values } = body;
  const { parameters } = fn.frame;
  const bound: (ValueSet | undefined)[] = [];
  const give = (index: number, value: ValueSet): void => {
    bound[index] = bound[index] ? values.union(bound[index], value) : value;
    body.solver.feed(activation, index, body.resolve(value));
  };
  const { slots, byName, rest, restKeywords, defaulted } = layoutOf(parameters);
  for (let position = 0; position < args.positional.length; position += 1) {
    const value = args.positional[position] as ValueSet;
    const slot = slots[position];
    if (slot !== undefined) give(slot, value);
    else if (rest >= 0) {
      const container = restOf(values, activation, rest, 'tuple');
      writeElement(body, container, values.of(values.constant('int', position - slots.length)), value, false);
    }
  }
  if (args.spread) {
    for (const slot of slots.slice(args.positional.length)) give(slot, args.spread);
    if (rest >= 0) writeElement(body, restOf(values, activation, rest, 'tuple'), null, args.spread, false);
  }
  if (args.keywords.size === 0 && args.mappings.length === 0) {
    for (const index of defaulted) {
      if (bound[index] === undefined || args.spread) body.solver.feedDefault(fn, activation, index);
    }
    return bound;
  }
  for (const [name, value] of args.keywords) {
    const index = byName.get(name);
    if (index !== undefined) give(index, value);
    else if (restKeywords >= 0) {
      const container = restOf(values, activation, restKeywords, 'dict');
      writeElement(body, container, values.of(values.constant('str', name)), value, false);
    }
  }
  for (const mapping of args.mappings) {
    bindMapping(body, activation, parameters, byName, restKeywords, mapping, args, give);
  }
  const mayBeMore = args.spread !== null || args.mappings.length > 0;
  for (const index of defaulted) {
    if (bound[index] === undefined || mayBeMore) body.solver.feedDefault(fn, activation, index);
  }
  return bound;
}

export function bindMapping(
  body: Body,
  activation: Activation,
  parameters: readonly Parameter[],
  byName: ReadonlyMap<string, number>,
  restKeywords: number,
  mapping: ValueSet,
  args: Arguments,
  give: (index: number, value: ValueSet) => void,
): void {
  const { values } = body;
  for (const thing of body.resolve(mapping).items) {
    if (thing.kind !== 'container') continue;
    const any = body.readField(thing, '[*]');
    for (const [name, index] of byName) {
      const parameter = parameters[index];
      if (!parameter || args.keywords.has(name) || index < args.positional.length) continue;
      const value = values.union(any, body.readField(thing, `['${name}']`));
      if (value.id !== 0) give(index, value);
    }
    if (restKeywords < 0) continue;
    const target = restOf(values, activation, restKeywords, 'dict');
    if (target === thing) continue;
    for (const [field] of thing.fields ?? []) {
      const name = /^\['(.*)'\]$/.exec(field)?.[1];
      if (name === undefined || byName.has(name)) continue;
      writeElement(
        body,
        target,
        values.of(values.constant('str', name)),
        body.readField(thing, field),
        false,
      );
    }
    if (any.id !== 0) writeElement(body, target, null, any, false);
    body.readField(thing, '[all]');
  }
}

/** Turns `*x` arguments into positions where they are known. */
export function spreadInto(
  body: Body,
  positional: ValueSet[],
  starred: ValueSet,
  at: number,
): ValueSet | null {
  const [only, ...others] = body.resolve(starred).items;
  const exact = only && others.length === 0 ? positionsOf(body, only) : null;
  if (exact) {
    positional.push(...exact);
    return null;
  }
  return iterate(body, starred, at);
}
