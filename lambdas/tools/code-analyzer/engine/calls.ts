import type { Activation } from './activation.ts';
import { type Arguments, bindArguments, positionalOnly, withFirst } from './arguments.ts';
import type { Body } from './body.ts';
import { callBuiltinMethod } from './builtin-methods.ts';
import { callBuiltin } from './builtins.ts';
import { lookupInClass } from './class-lookup.ts';
import { CONVERTED, construct } from './construct.ts';
import { callExternal, isKnown } from './externals.ts';
import { callCallbacks, callForeignMethod, isPython, makeCollection } from './foreign-calls.ts';
import { generatorOf } from './made-by-calls.ts';
import { callSingleDispatch } from './single-dispatch.ts';
import type { ClassThing, FunctionThing, PartialThing, Thing, ValueSet } from './things.ts';
import { bodyAround, typeValues } from './types.ts';

/** A function is analysed apart for at most this many receiver types or call sites. */
const MAX_CONTEXTS = 24;

/** Calls every value of a set and gives what any of them may return. */
export function callValues(body: Body, callees: ValueSet, args: Arguments, at: number): ValueSet {
  let result = body.values.empty;
  for (const callee of body.resolve(callees).items) {
    result = body.values.union(result, callThing(body, callee, args, at));
  }
  return result;
}

/** Callables that lead to callables (partials of partials, callable instances) are followed this far. */
const MAX_INDIRECTIONS = 6;

export function callThing(body: Body, callee: Thing, args: Arguments, at: number): ValueSet {
  const { solver } = body;
  if (solver.indirections >= MAX_INDIRECTIONS) return body.values.empty;
  solver.indirections += 1;
  const result = callOnce(body, callee, args, at);
  solver.indirections -= 1;
  return result;
}

function callOnce(body: Body, callee: Thing, args: Arguments, at: number): ValueSet {
  const { values } = body;
  switch (callee.kind) {
    case 'function':
      return isKnown(callee.frame.qualified)
        ? callExternal(body, { path: callee.frame.qualified }, args, at)
        : callFunction(body, callee, args, at, null);
    case 'bound': {
      const self = values.of(callee.self);
      if (callee.callee.kind === 'function')
        return callFunction(body, callee.callee, withFirst(self, args), at, callee.self);
      return callThing(body, callee.callee, withFirst(self, args), at);
    }
    case 'class':
      return isKnown(callee.frame.qualified)
        ? callExternal(body, { path: callee.frame.qualified }, args, at)
        : construct(body, callee, args, at);
    case 'instance': {
      const method = lookupInClass(body, callee.type, '__call__', callee);
      if (method) return callValues(body, method, args, at);
      return isPython(body) ? values.empty : callValues(body, body.readField(callee, CONVERTED), args, at);
    }
    case 'external': {
      if (isPython(body)) return callExternal(body, callee, args, at);
      body.record(callee.path, at);
      const made = makeCollection(body, callee.path, args, at);
      if (made) return made;
      callCallbacks(body, args, values.empty, at);
      return /(^|\.)[A-Z]\w*$/.test(callee.path) ? values.of(callee) : values.empty;
    }
    case 'module': {
      const whole = callee.module
        ? body.solver.moduleName(body.activation, callee.module, 'default')
        : values.empty;
      return callValues(body, whole, args, at);
    }
    case 'builtin':
      return callBuiltin(body, callee.name, args, at);
    case 'builtin_method':
      return isPython(body) || callee.type === 'property'
        ? callBuiltinMethod(body, callee, args, at)
        : callForeignMethod(body, callee, args, at);
    case 'partial':
      return callPartial(body, callee, args, at);
    case 'wrapped': {
      if (callee.wrapper === 'result') return values.of(callee.inner);
      if (callee.wrapper === 'comparison') {
        const [compared = values.empty] = args.positional;
        return callThing(body, callee.inner, positionalOnly(compared, compared), at);
      }
      if (callee.wrapper === 'partialmethod' && callee.inner.kind === 'partial') {
        const { inner } = callee;
        const [self, ...others] = args.positional;
        const positional = [...(self ? [self] : []), ...inner.positional, ...others];
        const keywords = new Map([...inner.keywords, ...args.keywords]);
        return callValues(body, inner.callee, { ...args, positional, keywords }, at);
      }
      if (callee.wrapper === 'singledispatch') return callSingleDispatch(body, callee, args, at);
      const result = callThing(body, callee.inner, args, at);
      if (callee.wrapper !== 'contextmanager') return result;
      return values.from(
        result.items.map((item) => (item.kind === 'generator' ? values.wrapped('context', item) : item)),
      );
    }
    default:
      return values.empty;
  }
}

function callPartial(body: Body, partial: PartialThing, args: Arguments, at: number): ValueSet {
  const keywords = new Map([...partial.keywords, ...args.keywords]);
  return callValues(
    body,
    partial.callee,
    { ...args, positional: [...partial.positional, ...args.positional], keywords },
    at,
  );
}

/** The activation that analyses this call, made when it is new. */
function activationFor(
  body: Body,
  fn: FunctionThing,
  at: number,
  self: Thing | null,
): { activation: Activation; isNew: boolean } {
  let context = '';
  let subject: Thing | null = fn.owner ? fn.owner.instance : null;
  if (self?.kind === 'instance' && self.type !== fn.owner) context = `t${self.id}`;
  else if (self?.kind === 'class' && self !== fn.owner) context = `t${self.id}`;
  if (context) subject = self;
  // A function that makes and returns closures, such as a decorator, is told apart by who calls it.
  if (fn.frame.returnsClosure) context += `@${body.frame.module.qualified}:${at}`;
  let known = fn.activations.get(context);
  if (!known && fn.activations.size >= MAX_CONTEXTS) {
    context = '';
    subject = fn.owner ? fn.owner.instance : null;
    known = fn.activations.get('');
  }
  if (known) return { activation: known, isNew: false };
  const activation = body.solver.newActivation(fn, subject);
  fn.activations.set(context, activation);
  return { activation, isNew: true };
}

/** A method called without its object, such as one of the class around, has one of its class. */
function receiverOf(body: Body, fn: FunctionThing): ValueSet {
  return fn.owner ? body.values.of(fn.owner.instance) : body.values.empty;
}

function callFunction(
  body: Body,
  fn: FunctionThing,
  given: Arguments,
  at: number,
  self: Thing | null,
): ValueSet {
  const { solver } = body;
  const args = fn.frame.takesReceiver && !self ? withFirst(receiverOf(body, fn), given) : given;
  body.record(fn.frame.qualified, at);
  body.expose();
  const { activation } = activationFor(body, fn, at, self);
  const bound = bindArguments(body, fn, activation, args);
  activation.callers.add(body.activation);
  solver.runIfNew(activation);
  return resultOf(body, fn, activation, bound);
}

/** What a call evaluates to, with parameters that are handed through replaced by this call's arguments. */
function resultOf(
  body: Body,
  fn: FunctionThing,
  activation: Activation,
  bound: (ValueSet | undefined)[],
): ValueSet {
  const { values } = body;
  if (fn.frame.isGenerator || fn.frame.isAsync) {
    return values.of(generatorOf(values, activation, fn.frame.isAsync && !fn.frame.isGenerator));
  }
  const isUnknown = activation.returned.items.every(
    (item) => item.kind === 'constant' && item.type === 'None',
  );
  if (isUnknown && fn.frame.returns) return declaredResult(body, fn, activation);
  if (!activation.returned.symbolic) return activation.returned;
  let result = values.empty;
  for (const item of activation.returned.items) {
    if (item.kind !== 'parameter') result = values.union(result, values.of(item));
    else {
      const parameter = fn.frame.parameters[item.index];
      const given =
        bound[item.index] ?? (parameter?.defaultValue ? fn.defaults.get(parameter.defaultValue) : undefined);
      if (given) result = values.union(result, given);
    }
  }
  return result;
}

/** What the signature promises, where the body says nothing. */
function declaredResult(body: Body, fn: FunctionThing, activation: Activation): ValueSet {
  const { solver, values } = body;
  if (!fn.frame.returns) return values.empty;
  if (!solver.typed) {
    solver.needsTypes.add(body.activation);
    return values.empty;
  }
  return typeValues(bodyAround(activation, solver), fn.frame.returns);
}

/** Calls a special method of every instance in a set, as an operator or statement would. */
export function callSpecial(
  body: Body,
  objects: ValueSet,
  name: string,
  args: Arguments,
  at: number,
): ValueSet {
  let result = body.values.empty;
  for (const thing of body.resolve(objects).items) {
    const method = specialOf(body, thing, name);
    if (!method) continue;
    // Operators on external or builtin bases are not calls of theirs by name.
    const own = method.items.filter((item) => item.kind !== 'external' && item.kind !== 'builtin_method');
    result = body.values.union(result, callValues(body, body.values.from(own), args, at));
  }
  return result;
}

/** A special method of an object, or of a class through its metaclass. */
function specialOf(body: Body, thing: Thing, name: string): ValueSet | null {
  if (thing.kind === 'instance') return lookupInClass(body, thing.type, name, thing);
  if (thing.kind !== 'class' || !thing.metaclass) return null;
  for (const meta of body.resolve(thing.metaclass).items) {
    const method = meta.kind === 'class' ? lookupInClass(body, meta, name, thing) : null;
    if (method) return method;
  }
  return null;
}

/** Calls the first of some special methods that an instance has, for every instance in a set. */
export function callFirstSpecial(
  body: Body,
  objects: ValueSet,
  names: readonly string[],
  args: Arguments,
  at: number,
): ValueSet {
  let result = body.values.empty;
  for (const thing of body.resolve(objects).items) {
    if (thing.kind !== 'instance' && thing.kind !== 'class') continue;
    const name = names.find((each) => hasSpecial(body, thing, each));
    if (name) result = body.values.union(result, callSpecial(body, body.values.of(thing), name, args, at));
  }
  return result;
}

/** Whether a class of the project gives an object (a metaclass: a class) this special method. */
export function hasSpecial(body: Body, thing: Thing, name: string): boolean {
  if (thing.kind === 'instance') return inherits(body, thing.type, name);
  if (thing.kind !== 'class' || !thing.metaclass) return false;
  return thing.metaclass.items.some((type) => type.kind === 'class' && inherits(body, type, name));
}

function inherits(body: Body, type: ClassThing, name: string): boolean {
  for (const each of type.order) {
    if (each.kind === 'class' && body.readClassField(each, name).id !== 0) return true;
  }
  return false;
}
