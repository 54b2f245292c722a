import { type Arguments, NO_ARGUMENTS } from './arguments.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { applyToEach, convert, pick } from './builtin-collections.ts';
import { callFirstSpecial } from './calls.ts';
import { iterate, makeContainer, writeElement } from './containers.ts';
import { isPython } from './foreign-calls.ts';
import { makeTypeByCall } from './made-classes.ts';
import type { PropertyThing, Thing, ValueSet } from './things.ts';
import { writeAttribute } from './write-attribute.ts';

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
/** Special methods with others that are called in their place where a class has none. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  __str__: ['__str__', '__repr__'],
  __format__: ['__format__', '__str__', '__repr__'],
  __bool__: ['__bool__', '__len__'],
  __int__: ['__int__', '__index__'],
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
      callFirstSpecial(body, value, OTHERWISE[operator] ?? [operator], NO_ARGUMENTS, at);
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
          const isPrefix = each.type === 'prefix';
          const names = isPrefix ? namesBeginningWith(body, first, each.value) : [each.value];
          for (const name of names) found = values.union(found, readAttribute(body, first, name, at));
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
      return args.positional.length === 3
        ? values.of(makeTypeByCall(body, args, at))
        : readAttribute(body, first, '__class__', at);
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

/** More methods than this with one beginning are not a dispatch. */
const MAX_DISPATCH = 120;

/** The methods of objects whose names begin so. */
function namesBeginningWith(body: Body, objects: ValueSet, prefix: string): string[] {
  const names = new Set<string>();
  for (const thing of body.resolve(objects).items) {
    const order = thing.kind === 'instance' ? thing.type.order : thing.kind === 'class' ? thing.order : [];
    for (const type of order) {
      if (type.kind !== 'class') continue;
      for (const { name } of type.frame.variables) if (name.startsWith(prefix)) names.add(name);
    }
  }
  return [...names].slice(0, MAX_DISPATCH);
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
      activation.usedParameters[0] = true;
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
