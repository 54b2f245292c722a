import { type Arguments, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { copyEntries } from './builtin-collections.ts';
import { callValues } from './calls.ts';
import { instantiate } from './construct.ts';
import {
  awaitValues,
  iterate,
  makeContainer,
  readAllOf,
  readElement,
  writeElement,
  yieldsOf,
} from './containers.ts';
import { register } from './single-dispatch.ts';
import type { BuiltinMethod, Thing, ValueSet } from './things.ts';

const TYPE_LABELS: Readonly<Record<string, string>> = {
  str: 'PyStr',
  bytes: 'PyBytes',
  dict: 'PyDict',
  list: 'PyList',
  tuple: 'PyTuple',
  set: 'PySet',
  int: 'PyInt',
  float: 'PyFloat',
};

/** Filling a container is followed as an assignment to it, not noted as a call. */
const FILLING = new Set([
  'update',
  'append',
  'extend',
  'insert',
  'add',
  'setdefault',
  'appendleft',
  'extendleft',
]);

/** A method of a builtin type: noted as `<**PyStr**>.join`, with its effect on the container. */
export function callBuiltinMethod(body: Body, method: BuiltinMethod, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const { self, name, type } = method;
  const label = TYPE_LABELS[type];
  if (label && !FILLING.has(name)) body.record(`<**${label}**>.${name}`, at);
  const [first = values.empty, second = values.empty] = args.positional;
  if (type === 'property') return setAccessor(body, method, first);
  if (type === 'singledispatch') return register(body, method, args);
  if (type === 'type') {
    if (name === '__new__') return makeBare(body, args);
    if (name === '__call__') return callType(body, method, args, at);
    return self.kind === 'class' ? values.from([...self.subclasses]) : values.empty;
  }
  if (self.kind === 'generator') {
    if (name === 'add_done_callback') {
      callValues(body, first, positionalOnly(values.of(self)), at);
      return values.empty;
    }
    if (name === 'result') return awaitValues(body, values.of(self), at);
    if (name === 'send' || name === 'asend') body.solver.addSent(self.activation, body.resolve(first));
    return yieldsOf(body, self);
  }
  const same = values.of(self);
  switch (name) {
    case 'append':
    case 'add':
    case 'appendleft':
      appendTo(body, method, first);
      return values.empty;
    case 'insert':
      writeElement(body, self, null, second, false);
      return values.empty;
    case 'extend':
    case 'extendleft':
      writeElement(body, self, null, iterate(body, first, at), false);
      return values.empty;
    case 'update':
      if (type === 'set') writeElement(body, self, null, iterate(body, first, at), false);
      else {
        copyEntries(body, first, self, at);
        for (const [key, value] of args.keywords) {
          writeElement(body, self, values.of(values.constant('str', key)), value, true);
        }
      }
      return values.empty;
    case 'setdefault':
      writeElement(body, self, first, second, false);
      return values.union(readElement(body, self, first), second);
    case 'get':
      return values.union(readElement(body, self, first), second);
    case 'pop':
      if (type === 'dict') return values.union(readElement(body, self, first), second);
      return args.positional.length > 0 ? readElement(body, self, first) : readAllOf(body, self);
    case 'popleft':
    case 'popitem':
      return readAllOf(body, self);
    case 'values': {
      const container = makeContainer(body, 'list', at, 'values');
      writeElement(body, container, null, readAllOf(body, self), false);
      return values.of(container);
    }
    case 'keys': {
      const container = makeContainer(body, 'list', at, 'keys');
      writeElement(body, container, null, body.readField(self, '{*}'), false);
      return values.of(container);
    }
    case 'items': {
      const pair = makeContainer(body, 'tuple', at, 'item');
      writeElement(body, pair, values.of(values.constant('int', 0)), body.readField(self, '{*}'), true);
      writeElement(body, pair, values.of(values.constant('int', 1)), readAllOf(body, self), true);
      const container = makeContainer(body, 'list', at, 'items');
      writeElement(body, container, null, values.of(pair), false);
      return values.of(container);
    }
    case 'copy':
    case 'union':
    case 'difference':
    case 'intersection':
      return same;
    case 'sort': {
      const key = args.keywords.get('key');
      if (key) callValues(body, key, positionalOnly(readAllOf(body, self)), at);
      return values.empty;
    }
    case 'split':
    case 'rsplit':
    case 'splitlines':
    case 'partition': {
      const container = makeContainer(body, 'list', at, 'split');
      writeElement(body, container, null, values.of(values.constant('str', null)), false);
      return values.of(container);
    }
    case 'encode':
      return values.of(values.constant('bytes', null));
    case 'count':
    case 'index':
    case 'find':
    case 'rfind':
      return values.of(values.constant('int', null));
    default:
      return type === 'str' || type === 'bytes'
        ? values.of(values.constant(name === 'decode' ? 'str' : type, null))
        : values.empty;
  }
}

/** `type.__call__`, of a class (`super().__call__` in a metaclass) or with the class as an argument. */
function callType(body: Body, { self }: BuiltinMethod, args: Arguments, at: number): ValueSet {
  if (self.kind === 'class') return instantiate(body, self, args, at);
  const [types, ...positional] = args.positional;
  let result = body.values.empty;
  for (const type of types ? body.resolve(types).items : []) {
    if (type.kind === 'class')
      result = body.values.union(result, instantiate(body, type, { ...args, positional }, at));
  }
  return result;
}

/** `object.__new__(Class)` makes an instance, `type.__new__(Meta, …)` one of the metaclass's classes. */
function makeBare(body: Body, args: Arguments): ValueSet {
  const { values } = body;
  const made = [...body.resolve(args.positional[0] ?? values.empty).items].flatMap((type): Thing[] => {
    if (type.kind !== 'class') return [];
    const classes = body.solver.classes.filter((each) => each.metaclass?.items.includes(type));
    const isMeta = type.order.some((each) => each.kind === 'builtin' && each.name === 'type');
    return isMeta ? classes : [type.instance];
  });
  return values.from(made);
}

/** Appending to a list whose elements are all known extends what is known. */
function appendTo(body: Body, method: BuiltinMethod, value: ValueSet): void {
  writeElement(body, method.self, null, value, false);
}

/** `@name.setter` and its kin. */
function setAccessor(body: Body, method: BuiltinMethod, accessor: ValueSet): ValueSet {
  const { values } = body;
  const { self, name } = method;
  if (self.kind !== 'property') return values.empty;
  if (name === 'setter') self.setter = values.union(self.setter, body.resolve(accessor));
  if (name === 'getter') self.getter = values.union(self.getter, body.resolve(accessor));
  return values.of(self);
}
