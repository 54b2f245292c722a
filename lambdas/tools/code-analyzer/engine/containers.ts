import { NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { callSpecial, callValues } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
import { annotatedFields } from './construct.ts';
import { isNamedTuple } from './made-classes.ts';
import type { Container, Thing, ValueSet } from './things.ts';

/** Longer literals are tables: their elements are kept, but writes to them do not replace. */
const MAX_EXACT_ITEMS = 32;

/**
 * The list, tuple, set or dict made at a place of the running body. `role` tells apart several made
 * at one place.
 */
export function makeContainer(body: Body, type: string, at: number, role = '', size = 0): Container {
  const { activation } = body;
  const key = role === '' ? at : `${role}${at}`;
  let container = activation.containers.get(key);
  if (!container) {
    container = {
      id: body.values.newId(),
      kind: 'container',
      fields: null,
      type,
      owner: activation,
      many: false,
    };
    activation.containers.set(key, container);
  }
  if (body.repeats > 0 || size > MAX_EXACT_ITEMS) container.many = true;
  // Made anew: what an earlier one held is gone.
  if (!container.many) body.root.state.forget(container);
  return container;
}

const positionFields: string[] = [];

/** The field of an element by its position. The names are kept: new ones would be hashed at every use. */
function positionField(position: number): string {
  if (position < 0 || position >= MAX_EXACT_ITEMS) return `[${position}]`;
  positionFields[position] ??= `[${position}]`;
  return positionFields[position];
}

function keyField(key: Thing): string | null {
  if (key.kind !== 'constant' || key.value === null) return null;
  key.field ??= typeof key.value === 'number' ? positionField(key.value) : `['${key.value}']`;
  return key.field;
}

/** `container[key] = value`; a null key is any key. */
export function writeElement(
  body: Body,
  container: Thing,
  key: ValueSet | null,
  value: ValueSet,
  replaces: boolean,
): void {
  const keys = key ? body.resolve(key).items : [];
  if (container.kind === 'container' && container.type === 'dict' && key) {
    body.writeField(container, '{*}', key, false);
  }
  if (keys.length === 0) body.writeField(container, '[*]', value, false);
  for (const each of keys) {
    const field = keyField(each);
    body.writeField(container, field ?? '[*]', value, replaces && field !== null && keys.length === 1);
  }
  body.writeField(container, '[all]', value, false);
}

/** Fills a container that was just made with what its literal says; long ones are written at once. */
export function fillLiteral(body: Body, container: Container, entries: readonly LiteralEntry[]): void {
  const { values } = body;
  if (entries.length === 0) return;
  const isDict = container.type === 'dict';
  const fields = new Map<string, ValueSet>();
  for (const { key, value } of entries) {
    const keys = key ? body.resolve(key).items : [];
    const [only] = keys;
    const field = (only && keys.length === 1 ? keyField(only) : null) ?? '[*]';
    const set = body.resolve(value);
    const known = field === '[*]' ? fields.get(field) : undefined;
    fields.set(field, known ? values.union(known, set) : set);
  }
  fields.set('[all]', values.unionAll(entries.map((entry) => body.resolve(entry.value))));
  if (isDict)
    fields.set(
      '{*}',
      values.unionAll(entries.flatMap((entry) => (entry.key ? [body.resolve(entry.key)] : []))),
    );
  body.writeFields(container, fields);
}

/** Fills a list or tuple that was just made with elements in order. */
export function fillPositions(body: Body, container: Container, elements: readonly ValueSet[]): void {
  const { values } = body;
  fillLiteral(
    body,
    container,
    elements.map((value, index) => ({ key: values.of(values.constant('int', index)), value })),
  );
}

export interface LiteralEntry {
  readonly key: ValueSet | null;
  readonly value: ValueSet;
}

/** The elements of a container that may have any key. */
export function readAllOf(body: Body, container: Thing): ValueSet {
  const exact = body.root.state.exact?.get(container);
  if (!exact) return body.readField(container, '[all]');
  let result = body.values.empty;
  for (const field of exact.keys()) {
    if (field.startsWith('[') && field !== '[all]') {
      result = body.values.union(result, body.readField(container, field));
    }
  }
  const others = container.fields?.get('[all]');
  return others ? body.values.union(result, others.readOthers(body.activation, body.values)) : result;
}

/** Whether something was stored under one constant key. */
export function hasElement(body: Body, container: Thing, key: ValueSet): boolean {
  const [only] = key.items;
  const field = only ? keyField(only) : null;
  if (field === null) return false;
  return body.root.state.exact?.get(container)?.has(field) || container.fields?.has(field) || false;
}

/** `container[key]`. */
export function readElement(body: Body, container: Thing, key: ValueSet): ValueSet {
  const { values } = body;
  const keys = body.resolve(key).items;
  if (keys.length === 0) return readAllOf(body, container);
  let result = body.readField(container, '[*]');
  for (const each of keys) {
    const field = keyField(each);
    if (field === null) return readAllOf(body, container);
    if (each.kind === 'constant' && typeof each.value === 'number' && each.value < 0) {
      const positions = positionsOf(body, container);
      if (!positions) return readAllOf(body, container);
      const element = positions.at(each.value);
      if (element) result = values.union(result, element);
    } else {
      result = values.union(result, body.readField(container, field));
    }
  }
  return result;
}

/** The elements by position, when they are all known. */
export function positionsOf(body: Body, thing: Thing): ValueSet[] | null {
  if (thing.kind === 'instance' && isNamedTuple(thing.type))
    return annotatedFields(thing.type).map((name) => body.readField(thing, name));
  if (thing.kind !== 'container' || thing.type === 'dict' || thing.type === 'set') return null;
  if (body.readField(thing, '[*]').id !== 0) return null;
  body.readField(thing, '[all]');
  const result: ValueSet[] = [];
  const exact = body.root.state.exact?.get(thing);
  for (;;) {
    const field = positionField(result.length);
    if (!exact?.has(field) && !thing.fields?.has(field)) return result;
    const value = body.readField(thing, field);
    if (value.id === 0) {
      // Nothing is known of this element; it still takes a place.
      const next = positionField(result.length + 1);
      if (!exact?.has(next) && !thing.fields?.has(next) && !exact?.has(field)) return result;
    }
    result.push(value);
  }
}

export function yieldsOf(body: Body, generator: Extract<Thing, { kind: 'generator' }>): ValueSet {
  generator.activation.callers.add(body.activation);
  return generator.activation.yielded;
}

/** What `for x in objects` binds: elements, keys, yields, or what `__next__` returns. */
export function iterate(body: Body, objects: ValueSet, at: number, isAsync = false): ValueSet {
  const { values } = body;
  let result = values.empty;
  const add = (set: ValueSet): void => {
    result = values.union(result, set);
  };
  for (const thing of body.resolve(objects).items) {
    switch (thing.kind) {
      case 'container':
        add(thing.type === 'dict' ? body.readField(thing, '{*}') : readAllOf(body, thing));
        break;
      case 'generator':
        if (!thing.isCoroutine) add(yieldsOf(body, thing));
        break;
      case 'constant':
        if (thing.type === 'str') add(values.of(values.constant('str', null)));
        break;
      case 'instance':
        add(iterateInstance(body, thing, at, isAsync));
        break;
      case 'class': {
        const external = thing.order.some((type) => type.kind === 'external' && /^enum\./.test(type.path));
        if (external) add(values.of(thing.instance));
        const iterators = callSpecial(body, values.of(thing), '__iter__', NO_ARGUMENTS, at);
        if (iterators.id !== 0) add(iterate(body, iterators, at));
        break;
      }
      default:
        break;
    }
  }
  return result;
}

function iterateInstance(
  body: Body,
  thing: Extract<Thing, { kind: 'instance' }>,
  at: number,
  isAsync: boolean,
): ValueSet {
  const { values } = body;
  const maker = lookupInClass(body, thing.type, isAsync ? '__aiter__' : '__iter__', thing, at);
  const own = maker?.items.filter((item) => item.kind !== 'external' && item.kind !== 'builtin_method') ?? [];
  if (own.length > 0) {
    const iterators = callValues(body, values.from(own), NO_ARGUMENTS, at);
    const others = values.from(iterators.items.filter((item) => item.kind !== 'instance'));
    const stepped = callSpecial(body, iterators, isAsync ? '__anext__' : '__next__', NO_ARGUMENTS, at);
    const awaited = isAsync ? awaitValues(body, stepped, at) : stepped;
    return values.union(awaited, others.id !== 0 ? iterate(body, others, at, isAsync) : values.empty);
  }
  const positions = positionsOf(body, thing);
  if (positions) return values.unionAll(positions);
  if (thing.type.order.some((type) => type.kind === 'builtin' || type.kind === 'external'))
    return readAllOf(body, thing);
  const index = positionalOnly(values.of(values.constant('int', null)));
  return callSpecial(body, values.of(thing), '__getitem__', index, at);
}

/** What `await objects` gives. */
export function awaitValues(body: Body, objects: ValueSet, at: number): ValueSet {
  const { values } = body;
  let result = values.empty;
  for (const thing of body.resolve(objects).items) {
    if (thing.kind === 'generator' && thing.isCoroutine) {
      thing.activation.callers.add(body.activation);
      result = values.union(result, body.solver.returnedBy(thing.activation));
    } else if (thing.kind === 'wrapped' && thing.wrapper === 'future') {
      result = values.union(result, values.of(thing.inner));
    } else if (thing.kind === 'instance') {
      for (const waiter of callSpecial(body, values.of(thing), '__await__', NO_ARGUMENTS, at).items) {
        // `__await__` is a generator, and what it returns is the result.
        if (waiter.kind === 'generator') {
          yieldsOf(body, waiter);
          result = values.union(result, body.solver.returnedBy(waiter.activation));
        } else result = values.union(result, values.of(waiter));
      }
    } else {
      result = values.union(result, values.of(thing));
    }
  }
  return result;
}
