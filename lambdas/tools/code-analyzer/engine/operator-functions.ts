import { type Arguments, positionalOnly } from './arguments.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { callValues } from './calls.ts';
import { subscript } from './evaluate.ts';
import { BINARY, binary, COMPARISONS, compareBy } from './operators.ts';
import type { ValueSet } from './things.ts';

const BY_NAME: ReadonlyMap<string, string> = new Map([
  ...Object.entries(BINARY).flatMap(([sign, name]): [string, string][] => [
    [name, sign],
    [`${name}_`, sign],
    [`i${name}`, sign],
  ]),
  ['concat', '+'],
]);
const COMPARING = new Set(Object.values(COMPARISONS));
/** Functions that make a function of one object, which asks for what was named before. */
const GETTERS = /^operator\.(itemgetter|attrgetter|methodcaller)(\(\))?$/;

/** The functions of the module `operator`; null: not one of them. */
export function callOperator(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty, second = values.empty] = args.positional;
  const [, getter, made] = GETTERS.exec(path) ?? [];
  if (getter && !made) {
    return values.of(
      values.once(`o:${body.activation.id}:${at}`, (id) => ({
        id,
        kind: 'partial',
        fields: null,
        callee: values.of(values.external(`operator.${getter}()`)),
        positional: args.positional.map((each) => body.resolve(each)),
        keywords: args.keywords,
      })),
    );
  }
  if (getter) return callGetter(body, getter, args, at);
  const name = path.slice('operator.'.length);
  if (name === 'getitem') return subscript(body, first, second, at);
  const sign = BY_NAME.get(name);
  if (sign) return binary(body, sign, first, second, at);
  if (!COMPARING.has(`__${name}__`)) return null;
  compareBy(body, `__${name}__`, body.resolve(first), body.resolve(second), at);
  return values.of(values.constant('bool', null));
}

function callGetter(body: Body, getter: string, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const named = args.positional.slice(0, -1);
  const object = args.positional.at(-1) ?? values.empty;
  if (getter === 'methodcaller') {
    const method = readNamed(body, object, named[0] ?? values.empty, at);
    return callValues(body, method, { ...positionalOnly(...named.slice(1)), keywords: args.keywords }, at);
  }
  return values.unionAll(
    named.map((name) =>
      getter === 'itemgetter' ? subscript(body, object, name, at) : readNamed(body, object, name, at),
    ),
  );
}

/** The attribute of a constant, dotted name. */
function readNamed(body: Body, object: ValueSet, name: ValueSet, at: number): ValueSet {
  let result = body.values.empty;
  for (const each of body.resolve(name).items) {
    if (each.kind !== 'constant' || typeof each.value !== 'string') continue;
    let value = object;
    for (const part of each.value.split('.')) value = readAttribute(body, value, part, at);
    result = body.values.union(result, value);
  }
  return result;
}
