import { type Arguments, NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import { assign } from './assign.ts';
import type { Handler } from './ast.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { wrapAll } from './builtins.ts';
import { callSpecial, callValues } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
import { construct } from './construct.ts';
import { awaitValues, iterate } from './containers.ts';
import { evaluate } from './evaluate.ts';
import { execute } from './execute.ts';
import type { ValueSet } from './things.ts';

export function catchInto(body: Body, handler: Handler): void {
  const { values } = body;
  if (handler.types) {
    const types = body.resolve(evaluate(body, handler.types));
    if (handler.target) {
      let caught = values.empty;
      for (const type of types.items) {
        const classes =
          type.kind === 'container' ? iterate(body, values.of(type), handler.types.at).items : [type];
        for (const each of classes) {
          if (each.kind === 'class') caught = values.union(caught, values.of(each.instance));
        }
      }
      assign(body, handler.target, caught);
    }
  }
  execute(body, handler.body);
}

/** Raising a class makes an instance of it; builtin exceptions have no initializer worth noting. */
export function raise(body: Body, raised: ValueSet, at: number): void {
  for (const thing of body.resolve(raised).items) {
    if (thing.kind === 'class') construct(body, thing, NO_ARGUMENTS, at);
  }
}

/** `with objects as …`: calls `__enter__` and `__exit__`, or runs a context generator. */
export function enter(body: Body, objects: ValueSet, at: number, isAsync: boolean): ValueSet {
  const { values } = body;
  let result = values.empty;
  for (const thing of body.resolve(objects).items) {
    if (thing.kind === 'wrapped' && thing.wrapper === 'context') {
      result = values.union(result, iterate(body, values.of(thing.inner), at));
    } else if (thing.kind === 'wrapped' && thing.wrapper === 'closing') {
      callValues(body, readAttribute(body, values.of(thing.inner), 'close', at), NO_ARGUMENTS, at);
      result = values.union(result, values.of(thing.inner));
    } else if (thing.kind === 'wrapped' && thing.wrapper === 'nullcontext') {
      result = values.union(result, values.of(thing.inner));
    } else if (thing.kind === 'instance') {
      const entered = callSpecial(
        body,
        values.of(thing),
        isAsync ? '__aenter__' : '__enter__',
        NO_ARGUMENTS,
        at,
      );
      callSpecial(
        body,
        values.of(thing),
        isAsync ? '__aexit__' : '__exit__',
        positionalOnly(values.empty, values.empty, values.empty),
        at,
      );
      const inherited = lookupInClass(body, thing.type, isAsync ? '__aenter__' : '__enter__', thing);
      const foreign = inherited === null && thing.type.order.some((type) => type.kind === 'external');
      result = values.union(result, isAsync ? awaitValues(body, entered, at) : entered);
      if (foreign) result = values.union(result, values.of(thing));
    } else if (thing.kind === 'external') {
      result = values.union(result, values.of(thing));
    }
  }
  return result;
}

/** Functions and methods of `contextlib`; null: not one that is followed. */
export function callContextual(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty] = args.positional;
  const [, name = ''] = /^contextlib\.(?:Async)?(?:ExitStack\.)?(\w+)$/.exec(path) ?? [];
  switch (name) {
    case 'contextmanager':
    case 'asynccontextmanager':
      return wrapAll(body, 'contextmanager', first);
    case 'closing':
    case 'aclosing':
      return wrapAll(body, 'closing', first);
    case 'nullcontext':
      return wrapAll(body, 'nullcontext', first);
    case 'enter_context':
    case 'enter_async_context':
      return enter(body, first, at, name === 'enter_async_context');
    case 'callback':
    case 'push_async_callback':
      callValues(body, first, { ...args, positional: args.positional.slice(1) }, at);
      return first;
    default:
      return null;
  }
}
