import { positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { TYPE_METHODS } from './builtin-names.ts';
import { builtinTypeOf } from './builtins.ts';
import { callValues } from './calls.ts';
import { lookupInClass, lookupInOrder } from './class-lookup.ts';
import { readFuture } from './concurrency.ts';
import { hasElement, readElement } from './containers.ts';
import { memberValues } from './enums.ts';
import { isPython } from './foreign-calls.ts';
import type { ClassThing, ExternalThing, ModuleThing, Thing, ValueSet } from './things.ts';

/** The value of `objects.name`, calling properties and `__getattr__` where they are. */
export function readAttribute(body: Body, objects: ValueSet, name: string, at: number): ValueSet {
  let result = body.values.empty;
  for (const thing of body.resolve(objects).items) {
    result = body.values.union(result, readAttributeOf(body, thing, name, at));
  }
  return result;
}

export function readAttributeOf(body: Body, thing: Thing, name: string, at: number): ValueSet {
  const { values } = body;
  switch (thing.kind) {
    case 'instance': {
      if (name === '__class__') return values.of(thing.type);
      if (name === 'prototype' && !isPython(body)) return values.of(thing.type);
      if (name === '__dict__') return values.of(thing);
      const own = body.readField(thing, name);
      const inherited = lookupInClass(body, thing.type, name, thing, at);
      if (own.id !== 0) {
        // A method or constant of the class is only the default of what instances set.
        return inherited && !thing.type.initialized.has(name) ? values.union(own, inherited) : own;
      }
      if (name === 'value' && thing.type.isEnum) return memberValues(body, thing.type);
      if (inherited) return inherited;
      if (name.startsWith('__')) return values.empty;
      const fallback = lookupInClass(body, thing.type, '__getattr__', thing, at);
      if (!fallback) return values.empty;
      const project = fallback.items.filter(
        (item) => item.kind !== 'external' && item.kind !== 'builtin_method',
      );
      return callValues(
        body,
        values.from(project),
        positionalOnly(values.of(values.constant('str', name))),
        at,
      );
    }
    case 'class':
      return readClassAttribute(body, thing, name, at);
    case 'module':
      return readModuleAttribute(body, thing, name);
    case 'external':
      return memberOf(body, thing, name);
    case 'super': {
      const order =
        thing.self.kind === 'instance'
          ? thing.self.type.order
          : thing.self.kind === 'class'
            ? thing.self.order
            : [];
      const after = order.indexOf(thing.type);
      const rest = after < 0 ? thing.type.order.slice(1) : order.slice(after + 1);
      const subject = name === '__new__' ? null : thing.self;
      const found = lookupInOrder(body, rest, name, subject, at);
      if (found || thing.self.kind !== 'class' || !/^__(call|new)__$/.test(name))
        return found ?? values.empty;
      return values.of(values.builtinMethod('type', name, thing.self));
    }
    case 'function':
    case 'bound':
    case 'wrapped': {
      if (name === '__call__') return values.of(thing);
      if (name === '__func__' && thing.kind === 'bound') return values.of(thing.callee);
      if (name === '__self__' && thing.kind === 'bound') return values.of(thing.self);
      if (thing.kind === 'wrapped') {
        if (thing.wrapper === 'singledispatch' && name === 'register')
          return values.of(values.builtinMethod('singledispatch', name, thing));
        if (thing.wrapper === 'future') return readFuture(body, thing, name);
      }
      if (isScript(body) && FUNCTION_METHODS.has(name))
        return values.of(values.builtinMethod('function', name, thing));
      // A function stands for the one method of a functional interface.
      if (body.frame.module.language === 'java') return values.of(thing);
      return body.readField(thing.kind === 'bound' ? thing.callee : thing, name);
    }
    case 'generator':
      if (!isPython(body)) return values.of(values.builtinMethod('promise', name, thing));
      return GENERATOR_METHODS.has(name)
        ? values.of(values.builtinMethod('generator', name, thing))
        : values.empty;
    case 'property':
      return values.of(values.builtinMethod('property', name, thing));
    case 'partial':
      return name === 'func' ? thing.callee : values.empty;
    case 'builtin':
      if (name === '__new__') return values.of(values.builtinMethod('type', name, thing));
      if (thing.name === 'type' && name === '__call__')
        return values.of(values.builtinMethod('type', name, thing));
      return TYPE_METHODS[thing.name]?.has(name)
        ? values.of(values.builtinMethod(thing.name, name, thing))
        : values.empty;
    default: {
      const type = builtinTypeOf(thing);
      if (!type) return values.empty;
      if (!isPython(body)) return readMember(body, thing, type, name);
      const stored = thing.fields?.has(name) ? body.readField(thing, name) : values.empty;
      if (stored.id !== 0 || !TYPE_METHODS[type]?.has(name)) return stored;
      return values.of(values.builtinMethod(type, name, thing));
    }
  }
}

const FUNCTION_METHODS = new Set(['call', 'apply', 'bind']);

function isScript(body: Body): boolean {
  const { language } = body.frame.module;
  return language === 'javascript' || language === 'typescript';
}

const GENERATOR_METHODS = new Set([
  'send',
  'asend',
  'throw',
  'athrow',
  '__next__',
  '__anext__',
  'add_done_callback',
  'result',
]);
const MAP_METHODS = new Set(['get', 'set', 'has', 'delete', 'forEach', 'keys', 'values', 'entries', 'put']);

/** A property of an object literal, or a method of a list, map or text. */
function readMember(body: Body, thing: Thing, type: string, name: string): ValueSet {
  const { values } = body;
  if (thing.kind !== 'container')
    return type === 'None' ? values.empty : values.of(values.builtinMethod(type, name, thing));
  const key = values.of(values.constant('str', name));
  // A map's own methods are found before its elements, an object's properties before those.
  const isKnown = hasElement(body, thing, key);
  const isOwn = thing.type === 'dict' && (isKnown || !MAP_METHODS.has(name));
  const stored = isOwn ? readElement(body, thing, key) : values.empty;
  if (stored.id === 0) return values.of(values.builtinMethod(type, name, thing));
  // A function taken from an object has it as its receiver.
  return values.from(
    stored.items.map((item) =>
      item.kind === 'function' && item.frame.takesReceiver ? values.bound(item, thing) : item,
    ),
  );
}

/** Paths into foreign code stop growing here: `node = node.next` in a loop would never end. */
const MAX_EXTERNAL_DEPTH = 5;

function memberOf(body: Body, thing: ExternalThing, name: string): ValueSet {
  const isSpecial = name.startsWith('__') && name !== '__init__' && name !== '__new__';
  if (isSpecial || thing.path.split('.').length >= MAX_EXTERNAL_DEPTH) return body.values.empty;
  return body.values.of(body.values.member(thing, name));
}

function readClassAttribute(body: Body, type: ClassThing, name: string, at: number): ValueSet {
  const { values } = body;
  if (name === '__name__' || name === '__qualname__')
    return values.of(values.constant('str', type.frame.name));
  if (name === '__dict__' || name === 'prototype') return values.of(type);
  const found = lookupInOrder(body, type.order, name, type, at);
  if (found) return found;
  if (isScript(body) && FUNCTION_METHODS.has(name))
    return values.of(values.builtinMethod('function', name, type));
  if (!isPython(body)) return body.readField(type.instance, name);
  if (type.metaclass) {
    for (const meta of body.resolve(type.metaclass).items) {
      const method = meta.kind === 'class' ? lookupInClass(body, meta, name, type, at) : null;
      if (method) return callValuesOfProperties(body, method, type, at);
    }
  }
  if (name === '__subclasses__') return values.of(values.builtinMethod('type', name, type));
  return values.empty;
}

/** A property of a metaclass is read with the class as its object. */
function callValuesOfProperties(body: Body, found: ValueSet, type: ClassThing, at: number): ValueSet {
  const { values } = body;
  let result = values.empty;
  for (const item of found.items) {
    const part =
      item.kind === 'property'
        ? callValues(body, item.getter, positionalOnly(values.of(type)), at)
        : values.of(item);
    result = values.union(result, part);
  }
  return result;
}

export function readModuleAttribute(body: Body, thing: ModuleThing, name: string): ValueSet {
  const { solver, values } = body;
  const { module } = thing;
  const submodule = solver.project.submodule(thing.name, name);
  if (module) {
    const found = solver.moduleName(body.activation, module, name);
    if (found.id !== 0) return found;
    if (name === '__name__') return values.of(values.constant('str', thing.name));
    if (submodule) return values.of(solver.moduleThing(submodule));
    if (module.language !== 'python') {
      // What a module exports as a whole has the rest.
      const whole = name === 'default' ? values.empty : solver.moduleName(body.activation, module, 'default');
      return whole.id === 0 ? values.empty : readAttribute(body, whole, name, 0);
    }
    const fallback = solver.moduleName(body.activation, module, '__getattr__');
    if (fallback.id !== 0) {
      return callValues(body, fallback, positionalOnly(values.of(values.constant('str', name))), 0);
    }
    return values.empty;
  }
  return submodule ? values.of(solver.moduleThing(submodule)) : values.empty;
}
