import { type Arguments, NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { makeProperty, wrapAll } from './builtins.ts';
import { callValues } from './calls.ts';
import { iterate, makeContainer, writeElement } from './containers.ts';
import { callIterating, callTarget } from './itertools.ts';
import type { ExternalThing, PartialThing, ValueSet } from './things.ts';

/** Standard decorators that give back what they are given. */
const TRANSPARENT = new Set([
  'functools.lru_cache',
  'functools.cache',
  'functools.total_ordering',
  'functools.singledispatch',
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

/** Methods of executors and event loops that call the function they are given, later. */
const SCHEDULERS = new Set([
  'submit',
  'apply_async',
  'run_in_executor',
  'call_soon',
  'call_soon_threadsafe',
  'call_later',
  'add_done_callback',
  'start_new_thread',
]);

/**
 * Standard functions known by what they do. They are treated so even when the standard library itself is
 * the project: their own code mixes the values of all callers.
 */
const KNOWN = new Set([
  ...TRANSPARENT,
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
  body.record(path, at);
  const iterated = callIterating(body, path, args, at);
  if (iterated) return iterated;
  switch (path) {
    case 'functools.partial':
    case 'functools.partialmethod':
      return makePartial(body, args, at);
    case 'functools.wraps':
      return values.of(values.external(WRAPPER));
    case 'functools.update_wrapper':
      return first;
    case 'functools.cached_property':
      return values.of(makeProperty(body, args, at));
    case 'abc.abstractproperty':
      return values.of(makeProperty(body, args, at));
    case 'contextlib.contextmanager':
    case 'contextlib.asynccontextmanager':
      return wrapAll(body, 'contextmanager', first);
    case 'typing.cast':
      return args.positional[1] ?? values.empty;
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
        if (each.kind === 'constant' && typeof each.value === 'string') {
          found = values.union(found, body.solver.importModule(body.activation, each.value));
        }
      }
      return found;
    }
    case 'threading.Thread':
    case 'threading.Timer':
    case 'multiprocessing.Process': {
      callTarget(body, path, args, at);
      return values.of(values.external(path));
    }
    case 'asyncio.run':
    case 'asyncio.create_task':
    case 'asyncio.ensure_future':
    case 'asyncio.wait_for':
    case 'asyncio.shield':
      return first;
    default:
      break;
  }
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (SCHEDULERS.has(method)) {
    for (const [index, argument] of args.positional.entries()) {
      const functions = body
        .resolve(argument)
        .items.filter((item) => item.kind === 'function' || item.kind === 'bound');
      const given = positionalOnly(...args.positional.slice(index + 1));
      if (functions.length > 0) callValues(body, values.from(functions), given, at);
    }
  }
  if (path in APPLIES) callValues(body, first, positionalOnly(...args.positional.slice(1)), at);
  if (TRANSPARENT.has(path)) return first.id === 0 ? values.of(values.external(path)) : first;
  // By convention a capital letter names a class: what it makes has its methods.
  return /^_*[A-Z]/.test(method) ? values.of(values.external(path)) : values.empty;
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
