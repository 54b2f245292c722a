import type { Activation } from './activation.ts';
import type { Expression } from './ast.ts';
import { Body } from './body.ts';
import type { ClassThing, Container, Thing, ValueSet } from './things.ts';

/** Types that stand for one of their arguments, for sequences of them, and for mappings to the last. */
const TRANSPARENT =
  /^(Optional|Union|ClassVar|Final|Annotated|Required|NotRequired|Readonly|Partial|Promise|Awaitable|NonNullable|Self)$/;
const SEQUENCES =
  /^(list|List|set|Set|frozenset|FrozenSet|tuple|Tuple|Sequence|MutableSequence|Iterable|Iterator|Collection|AbstractSet|Deque|deque|Generator|AsyncIterator|AsyncIterable|Array|ReadonlyArray|ReadonlySet|Queue|ArrayList|LinkedList|HashSet|TreeSet|Stream)$/;
const MAPPINGS =
  /^(dict|Dict|Mapping|MutableMapping|DefaultDict|defaultdict|OrderedDict|Map|HashMap|TreeMap|ReadonlyMap|Record|WeakMap|ConcurrentHashMap|ConcurrentMap)$/;
const BUILTIN_VALUES = new Set(['str', 'int', 'float', 'bool', 'bytes']);

/** A base type with more project subclasses than this is too general to say what is called. */
const MAX_SUBCLASSES = 96;

/** The objects a declared type admits: instances of the class and of every class below it. */
export function typeValues(body: Body, annotation: Expression, depth = 0): ValueSet {
  const { values } = body;
  if (depth > 4) return values.empty;
  switch (annotation.k) {
    case 'name':
    case 'attribute':
    case 'imported':
      return values.unionAll(namedType(body, annotation).items.map((thing) => instancesOf(body, thing)));
    case 'either':
      return values.unionAll(annotation.options.map((option) => typeValues(body, option, depth + 1)));
    case 'first':
      return values.unionAll(namedType(body, annotation).items.map((thing) => instancesOf(body, thing)));
    case 'sequence': {
      const container = containerOf(body, annotation.at, 'tuple', values.empty);
      for (const [index, item] of annotation.items.entries()) {
        body.writeField(container, `[${index}]`, typeValues(body, item, depth + 1), false);
      }
      return values.of(container);
    }
    case 'binary':
      return values.union(
        typeValues(body, annotation.left, depth + 1),
        typeValues(body, annotation.right, depth + 1),
      );
    case 'subscript': {
      const name = lastName(annotation.object);
      const args = annotation.index.k === 'sequence' ? annotation.index.items : [annotation.index];
      if (TRANSPARENT.test(name)) return values.unionAll(args.map((arg) => typeValues(body, arg, depth + 1)));
      const isMapping = MAPPINGS.test(name);
      if (isMapping || SEQUENCES.test(name)) {
        const element = args[isMapping ? args.length - 1 : 0];
        const held = element ? typeValues(body, element, depth + 1) : values.empty;
        return held.id === 0
          ? held
          : values.of(containerOf(body, annotation.at, isMapping ? 'dict' : 'list', held));
      }
      if (/^(type|Type|Class)$/.test(name) && args[0]) return namedType(body, args[0]);
      return typeValues(body, annotation.object, depth + 1);
    }
    default:
      return values.empty;
  }
}

function namedType(body: Body, annotation: Expression): ValueSet {
  const { values, solver } = body;
  if (annotation.k === 'name') return body.readName(annotation.name, annotation.variable);
  if (annotation.k === 'imported') return solver.imported(body.activation, annotation);
  if (annotation.k === 'first') {
    let foreign = values.empty;
    for (const option of annotation.options) {
      const found = namedType(body, option);
      if (found.items.some((thing) => thing.kind !== 'external')) return found;
      if (foreign.id === 0) foreign = found;
    }
    return foreign;
  }
  if (annotation.k !== 'attribute') return values.empty;
  let result = values.empty;
  for (const owner of namedType(body, annotation.object).items) {
    if (owner.kind === 'module' && owner.module) {
      result = values.union(result, solver.moduleName(body.activation, owner.module, annotation.name));
    } else if (owner.kind === 'class') {
      result = values.union(result, body.readField(owner, annotation.name));
    } else if (owner.kind === 'external') {
      result = values.union(result, values.of(values.member(owner, annotation.name)));
    }
  }
  return result;
}

function lastName(expression: Expression): string {
  if (expression.k === 'name' || expression.k === 'attribute') return expression.name;
  return expression.k === 'imported' ? (expression.name ?? '') : '';
}

function containerOf(body: Body, at: number, type: string, held: ValueSet): Container {
  const key = `t:${body.frame.module.qualified}:${at}`;
  const container = body.values.once<Container>(key, (id) => ({
    id,
    kind: 'container',
    fields: null,
    type,
    owner: null,
    many: true,
  }));
  body.writeField(container, '[*]', held, false);
  body.writeField(container, '[all]', held, false);
  return container;
}

/** Instances of a class and of every class below it. */
export function instancesOf(body: Body, thing: Thing): ValueSet {
  const { values } = body;
  if (thing.kind === 'class') {
    const instances: Thing[] = [thing.instance];
    for (const child of subclassesOf(thing)) instances.push(child.instance);
    return values.from(instances.slice(0, MAX_SUBCLASSES));
  }
  if (thing.kind === 'builtin' && BUILTIN_VALUES.has(thing.name))
    return values.of(values.constant(thing.name, null));
  if (
    thing.kind === 'external' &&
    !thing.path.startsWith('typing.') &&
    /(^|\.)_*[A-Z][^.]*$/.test(thing.path)
  )
    return values.of(thing);
  return values.empty;
}

/** Every class below a class. */
export function subclassesOf(type: ClassThing): ClassThing[] {
  const result = new Set<ClassThing>();
  const pending = [...type.subclasses];
  for (const child of pending) {
    if (result.has(child) || child === type) continue;
    result.add(child);
    pending.push(...child.subclasses);
  }
  return [...result];
}

/** Where the annotations of a function's signature are read: around the function. */
export function bodyAround(activation: Activation, solver: Body['solver']): Body {
  const around = activation.parent ?? solver.moduleActivation(activation.frame.module);
  return new Body(solver, around, around.frame, null, null);
}
