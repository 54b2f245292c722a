import { NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import { assign } from './assign.ts';
import type { Handler } from './ast.ts';
import type { Body } from './body.ts';
import { callSpecial, construct } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
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
