import { readAttribute, writeAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { isExceptionName } from './builtin-names.ts';
import { type Arguments, callSpecial, callValues, NO_ARGUMENTS, positionalOnly } from './calls.ts';
import { fillPositions, iterate, makeContainer, positionsOf, readAllOf, writeElement } from './containers.ts';
import { isPython } from './foreign-calls.ts';
import type { PropertyThing, Thing, ValueSet } from './values.ts';

/** The builtin type whose methods an object has, if it is of one. */
export function builtinTypeOf(thing: Thing): string | null {
  if (thing.kind === 'container') return thing.type;
  if (thing.kind === 'constant') return thing.type;
  return null;
}

const CONVERSIONS = new Set([
  'list',
  'tuple',
  'set',
  'frozenset',
  'sorted',
  'reversed',
  'dict',
  'iter',
  'enumerate',
  'zip',
]);
const OPERATORS: Readonly<Record<string, string>> = {
  len: '__len__',
  str: '__str__',
  repr: '__repr__',
  bool: '__bool__',
  abs: '__abs__',
  hash: '__hash__',
  int: '__int__',
  float: '__float__',
  round: '__round__',
  format: '__format__',
  dir: '__dir__',
  bytes: '__bytes__',
  complex: '__complex__',
  divmod: '__divmod__',
  print: '__str__',
  ascii: '__repr__',
  unicode: '__unicode__',
};
const RESULT_TYPES: Readonly<Record<string, string>> = {
  len: 'int',
  str: 'str',
  repr: 'str',
  bool: 'bool',
  abs: 'int',
  hash: 'int',
  int: 'int',
  float: 'float',
  round: 'int',
  format: 'str',
  dir: 'list',
  bytes: 'bytes',
  ascii: 'str',
  chr: 'str',
  ord: 'int',
  hex: 'str',
  input: 'str',
  raw_input: 'str',
  id: 'int',
  callable: 'bool',
  isinstance: 'bool',
  issubclass: 'bool',
  hasattr: 'bool',
  any: 'bool',
  all: 'bool',
  bytearray: 'bytes',
  unicode: 'str',
  oct: 'str',
  bin: 'str',
  pow: 'int',
};

/** A call of a builtin: noted as `<builtin>.name`, with its effect on the values passed. */
export function callBuiltin(body: Body, name: string, args: Arguments, at: number): ValueSet {
  const { values } = body;
  if (isPython(body)) body.record(`<builtin>.${name}`, at);
  const [first = values.empty, second = values.empty, third = values.empty] = args.positional;
  const operator = OPERATORS[name];
  if (operator) {
    for (const value of name === 'print' ? args.positional : [first])
      callSpecial(body, value, operator, NO_ARGUMENTS, at);
  }
  const result = RESULT_TYPES[name];
  if (result) {
    if (name === 'any' || name === 'all') iterate(body, first, at);
    return values.of(values.constant(result, null));
  }
  if (CONVERSIONS.has(name)) return convert(body, name, args, at);
  switch (name) {
    case 'map':
    case 'filter':
    case 'reduce':
      return applyToEach(body, name, args, at);
    case 'min':
    case 'max':
    case 'sum':
    case 'next':
      return pick(body, name, args, at);
    case 'range':
    case 'xrange': {
      const container = makeContainer(body, 'list', at, 'range');
      writeElement(body, container, null, values.of(values.constant('int', null)), false);
      return values.of(container);
    }
    case 'getattr': {
      let found = values.empty;
      for (const each of body.resolve(second).items) {
        if (each.kind === 'constant' && typeof each.value === 'string') {
          found = values.union(found, readAttribute(body, first, each.value, at));
        }
      }
      return values.union(found, third);
    }
    case 'setattr':
      for (const each of body.resolve(second).items) {
        if (each.kind === 'constant' && typeof each.value === 'string') {
          writeAttribute(body, first, each.value, third, at);
        }
      }
      return values.empty;
    case 'super':
      return makeSuper(body, args);
    case 'type':
      return args.positional.length === 1 ? readAttribute(body, first, '__class__', at) : values.empty;
    case 'vars':
      return first;
    case 'globals':
    case 'locals':
      return values.of(body.solver.moduleThing(body.frame.module.qualified));
    case 'property':
      return values.of(makeProperty(body, args, at));
    case 'staticmethod':
    case 'classmethod':
      return wrapAll(body, name, first);
    case '__import__': {
      let found = values.empty;
      for (const each of body.resolve(first).items) {
        if (each.kind === 'constant' && typeof each.value === 'string') {
          found = values.union(
            found,
            body.solver.importModule(body.activation, each.value.split('.')[0] ?? ''),
          );
        }
      }
      return found;
    }
    default:
      return values.empty;
  }
}

export function wrapAll(body: Body, wrapper: string, set: ValueSet): ValueSet {
  const { values } = body;
  return values.from(body.resolve(set).items.map((item) => values.wrapped(wrapper, item)));
}

export function makeProperty(body: Body, args: Arguments, at: number): PropertyThing {
  const { values } = body;
  const key = `p:${body.activation.id}:${body.frame.qualified}:${at}`;
  const property = values.once(key, (id) => ({
    id,
    kind: 'property',
    fields: null,
    getter: values.empty,
    setter: values.empty,
    cached: false,
  })) as PropertyThing;
  const getter = args.positional[0] ?? args.keywords.get('fget');
  const setter = args.positional[1] ?? args.keywords.get('fset');
  if (getter) property.getter = values.union(property.getter, body.resolve(getter));
  if (setter) property.setter = values.union(property.setter, body.resolve(setter));
  return property;
}

function convert(body: Body, name: string, args: Arguments, at: number): ValueSet {
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
      const exact = body.root.state.exact.get(thing);
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
function applyToEach(body: Body, name: string, args: Arguments, at: number): ValueSet {
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
  for (const callable of callables) {
    const given = name === 'reduce' ? [...elements, ...elements].slice(0, 2) : elements;
    produced = values.union(produced, callValues(body, callable, positionalOnly(...given), at));
  }
  if (name === 'reduce') return produced;
  const container = makeContainer(body, 'list', at, name);
  writeElement(body, container, null, name === 'filter' ? values.unionAll(elements) : produced, false);
  return values.of(container);
}

function isCallable(item: Thing): boolean {
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

function pick(body: Body, name: string, args: Arguments, at: number): ValueSet {
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
  if (name === 'sum')
    return values.union(callSpecial(body, elements, '__add__', positionalOnly(elements), at), elements);
  return elements;
}

/** `super()` and `super(Class, self)`. */
function makeSuper(body: Body, args: Arguments): ValueSet {
  const { values } = body;
  const [type, self] = args.positional;
  const pairs: Thing[] = [];
  if (type && self) {
    for (const each of body.resolve(type).items) {
      if (each.kind !== 'class') continue;
      for (const subject of body.resolve(self).items) {
        if (subject.kind === 'instance' || subject.kind === 'class')
          pairs.push(values.superOf(each, subject));
      }
    }
    return values.from(pairs);
  }
  for (let activation = body.activation; ; ) {
    const { owner } = activation;
    if (owner) {
      for (const subject of activation.parameters[0]?.items ?? []) {
        if (subject.kind === 'instance' || subject.kind === 'class')
          pairs.push(values.superOf(owner, subject));
      }
      return values.from(pairs);
    }
    if (!activation.parent) return values.empty;
    activation = activation.parent;
  }
}

/** An exception class that is raised or caught: builtin ones are values without methods of interest. */
export function isExceptionBuiltin(thing: Thing): boolean {
  return thing.kind === 'builtin' && isExceptionName(thing.name);
}
