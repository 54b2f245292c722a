import { type Arguments, NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { makeProperty, wrapAll } from './builtins.ts';
import { callSpecial, callValues } from './calls.ts';
import { callConcurrent } from './concurrency.ts';
import { iterate, makeContainer, writeElement } from './containers.ts';
import { callContextual } from './contexts.ts';
import { callIterating } from './itertools.ts';
import { makeRecordClass, textsOf } from './made-classes.ts';
import { callOperator } from './operator-functions.ts';
import type { ExternalThing, PartialThing, ValueSet } from './things.ts';
import { instancesOf } from './types.ts';

/** Standard decorators that give back what they are given. */
const TRANSPARENT = new Set([
  'functools.lru_cache',
  'functools.cache',
  'functools.total_ordering',
  'abc.abstractmethod',
  'typing.overload',
  'typing._tp_cache',
  'enum.unique',
  'typing.final',
  'typing.no_type_check',
  'typing.runtime_checkable',
  'types.coroutine',
  'dataclasses.dataclass',
  'copy.copy',
  'copy.deepcopy',
  'typing.cast',
  'weakref.ref',
  'weakref.proxy',
  'atexit.register',
]);

const WRAPPER = 'functools.wraps()';

/** Standard functions that call what they are given, now or later, with the place of the function. */
const APPLIES: Readonly<Record<string, number>> = {
  'atexit.register': 0,
};

/**
 * Standard functions known by what they do. They are treated so even when the standard library itself is
 * the project: their own code mixes the values of all callers.
 */
const KNOWN = new Set([
  ...TRANSPARENT,
  'functools.singledispatch',
  'functools.partial',
  'functools.wraps',
  'functools.update_wrapper',
  'functools.cached_property',
  'functools.reduce',
  'contextlib.contextmanager',
  'contextlib.asynccontextmanager',
  'collections.namedtuple',
  'collections.OrderedDict',
  'typing.NamedTuple',
  'warnings.warn',
]);

export function isKnown(qualified: string): boolean {
  return KNOWN.has(qualified);
}

/** A call of something outside the project, known by its path. */
export function callExternal(
  body: Body,
  callee: Pick<ExternalThing, 'path'>,
  args: Arguments,
  at: number,
): ValueSet {
  const { values } = body;
  const { path } = callee;
  const [first = values.empty] = args.positional;
  // The decorator that functools.wraps makes copies names and gives back what it is given.
  if (path === WRAPPER) return first;
  if (!path.endsWith('()')) body.record(path, at);
  const known = callModule(body, path, args, at);
  if (known) return known;
  switch (path) {
    case 'functools.partial':
      return makePartial(body, args, at);
    case 'functools.partialmethod':
      return wrapAll(body, 'partialmethod', makePartial(body, args, at));
    case 'functools.singledispatch':
    case 'functools.singledispatchmethod':
      return wrapAll(body, 'singledispatch', first);
    case 'functools.wraps':
      return values.of(values.external(WRAPPER));
    case 'functools.cmp_to_key':
      return wrapAll(body, 'comparison', first);
    case 'functools.update_wrapper':
      return first;
    case 'functools.cached_property':
      return values.of(makeProperty(body, args, at));
    case 'abc.abstractproperty':
      return values.of(makeProperty(body, args, at));
    case 'typing.cast': {
      const [, value = values.empty] = args.positional;
      return body.resolve(value).id === 0 ? declaredValues(body, first) : value;
    }
    case 'typing.TypeVar': {
      // A type variable stands for what bounds it.
      const bounds = values.unionAll(args.positional.slice(1));
      return values.union(bounds, args.keywords.get('bound') ?? values.empty);
    }
    case 'collections.namedtuple':
    case 'typing.NamedTuple':
    case 'dataclasses.make_dataclass':
      return values.of(makeRecordClass(body, path, args, at));
    case 'types.SimpleNamespace': {
      const namespace = makeContainer(body, 'namespace', at);
      for (const [name, value] of args.keywords) body.writeField(namespace, name, value, true);
      return values.of(namespace);
    }
    case 'copy.copy':
      callSpecial(body, first, '__copy__', NO_ARGUMENTS, at);
      return first;
    case 'copy.deepcopy':
      callSpecial(body, first, '__deepcopy__', positionalOnly(values.empty), at);
      return first;
    case 'typing.NewType':
      return args.positional[1] ?? values.empty;
    case 'collections.defaultdict': {
      const container = makeContainer(body, 'dict', at, 'defaultdict');
      if (first.id !== 0)
        writeElement(body, container, null, callValues(body, first, NO_ARGUMENTS, at), false);
      return values.of(container);
    }
    case 'collections.OrderedDict':
      return values.of(makeContainer(body, 'dict', at, 'ordered'));
    case 'collections.deque': {
      const container = makeContainer(body, 'list', at, 'deque');
      writeElement(body, container, null, iterate(body, first, at), false);
      return values.of(container);
    }
    case 'importlib.import_module': {
      let found = values.empty;
      for (const each of body.resolve(first).items) {
        if (each.kind !== 'constant' || typeof each.value !== 'string') continue;
        const isRelative = each.value.startsWith('.');
        for (const around of isRelative ? textsOf(body, args.positional[1]) : ['']) {
          found = values.union(found, body.solver.importModule(body.activation, around + each.value));
        }
      }
      return found;
    }
    default:
      break;
  }
  const method = path.slice(path.lastIndexOf('.') + 1);
  const factory = FIELD.test(method) ? factoryOf(body, args) : null;
  if (factory) return factory;
  if (path in APPLIES) callValues(body, first, positionalOnly(...args.positional.slice(1)), at);
  if (TRANSPARENT.has(path)) return first.id === 0 ? values.of(values.external(path)) : first;
  // By convention a capital letter names a class: what it makes has its methods.
  return /^_*[A-Z]/.test(method) ? values.of(values.external(path)) : values.empty;
}

/** What makes a field of a class with a generated initializer; also in libraries that do as `dataclasses` does. */
const FIELD = /^(field|Field|ib|attrib)$/;

function factoryOf(body: Body, args: Arguments): ValueSet | null {
  const factory = args.keywords.get('default_factory') ?? args.keywords.get('factory');
  if (factory) return wrapAll(body, 'factory', factory);
  return args.keywords.get('default') ?? null;
}

/** Modules of the standard library whose functions are followed. */
function callModule(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  if (path.startsWith('operator.')) return callOperator(body, path, args, at);
  if (path.startsWith('contextlib.')) return callContextual(body, path, args, at);
  return callIterating(body, path, args, at) ?? callConcurrent(body, path, args, at);
}

/** What a class given as a type admits, once values alone have told what they can. */
function declaredValues(body: Body, types: ValueSet): ValueSet {
  const { solver, values } = body;
  if (!solver.typed) solver.needsTypes.add(body.activation);
  if (!solver.typed) return values.empty;
  return values.unionAll(body.resolve(types).items.map((type) => instancesOf(body, type)));
}

function makePartial(body: Body, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const [callee = values.empty, ...positional] = args.positional;
  const key = `f:${body.activation.id}:${at}`;
  const partial = values.once(key, (id) => ({
    id,
    kind: 'partial',
    fields: null,
    callee: values.empty,
    positional: [],
    keywords: new Map(),
  })) as PartialThing;
  partial.callee = values.union(partial.callee, body.resolve(callee));
  partial.positional = positional.map((value, index) =>
    values.union(partial.positional[index] ?? values.empty, body.resolve(value)),
  );
  partial.keywords = new Map([...args.keywords].map(([name, value]) => [name, body.resolve(value)]));
  return values.of(partial);
}
