import { positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { TYPE_METHODS } from './builtin-names.ts';
import { callValues } from './calls.ts';
import { asMember } from './enums.ts';
import type { ClassThing, Thing, ValueSet } from './things.ts';

/**
 * A class attribute as seen through `self` (an instance, or a class for class attributes; null: raw),
 * following the method resolution order. Null when no class has it.
 */
export function lookupInClass(
  body: Body,
  type: ClassThing,
  name: string,
  self: Thing | null,
  at = 0,
): ValueSet | null {
  return lookupInOrder(body, type.order, name, self, at);
}

/** The same along a given order of classes. */
export function lookupInOrder(
  body: Body,
  order: readonly Thing[],
  name: string,
  self: Thing | null,
  at: number,
): ValueSet | null {
  const { values } = body;
  for (const type of order) {
    if (type.kind === 'class') {
      const raw = body.readClassField(type, name);
      if (raw.id === 0) continue;
      if (self && type.isEnum) return bindAll(body, asMembers(body, type, name, raw), self, at);
      return bindAll(body, raw, self, at);
    } else if (type.kind === 'external') {
      if (name.startsWith('__') && name !== '__init__') continue;
      const member = values.of(values.member(type, name));
      const runs = name === 'start' && self?.kind === 'instance' && STARTED.test(type.path);
      const run = runs ? lookupInOrder(body, order, 'run', self, at) : null;
      return run ? values.union(member, run) : member;
    } else if (type.kind === 'builtin' && TYPE_METHODS[type.name]?.has(name)) {
      return values.of(values.builtinMethod(type.name, name, self ?? type));
    }
  }
  return null;
}

/** Threads and processes, whose `start` calls their `run`. */
const STARTED = /^(threading\.(Thread|Timer)|multiprocessing\.(context\.)?Process)$/;

function asMembers(body: Body, type: ClassThing, name: string, raw: ValueSet): ValueSet {
  return body.values.from(raw.items.map((item) => asMember(type, name, item)));
}

function bindAll(body: Body, raw: ValueSet, self: Thing | null, at: number): ValueSet {
  if (!self) return raw;
  let result = body.values.empty;
  for (const item of raw.items) result = body.values.union(result, bind(body, item, self, at));
  return result;
}

/** The descriptor protocol: what an attribute found in a class becomes when it is read through `self`. */
function bind(body: Body, item: Thing, self: Thing, at: number): ValueSet {
  const { values } = body;
  const throughInstance = self.kind === 'instance';
  switch (item.kind) {
    case 'function':
      if (item.frame.name === '__new__' && item.owner) return values.of(item);
      if (item.frame.name === '__init_subclass__' || item.frame.name === '__class_getitem__') {
        return values.of(values.bound(item, throughInstance ? self.type : self));
      }
      return values.of(throughInstance || isMetaclassMethod(item, self) ? values.bound(item, self) : item);
    case 'wrapped':
      if (item.wrapper === 'staticmethod') return values.of(item.inner);
      if (item.wrapper === 'classmethod')
        return values.of(values.bound(item.inner, throughInstance ? self.type : self));
      if (item.wrapper === 'factory') return values.empty;
      return values.of(throughInstance ? values.bound(item, self) : item);
    case 'property': {
      if (!throughInstance) return values.of(item);
      if (body.solver.quiet) return values.empty;
      return callValues(body, item.getter, positionalOnly(values.of(self)), at);
    }
    case 'instance': {
      const getter = lookupInClass(body, item.type, '__get__', item, at);
      if (!getter) return values.of(item);
      const owner = throughInstance ? self.type : self;
      return callValues(body, getter, positionalOnly(values.of(self), values.of(owner)), at);
    }
    default:
      return values.of(item);
  }
}

/** A method of a metaclass read through a class that has it. */
function isMetaclassMethod(item: Extract<Thing, { kind: 'function' }>, self: Thing): boolean {
  return self.kind === 'class' && item.owner !== null && !self.order.includes(item.owner);
}

/** What the first class of the method resolution order that has a name holds under it, unbound. */
export function lookupRaw(body: Body, type: ClassThing, name: string): ValueSet | null {
  for (const each of type.order) {
    if (each.kind !== 'class') continue;
    const raw = body.readClassField(each, name);
    if (raw.id !== 0) return raw;
  }
  return null;
}
