import { type Arguments, positionalOnly, spreadInto } from './arguments.ts';
import type { Body } from './body.ts';
import { copyEntries } from './builtin-collections.ts';
import { callThing, callValues } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
import { fillPositions, makeContainer, readAllOf, writeElement } from './containers.ts';
import type { BuiltinMethod, Thing, ValueSet } from './things.ts';

/** `f.call(…)`, `f.apply(…)` and `f.bind(…)`. */
export function callFunctionMethod(
  body: Body,
  { self, name }: BuiltinMethod,
  args: Arguments,
  at: number,
): ValueSet {
  const { values } = body;
  const [receiver = values.empty, ...rest] = args.positional;
  const callee = withReceiver(body, self, receiver);
  if (name === 'bind') {
    if (rest.length === 0) return callee;
    return values.of(
      values.once(`v:${body.activation.id}:${at}`, (id) => ({
        id,
        kind: 'partial',
        fields: null,
        callee,
        positional: rest.map((each) => body.resolve(each)),
        keywords: new Map(),
      })),
    );
  }
  let given = { ...args, positional: rest };
  if (name === 'apply') {
    const positional: ValueSet[] = [];
    given = {
      ...positionalOnly(),
      positional,
      spread: spreadInto(body, positional, rest[0] ?? values.empty, at),
    };
  }
  // A constructor of the old style initializes what it is given.
  if (self.kind === 'class') {
    for (const object of body.resolve(receiver).items) {
      const initializer = lookupInClass(body, self, '__init__', object);
      if (initializer) callValues(body, initializer, given, at);
    }
    return values.empty;
  }
  let result = values.empty;
  for (const each of callee.items) result = values.union(result, callThing(body, each, given, at));
  return result;
}

function withReceiver(body: Body, fn: Thing, receiver: ValueSet): ValueSet {
  const { values } = body;
  const objects = body.resolve(receiver).items.filter((item) => item.kind !== 'constant');
  if (fn.kind !== 'function' || !fn.frame.takesReceiver || objects.length === 0) return values.of(fn);
  return values.from(objects.map((object) => values.bound(fn, object)));
}

/** The functions of JavaScript's `Object`; null: not one that is followed. */
export function callObjectFunction(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty] = args.positional;
  const elements = (): ValueSet =>
    values.unionAll(
      body
        .resolve(first)
        .items.map((item) => (item.kind === 'container' ? readAllOf(body, item) : values.empty)),
    );
  const listed = (element: ValueSet): ValueSet => {
    const list = makeContainer(body, 'list', at, 'listed');
    writeElement(body, list, null, element, false);
    return values.of(list);
  };
  switch (path) {
    case 'Object.values':
      return listed(elements());
    case 'Object.entries': {
      const pair = makeContainer(body, 'tuple', at, 'entry', 2);
      fillPositions(body, pair, [values.of(values.constant('str', null)), elements()]);
      return listed(values.of(pair));
    }
    case 'Object.freeze':
    case 'Object.seal':
    case 'structuredClone':
      return first;
    case 'Object.assign':
      for (const target of body.resolve(first).items) {
        if (target.kind !== 'container') continue;
        for (const source of args.positional.slice(1)) copyEntries(body, source, target, at);
      }
      return first;
    default:
      return null;
  }
}
