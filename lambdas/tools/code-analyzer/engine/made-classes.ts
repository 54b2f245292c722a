import type { Arguments } from './arguments.ts';
import type { Body } from './body.ts';
import { classOf, updateOrder } from './classes.ts';
import { iterate, positionsOf } from './containers.ts';
import type { ClassThing, Thing, ValueSet } from './things.ts';

const RECORD = 'typing.NamedTuple';

/** Whether instances are tuples of their annotated attributes. */
export function isNamedTuple(type: ClassThing): boolean {
  return type.order.some((each) => each.kind === 'external' && each.path === RECORD);
}

/** The class that a call makes, by the place of the call. */
function makeClass(body: Body, args: Arguments, fields: string[], at: number): ClassThing {
  const name = textsOf(body, args.positional[0] ?? body.values.empty)[0] ?? '<class>';
  const { frame } = body;
  const made = body.values.once(`n:${frame.qualified}:${at}:${body.activation.id}`, () =>
    classOf(body, {
      kind: 'class',
      name,
      qualified: `${frame.qualified}.${name}`,
      module: frame.module,
      parent: frame,
      variables: [],
      at,
      body: [],
    }),
  );
  for (const field of fields) if (!made.annotated.includes(field)) made.annotated.push(field);
  return made;
}

/** `namedtuple('P', 'x y')`, `NamedTuple('P', [('x', int)])` and `make_dataclass('P', ['x'])`. */
export function makeRecordClass(body: Body, path: string, args: Arguments, at: number): ClassThing {
  const { values } = body;
  const given = args.positional[1] ?? args.keywords.get('field_names') ?? values.empty;
  const listed = body.resolve(given).items.flatMap((item) =>
    item.kind === 'container'
      ? (positionsOf(body, item) ?? []).map((field) => {
          const [pair] = field.items;
          return (pair?.kind === 'container' ? positionsOf(body, pair)?.[0] : null) ?? field;
        })
      : [values.of(item)],
  );
  const names = listed.flatMap((each) => textsOf(body, each).flatMap((text) => text.split(/[\s,]+/)));
  const type = makeClass(
    body,
    args,
    names.filter((each) => each !== ''),
    at,
  );
  if (!path.startsWith('dataclasses')) setBases(body, type, values.of(values.external(RECORD)));
  return type;
}

/** `type(name, bases, namespace)`. */
export function makeTypeByCall(body: Body, args: Arguments, at: number): ClassThing {
  const { values } = body;
  const [, bases = values.empty, namespace = values.empty] = args.positional;
  const type = makeClass(body, args, [], at);
  const parents = iterate(body, bases, at);
  for (const base of parents.items) setBases(body, type, values.of(base));
  for (const space of body.resolve(namespace).items) {
    const exact = body.root.state.exact?.get(space);
    for (const field of new Set([...(exact?.keys() ?? []), ...(space.fields?.keys() ?? [])])) {
      const name = /^\['(.*)'\]$/.exec(field)?.[1];
      if (name !== undefined) body.writeField(type, name, body.readField(space, field), false);
    }
  }
  return type;
}

function setBases(body: Body, type: ClassThing, base: ValueSet): void {
  if (type.bases.includes(base)) return;
  type.bases.push(base);
  updateOrder(type, body.values);
}

/** The constant texts among values. */
export function textsOf(body: Body, set: ValueSet = body.values.empty): string[] {
  return body
    .resolve(set)
    .items.flatMap((item: Thing) =>
      item.kind === 'constant' && typeof item.value === 'string' ? [item.value] : [],
    );
}
