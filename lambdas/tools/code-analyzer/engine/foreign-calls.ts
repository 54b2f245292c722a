import { type Arguments, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { callThing } from './calls.ts';
import { awaitValues, iterate, makeContainer, readAllOf, readElement, writeElement } from './containers.ts';
import { callFunctionMethod, callObjectFunction } from './object-functions.ts';
import type { BuiltinMethod, Thing, ValueSet } from './things.ts';

/** Languages in which objects are maps of names, and callbacks are how libraries work. */
export function isPython(body: Body): boolean {
  return body.frame.module.language === 'python';
}

/**
 * A function given to code outside the project is called by it, as far as anyone can tell: the call is
 * noted where it is given. `elements` is what the callback may receive.
 */
export function callCallbacks(body: Body, args: Arguments, elements: ValueSet, at: number): ValueSet {
  const { values } = body;
  let result = values.empty;
  for (const argument of args.positional) {
    for (const thing of body.resolve(argument).items) {
      if (thing.kind !== 'function' && thing.kind !== 'bound') continue;
      result = values.union(result, callThing(body, thing, positionalOnly(elements, elements), at));
    }
  }
  return result;
}

const MAKERS: Readonly<Record<string, string>> = {
  Map: 'dict',
  WeakMap: 'dict',
  Set: 'list',
  WeakSet: 'list',
  Array: 'list',
  HashMap: 'dict',
  TreeMap: 'dict',
  LinkedHashMap: 'dict',
  ConcurrentHashMap: 'dict',
  EnumMap: 'dict',
  ArrayList: 'list',
  LinkedList: 'list',
  ArrayDeque: 'list',
  HashSet: 'list',
  TreeSet: 'list',
  LinkedHashSet: 'list',
  PriorityQueue: 'list',
  Vector: 'list',
  CopyOnWriteArrayList: 'list',
};

/** Collections of the language's own library, by the last part of the name called. */
export function makeCollection(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const name = path.slice(path.lastIndexOf('.') + 1);
  const made = callObjectFunction(body, path, args, at);
  if (made) return made;
  const isListOf =
    /(^|\.)(Arrays\.asList|List\.of|Set\.of|Array\.of|Array\.from|Stream\.of|Collections\.\w+)$/.test(path);
  if (isListOf) {
    const container = makeContainer(body, 'list', at, 'of');
    for (const argument of args.positional) {
      const elements = iterate(body, argument, at);
      writeElement(body, container, null, elements.id !== 0 ? elements : argument, false);
    }
    return values.of(container);
  }
  if (/(^|\.)Promise\.(all|allSettled|race|any|resolve)$/.test(path)) {
    const [first = values.empty] = args.positional;
    const held = iterate(body, first, at);
    return name === 'resolve' || held.id === 0
      ? first
      : values.of(listOf(body, awaitValues(body, held, at), at));
  }
  const type = MAKERS[name];
  if (!type) return null;
  const container = makeContainer(body, type, at, 'new');
  for (const argument of args.positional)
    writeElement(body, container, null, iterate(body, argument, at), false);
  return values.of(container);
}

function listOf(body: Body, elements: ValueSet, at: number): Thing {
  const container = makeContainer(body, 'list', at, 'made');
  writeElement(body, container, null, elements, false);
  return container;
}

const STORES = new Set([
  'push',
  'unshift',
  'add',
  'addAll',
  'addFirst',
  'addLast',
  'offer',
  'push_back',
  'append',
  'concat',
]);
const SAME = new Set([
  'filter',
  'slice',
  'sort',
  'reverse',
  'stream',
  'toList',
  'collect',
  'iterator',
  'sorted',
  'entrySet',
  'subList',
  'parallelStream',
  'distinct',
  'limit',
  'skip',
  'peek',
  'splice',
  'concat',
  'flat',
  'toArray',
  'boxed',
]);
const ELEMENT = new Set([
  'pop',
  'shift',
  'find',
  'at',
  'findLast',
  'remove',
  'poll',
  'peek',
  'getFirst',
  'getLast',
  'first',
  'last',
  'next',
  'removeFirst',
  'removeLast',
  'orElse',
  'orElseThrow',
  'findFirst',
  'findAny',
  'element',
  'poll',
]);
const MAPS = new Set(['map', 'flatMap', 'mapToObj', 'thenApply']);

/** A method of a list, map, text or promise of another language than Python. */
export function callForeignMethod(body: Body, method: BuiltinMethod, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const { self, name } = method;
  const [first = values.empty, second = values.empty] = args.positional;
  if (method.type === 'function') return callFunctionMethod(body, method, args, at);
  if (self.kind === 'generator') {
    const held = awaitValues(body, values.of(self), at);
    const made = callCallbacks(body, args, held, at);
    return name === 'then' ? made : values.union(held, made);
  }
  if (self.kind !== 'container') {
    callCallbacks(body, args, values.empty, at);
    return values.empty;
  }
  if (name === 'set' || name === 'put' || name === 'putIfAbsent') {
    writeElement(body, self, first, second, false);
    return second;
  }
  if (name === 'get' || name === 'getOrDefault') return values.union(readElement(body, self, first), second);
  if (STORES.has(name)) {
    const isMany = name === 'addAll' || name === 'concat';
    for (const argument of args.positional) {
      writeElement(body, self, null, isMany ? iterate(body, argument, at) : argument, false);
    }
    return values.of(self);
  }
  const elements = readAllOf(body, self);
  if (name === 'computeIfAbsent') {
    const made = callCallbacks(body, args, first, at);
    writeElement(body, self, first, made, false);
    return values.union(elements, made);
  }
  const made = callCallbacks(body, args, elements, at);
  if (name === 'entries' || name === 'values') return values.of(listOf(body, elements, at));
  if (MAPS.has(name)) return values.of(listOf(body, made, at));
  if (name === 'reduce' || name === 'reduceRight') return values.unionAll([made, second]);
  if (SAME.has(name)) return values.of(self);
  return ELEMENT.has(name) ? elements : values.empty;
}
