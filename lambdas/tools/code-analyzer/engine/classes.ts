import { NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import type { ClassFrame, Statement } from './ast.ts';
import { Body } from './body.ts';
import { callValues } from './calls.ts';
import { lookupInClass } from './class-lookup.ts';
import { makeMembers } from './enums.ts';
import { evaluate, evaluateArguments } from './evaluate.ts';
import { execute } from './execute.ts';
import type { ClassThing, InstanceThing, Thing, ValueSet } from './things.ts';
import type { Values } from './values.ts';

/** Makes the class of a `class` statement and interprets its body. */
export function defineClass(body: Body, statement: Extract<Statement, { k: 'class' }>): ClassThing {
  const { values, solver } = body;
  const type = classOf(body, statement.frame);
  const bases = statement.bases.map((base) => body.resolve(evaluate(body, base)));
  const { keywords } = evaluateArguments(body, { positional: [], keywords: statement.keywords });
  const metaclass = keywords.get('metaclass');
  if (metaclass)
    type.metaclass = type.metaclass ? values.union(type.metaclass, metaclass) : body.resolve(metaclass);
  type.bases = bases.map((base, index) => values.union(type.bases[index] ?? values.empty, base));
  updateOrder(type, values);
  const inner = new Body(solver, body.activation, statement.frame, body, type);
  inner.repeats = body.repeats;
  execute(inner, statement.frame.body);
  inner.expose();
  for (const variable of statement.frame.variables) {
    const value = inner.state.slots[variable.slot];
    if (!value || variable.frame !== statement.frame) continue;
    body.writeField(type, variable.name, value, false);
    for (const item of value.items) nameDescriptor(body, item, type, variable.name, statement.at);
  }
  const { order } = type;
  for (const base of order.slice(1)) {
    if (base.kind !== 'class') continue;
    if (base.metaclass && !type.metaclass) type.metaclass = base.metaclass;
  }
  if (type.metaclass) {
    for (const meta of body.resolve(type.metaclass).items) {
      if (meta.kind !== 'class') continue;
      for (const name of ['__new__', '__init__']) {
        const maker = lookupInClass(body, meta, name, name === '__new__' ? null : type);
        const own = maker?.items.filter((item) => item.kind === 'function' || item.kind === 'bound') ?? [];
        const text = values.of(values.constant('str', statement.frame.name));
        const args = name === '__new__' ? positionalOnly(values.of(meta), text) : positionalOnly(text);
        callValues(body, values.from(own), args, statement.at);
      }
    }
  }
  // PEP 487: the parents are told of a new subclass.
  const parent = order.find((each) => each !== type && each.kind === 'class');
  const hook = parent?.kind === 'class' ? lookupInClass(body, parent, '__init_subclass__', type) : null;
  if (hook) {
    const given = new Map([...keywords].filter(([name]) => name !== 'metaclass'));
    callValues(body, hook, { ...NO_ARGUMENTS, keywords: given }, statement.at);
  }
  makeMembers(body, type, statement.at);
  return type;
}

function nameDescriptor(body: Body, item: Thing, type: ClassThing, name: string, at: number): void {
  if (item.kind !== 'instance') return;
  const setter = lookupInClass(body, item.type, '__set_name__', item);
  const { values } = body;
  if (setter)
    callValues(body, setter, positionalOnly(values.of(type), values.of(values.constant('str', name))), at);
}

/** The class that a frame makes in the running body. */
export function classOf(body: Body, frame: ClassFrame): ClassThing {
  const { values } = body;
  const key = `k:${frame.module.qualified}:${frame.at}:${frame.qualified}:${body.activation.id}`;
  return values.once<ClassThing>(key, (id) => {
    const type: ClassThing = {
      id,
      kind: 'class',
      fields: null,
      frame,
      closure: body.activation,
      bases: [],
      metaclass: null,
      instance: null as unknown as InstanceThing,
      order: [],
      isEnum: false,
      subclasses: new Set(),
      annotated: frame.body.flatMap((each) =>
        each.k === 'annotate' && each.target.k === 'name' ? [each.target.name] : [],
      ),
      initialized: new Set(),
    };
    const instance: InstanceThing = { id: values.newId(), kind: 'instance', fields: null, type };
    (type as { instance: InstanceThing }).instance = instance;
    type.order = [type];
    body.solver.classes.push(type);
    return type;
  });
}

/**
 * The method resolution order: C3 linearization (Python's "The Python 2.3 Method Resolution Order"),
 * or depth first where the bases contradict each other.
 */
export function linearize(type: ClassThing, values: Values): Thing[] {
  const bases: Thing[] = [];
  for (const set of type.bases) {
    for (const base of (set as ValueSet).items) {
      const isType = base.kind === 'class' || base.kind === 'external' || base.kind === 'builtin';
      if (isType && base !== type && !bases.includes(base)) bases.push(base);
    }
  }
  const object = values.builtin('object');
  const orders = bases.map((base) =>
    base.kind === 'class'
      ? base.order.filter((each) => each !== type && each !== object)
      : base === object
        ? []
        : [base],
  );
  const pending = [...orders.map((order) => [...order]), bases.filter((base) => base !== object)];
  const result: Thing[] = [type];
  for (;;) {
    const open = pending.filter((order) => order.length > 0);
    if (open.length === 0) return result;
    const next = open
      .map((order) => order[0])
      .find((head) => head && !open.some((order) => order.indexOf(head) > 0));
    if (!next) {
      for (const each of orders.flat()) if (!result.includes(each)) result.push(each);
      return result;
    }
    result.push(next);
    for (const order of pending) if (order[0] === next) order.shift();
  }
}

/** Recomputes a class's method resolution order and those of the classes below it. */
export function updateOrder(type: ClassThing, values: Values): void {
  const order = linearize(type, values);
  const same = order.length === type.order.length && order.every((each, index) => each === type.order[index]);
  type.order = order;
  type.isEnum = order.some(
    (each) => each.kind === 'external' && /^enum\.(?!EnumMeta|EnumType)/.test(each.path),
  );
  for (const base of order) if (base !== type && base.kind === 'class') base.subclasses.add(type);
  if (same) return;
  for (const child of type.subclasses) if (child.order.includes(type)) updateOrder(child, values);
}
