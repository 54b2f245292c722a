import { positionalOnly } from './arguments.ts';
import type { Expression } from './ast.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { callSpecial } from './calls.ts';
import { iterate, makeContainer, positionsOf, writeElement } from './containers.ts';
import { evaluate } from './evaluate.ts';
import type { ValueSet } from './things.ts';
import { writeAttribute } from './write-attribute.ts';

/** Binds a target (name, attribute, element, pattern of them) to a value. */
export function assign(body: Body, target: Expression, value: ValueSet): void {
  const { values } = body;
  switch (target.k) {
    case 'name':
      if (target.variable) body.writeName(target.variable, value);
      return;
    case 'attribute':
      writeAttribute(body, evaluate(body, target.object), target.name, value, target.at);
      return;
    case 'subscript': {
      const objects = body.resolve(evaluate(body, target.object));
      const key = evaluate(body, target.index);
      for (const thing of objects.items) {
        if (thing.kind === 'container') {
          const any = target.index.k === 'slice';
          writeElement(
            body,
            thing,
            any ? null : key,
            any ? iterate(body, value, target.at) : value,
            objects.items.length === 1,
          );
        } else if (thing.kind === 'instance') {
          const own = callSpecial(
            body,
            values.of(thing),
            '__setitem__',
            positionalOnly(key, value),
            target.at,
          );
          if (own.id === 0) writeElement(body, thing, key, value, false);
        } else if (thing.kind === 'module') {
          for (const each of body.resolve(key).items) {
            if (each.kind === 'constant' && typeof each.value === 'string') {
              writeAttribute(body, values.of(thing), each.value, value, target.at);
            }
          }
        }
      }
      return;
    }
    case 'sequence':
      unpack(body, target.items, value, target.at);
      return;
    case 'starred':
      assign(body, target.value, value);
      return;
    case 'fields':
      for (const entry of target.entries) {
        assign(body, entry.target, readAttribute(body, value, entry.name, target.at));
      }
      return;
    default:
      evaluate(body, target);
  }
}

/** Binds the items of `a, *b, c` to what each value of the right side holds at their places. */
export function unpack(body: Body, items: readonly Expression[], value: ValueSet, at: number): void {
  const { values } = body;
  const results: ValueSet[] = items.map(() => values.empty);
  const star = items.findIndex((item) => item.k === 'starred');
  const add = (index: number, set: ValueSet): void => {
    results[index] = values.union(results[index] ?? values.empty, set);
  };
  const rest = star >= 0 ? makeContainer(body, 'list', items[star]?.at ?? at, 'rest') : null;
  for (const thing of body.resolve(value).items) {
    const positions = positionsOf(body, thing);
    if (!positions || positions.length === 0) {
      const elements = iterate(body, values.of(thing), at);
      for (const index of items.keys()) if (index !== star) add(index, elements);
      if (rest) writeElement(body, rest, null, elements, false);
      continue;
    }
    const tail = star >= 0 ? items.length - star - 1 : 0;
    for (const index of items.keys()) {
      if (index === star) continue;
      const place = star >= 0 && index > star ? positions.length - (items.length - index) : index;
      const element = positions[place];
      if (element) add(index, element);
    }
    if (!rest) continue;
    for (const [offset, element] of positions.slice(star, positions.length - tail).entries()) {
      writeElement(body, rest, values.of(values.constant('int', offset)), element, false);
    }
  }
  if (rest && star >= 0) results[star] = values.of(rest);
  for (const [index, item] of items.entries()) assign(body, item, results[index] ?? values.empty);
}
