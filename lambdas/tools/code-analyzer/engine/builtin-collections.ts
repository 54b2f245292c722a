import { type Arguments, NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { callSpecial, callValues } from './calls.ts';
import { fillPositions, iterate, makeContainer, positionsOf, readAllOf, writeElement } from './containers.ts';
import type { Thing, ValueSet } from './things.ts';

export function convert(body: Body, name: string, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const [first] = args.positional;
  const types: Record<string, string> = { tuple: 'tuple', set: 'set', frozenset: 'set', dict: 'dict' };
  const container = makeContainer(body, types[name] ?? 'list', at, name);
  const any = values.of(values.constant('int', null));
  if (name === 'zip' || name === 'enumerate') {
    const pair = makeContainer(body, 'tuple', at, 'pair');
    const columns = name === 'zip' ? args.positional : [null, first ?? values.empty];
    for (const [index, column] of columns.entries()) {
      const element = column === null ? any : iterate(body, column, at);
      writeElement(body, pair, values.of(values.constant('int', index)), element, true);
    }
    writeElement(body, container, null, values.of(pair), false);
    return values.of(container);
  }
  if (name === 'dict') {
    if (first) copyEntries(body, first, container, at);
    for (const [key, value] of args.keywords) {
      writeElement(body, container, values.of(values.constant('str', key)), value, true);
    }
    for (const mapping of args.mappings) copyEntries(body, mapping, container, at);
    return values.of(container);
  }
  if (!first) return values.of(container);
  const key = args.keywords.get('key');
  const [only, ...others] = body.resolve(first).items;
  const exact =
    only && others.length === 0 && (name === 'list' || name === 'tuple') ? positionsOf(body, only) : null;
  if (exact) {
    const copy = makeContainer(body, types[name] ?? 'list', at, name, exact.length);
    fillPositions(body, copy, exact);
    return values.of(copy);
  }
  const elements = iterate(body, first, at);
  if (key) callValues(body, key, positionalOnly(elements), at);
  if (name === 'sorted') callSpecial(body, elements, '__lt__', positionalOnly(elements), at);
  if (name === 'reversed') callSpecial(body, first, '__reversed__', NO_ARGUMENTS, at);
  writeElement(body, container, null, elements, false);
  return values.of(container);
}

/** Copies what `source` maps (a mapping or pairs) into a dict. Known keys replace. */
export function copyEntries(body: Body, source: ValueSet, target: Thing, at: number): void {
  const { values } = body;
  for (const thing of body.resolve(source).items) {
    if (thing === target) continue;
    if (thing.kind === 'container' && thing.type === 'dict') {
      const exact = body.root.state.exact?.get(thing);
      const fields = new Set([...(exact?.keys() ?? []), ...(thing.fields?.keys() ?? [])]);
      for (const field of fields) {
        const key = /^\[(?:'(.*)'|(\d+))\]$/.exec(field);
        if (!key) continue;
        const constant =
          key[1] !== undefined ? values.constant('str', key[1]) : values.constant('int', Number(key[2]));
        writeElement(body, target, values.of(constant), body.readField(thing, field), true);
      }
      body.readField(thing, '[all]');
      const any = body.readField(thing, '[*]');
      if (any.id !== 0) writeElement(body, target, null, any, false);
    } else {
      for (const pair of iterate(body, values.of(thing), at).items) {
        if (pair.kind !== 'container') continue;
        const [key, value] = positionsOf(body, pair) ?? [];
        writeElement(body, target, key ?? null, value ?? readAllOf(body, pair), false);
      }
    }
  }
}

/**
 * `map`, `filter` and `reduce` call what can be called among their arguments with the elements of the
 * others. The order is not checked: a swapped call still says which functions it was meant to apply.
 */
export function applyToEach(body: Body, name: string, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const callables: ValueSet[] = [];
  const elements: ValueSet[] = [];
  for (const argument of args.positional) {
    const items = body.resolve(argument).items;
    const callable = values.from(items.filter((item) => isCallable(item)));
    if (callable.id !== 0) callables.push(callable);
    const rest = values.from(items.filter((item) => !isCallable(item)));
    if (rest.id !== 0) elements.push(iterate(body, rest, at));
  }
  let produced = values.empty;
  // What is folded so far, or the first element, comes before the next one.
  const [element = values.empty] = elements;
  const initial = values.union(element, args.positional[2] ?? values.empty);
  for (const callable of callables) {
    const given = name === 'reduce' ? [values.union(initial, produced), element] : elements;
    produced = values.union(produced, callValues(body, callable, positionalOnly(...given), at));
  }
  if (name === 'reduce') return produced;
  const container = makeContainer(body, 'list', at, name);
  writeElement(body, container, null, name === 'filter' ? values.unionAll(elements) : produced, false);
  return values.of(container);
}

export function isCallable(item: Thing): boolean {
  return [
    'function',
    'bound',
    'class',
    'partial',
    'wrapped',
    'builtin',
    'builtin_method',
    'external',
  ].includes(item.kind);
}

export function pick(body: Body, name: string, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const [first = values.empty, second] = args.positional;
  if (name === 'next') {
    const stepped = callSpecial(body, first, '__next__', NO_ARGUMENTS, at);
    const others = values.from(body.resolve(first).items.filter((item) => item.kind !== 'instance'));
    return values.unionAll([stepped, iterate(body, others, at), second ?? values.empty]);
  }
  const elements = second && name !== 'sum' ? values.unionAll(args.positional) : iterate(body, first, at);
  const key = args.keywords.get('key');
  if (key) callValues(body, key, positionalOnly(elements), at);
  if (name === 'sum' && !second) callSpecial(body, elements, '__radd__', positionalOnly(zero(body)), at);
  if (name === 'sum')
    return values.union(callSpecial(body, elements, '__add__', positionalOnly(elements), at), elements);
  return elements;
}

/** What a sum begins with. */
function zero(body: Body): ValueSet {
  return body.values.of(body.values.constant('int', 0));
}
