import { positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { callValues } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
import { positionsOf } from './containers.ts';
import type { ClassThing, Thing, ValueSet } from './things.ts';

/** What does not become a member: descriptors, of which functions are some. */
function isDescriptor(item: Thing): boolean {
  return ['function', 'wrapped', 'property', 'class', 'instance', 'external'].includes(item.kind);
}

/** An attribute of an enumeration: its members are instances of it. */
export function asMember(type: ClassThing, name: string, item: Thing): Thing {
  return isDescriptor(item) || name.startsWith('_') ? item : type.instance;
}

/** The values that members of an enumeration have. */
export function memberValues(body: Body, type: ClassThing): ValueSet {
  const { values } = body;
  return values.unionAll(
    type.frame.variables.map(({ name }) =>
      values.from(body.readClassField(type, name).items.filter((item) => !isDescriptor(item))),
    ),
  );
}

/** The class statement of an enumeration makes its members; a tuple is what the initializer takes. */
export function makeMembers(body: Body, type: ClassThing, at: number): void {
  if (!type.isEnum) return;
  const initializer = lookupInClass(body, type, '__init__', type.instance);
  const own = initializer?.items.filter((item) => item.kind !== 'external') ?? [];
  if (own.length === 0) return;
  for (const value of memberValues(body, type).items) {
    const given = positionsOf(body, value) ?? [body.values.of(value)];
    callValues(body, body.values.from(own), positionalOnly(...given), at);
  }
}
