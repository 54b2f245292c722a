import type { Arguments } from './arguments.ts';
import type { Body } from './body.ts';
import { callThing } from './calls.ts';
import { evaluate } from './evaluate.ts';
import type { BuiltinMethod, Thing, ValueSet, WrappedThing } from './things.ts';

/** Fields of a generic function that keep what is registered, by the type it is for. */
const FIELD = 'implementation:';
/** All that are registered; who reads it is told of the next. */
const REGISTERED = 'implementations';

function fieldsFor(body: Body, types: ValueSet): string[] {
  return body.resolve(types).items.map((type) => `${FIELD}${labelOf(type)}`);
}

function labelOf(type: Thing): string {
  if (type.kind === 'builtin') return type.name;
  return type.kind === 'external' ? type.path : String(type.id);
}

/** `@generic.register`, of a function whose first parameter is annotated, or with the type named first. */
export function register(body: Body, method: BuiltinMethod, args: Arguments): ValueSet {
  const { values } = body;
  const [first = values.empty, second] = args.positional;
  const implementations = body.resolve(second ?? first);
  const isType = (item: Thing): boolean => ['class', 'builtin', 'external'].includes(item.kind);
  if (!second && implementations.items.some(isType)) {
    return values.of(
      values.once(`r:${method.self.id}:${first.id}`, (id) => ({
        id,
        kind: 'partial',
        fields: null,
        callee: values.of(method),
        positional: [first],
        keywords: new Map(),
      })),
    );
  }
  for (const item of implementations.items) {
    const types = second ? first : annotatedTypes(body, item);
    const fields = fieldsFor(body, types);
    for (const field of fields.length > 0 ? fields : [`${FIELD}?`])
      body.writeField(method.self, field, values.of(item), false);
    body.writeField(method.self, REGISTERED, values.of(item), false);
  }
  return implementations;
}

function annotatedTypes(body: Body, implementation: Thing): ValueSet {
  const { values } = body;
  if (implementation.kind !== 'function') return values.empty;
  const annotation = implementation.frame.parameters[implementation.owner ? 1 : 0]?.annotation;
  if (!annotation) return values.empty;
  if (annotation.k !== 'binary') return evaluate(body, annotation);
  return values.union(evaluate(body, annotation.left), evaluate(body, annotation.right));
}

/** The types an argument is of, nearest first; null: not known. */
function typesOf(argument: Thing): string[] | null {
  if (argument.kind === 'instance') return argument.type.order.map(labelOf);
  if (argument.kind === 'constant') return argument.type === 'bool' ? ['bool', 'int'] : [argument.type];
  return argument.kind === 'container' ? [argument.type] : null;
}

/** Calls the implementation for each type the first argument may be of, or all of them when it is unknown. */
export function callSingleDispatch(body: Body, generic: WrappedThing, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const isMethod = generic.inner.kind === 'function' && generic.inner.owner !== null;
  const subject = body.resolve(args.positional[isMethod ? 1 : 0] ?? values.empty);
  const every = body.readField(generic, REGISTERED);
  const fallback = values.of(generic.inner);
  let chosen = subject.items.length === 0 ? values.union(fallback, every) : values.empty;
  for (const argument of subject.items) {
    const types = typesOf(argument);
    const field = types?.map((type) => `${FIELD}${type}`).find((each) => generic.fields?.has(each));
    if (field) chosen = values.union(chosen, body.readField(generic, field));
    else chosen = values.unionAll([chosen, fallback, types ? values.empty : every]);
  }
  const untyped = body.readField(generic, `${FIELD}?`);
  let result = values.empty;
  for (const item of values.union(chosen, untyped).items) {
    result = values.union(result, callThing(body, item, args, at));
  }
  return result;
}
