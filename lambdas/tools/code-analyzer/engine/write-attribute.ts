import { type Arguments, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { callThing, callValues } from './calls.ts';
import { lookupInClass, lookupRaw } from './class-lookup.ts';
import { readElement, writeElement } from './containers.ts';
import { isPython } from './foreign-calls.ts';
import type { ValueSet } from './things.ts';

/** `objects.name = value`, through property setters and `__setattr__`. */
export function writeAttribute(
  body: Body,
  objects: ValueSet,
  name: string,
  value: ValueSet,
  at: number,
): void {
  const { values } = body;
  const targets = body.resolve(objects).items;
  for (const thing of targets) {
    if (thing.kind === 'instance') {
      const setter = lookupRaw(body, thing.type, name);
      const property = setter?.items.find((item) => item.kind === 'property');
      if (property?.kind === 'property') {
        callValues(body, property.setter, positionalOnly(values.of(thing), value), at);
        continue;
      }
      for (const item of setter?.items ?? []) {
        if (item.kind !== 'instance') continue;
        const descriptor = lookupInClass(body, item.type, '__set__', item, at);
        if (descriptor) callValues(body, descriptor, positionalOnly(values.of(thing), value), at);
      }
      const custom = lookupRaw(body, thing.type, '__setattr__');
      for (const item of custom?.items ?? []) {
        if (item.kind !== 'function') continue;
        callThing(
          body,
          values.bound(item, thing),
          positionalOnly(values.of(values.constant('str', name)), value),
          at,
        );
      }
      if (body.frame.name === '__init__') thing.type.initialized.add(name);
    }
    if (thing.kind === 'module') {
      const variable = thing.module?.globals.get(name);
      if (variable) body.writeName(variable, value);
    } else if (thing.kind === 'container' && !isPython(body)) {
      writeElement(body, thing, values.of(values.constant('str', name)), value, targets.length === 1);
    } else if (thing.kind !== 'constant' && thing.kind !== 'external' && thing.kind !== 'builtin') {
      const target = thing.kind === 'bound' ? thing.callee : thing;
      body.writeField(target, name, value, targets.length === 1);
    }
  }
}

/** `vars(objects).update(…)` sets the attributes that mappings and keywords name. */
export function updateAttributes(body: Body, objects: ValueSet, args: Arguments, at: number): void {
  const { values } = body;
  for (const [name, value] of args.keywords) writeAttribute(body, objects, name, value, at);
  for (const mapping of [...args.positional, ...args.mappings]) {
    for (const thing of body.resolve(mapping).items) {
      if (thing.kind !== 'container') continue;
      const keys = body.readField(thing, '{*}');
      for (const key of body.resolve(keys).items) {
        if (key.kind !== 'constant' || typeof key.value !== 'string') continue;
        writeAttribute(body, objects, key.value, readElement(body, thing, values.of(key)), at);
      }
    }
  }
}
