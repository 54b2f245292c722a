import { type Arguments, NO_ARGUMENTS, withFirst } from './arguments.ts';
import type { Body } from './body.ts';
import { callThing, callValues } from './calls.ts';
import { lookupInClass, lookupRaw } from './class-lookup.ts';
import { isPython } from './foreign-calls.ts';
import type { ClassThing, ValueSet } from './things.ts';

/** `Class(...)`: its metaclass's `__call__`, `__new__` and `__init__`, and the new instance. */
export function construct(body: Body, type: ClassThing, args: Arguments, at: number): ValueSet {
  const { values } = body;
  if (type.isEnum) return values.of(type.instance);
  for (const meta of type.metaclass ? body.resolve(type.metaclass).items : []) {
    const method = meta.kind === 'class' ? lookupInClass(body, meta, '__call__', type) : null;
    if (!method) continue;
    // Whether it makes an instance, through `type.__call__`, is up to it.
    const made = callValues(body, method, args, at);
    return made.id === 0 ? values.of(type.instance) : made;
  }
  return instantiate(body, type, args, at);
}

/** What `type.__call__` does: `__new__`, then `__init__`. */
export function instantiate(body: Body, type: ClassThing, args: Arguments, at: number): ValueSet {
  const { values } = body;
  const instance = values.of(type.instance);
  let result = instance;
  const maker = lookupInClass(body, type, '__new__', null);
  if (maker) {
    const made = callValues(body, maker, withFirst(values.of(type), args), at);
    const instances = made.items.filter((item) => item.kind === 'instance');
    if (instances.length > 0) result = values.from(instances);
  }
  const initializer = lookupInClass(body, type, '__init__', type.instance);
  if (initializer) callValues(body, initializer, args, at);
  const isForeign = initializer?.items.every((item) => item.kind === 'external') ?? true;
  if (isForeign && isPython(body)) initializeFields(body, type, args, at);
  else if (body.frame.module.language === 'go') fillInOrder(body, type, args);
  return result;
}

/** The annotated attributes of a class and its bases, in order. */
export function annotatedFields(type: ClassThing): string[] {
  const names = [...type.order].reverse().flatMap((each) => (each.kind === 'class' ? each.annotated : []));
  return [...new Set(names)];
}

/**
 * Classes without an initializer of their own may have a generated one, which sets the annotated fields,
 * makes those that have a factory, and calls `__post_init__` (PEP 557).
 */
function initializeFields(body: Body, type: ClassThing, args: Arguments, at: number): void {
  const { solver } = body;
  const fields = annotatedFields(type);
  for (const [index, name] of fields.entries()) {
    const given = args.positional[index] ?? args.keywords.get(name) ?? args.spread;
    if (given) {
      body.writeField(type.instance, name, given, false);
      continue;
    }
    for (const item of lookupRaw(body, type, name)?.items ?? []) {
      if (item.kind !== 'wrapped' || item.wrapper !== 'factory') continue;
      const { quiet } = solver;
      // Builtin factories are not calls that the program spells.
      solver.quiet = quiet || item.inner.kind === 'builtin';
      body.writeField(type.instance, name, callThing(body, item.inner, NO_ARGUMENTS, at), false);
      solver.quiet = quiet;
    }
  }
  const hook = lookupInClass(body, type, '__post_init__', type.instance);
  if (hook) callValues(body, hook, args.positional.length > fields.length ? args : NO_ARGUMENTS, at);
}

/** The field that keeps what was converted to a type without fields of its own. */
export const CONVERTED = '()';

/** A Go struct's elements in order, or the value converted to another type. */
function fillInOrder(body: Body, type: ClassThing, args: Arguments): void {
  for (const [index, value] of args.positional.entries())
    body.writeField(type.instance, type.annotated[index] ?? CONVERTED, value, false);
}
