import type { Solver } from './solver.ts';
import type { ClassThing, FunctionThing, ValueSet } from './things.ts';
import { subclassesOf } from './types.ts';
import type { Values } from './values.ts';

/** A function nothing calls is interpreted as an outsider might call it. */
export function activateUncalled(solver: Solver, fn: FunctionThing): void {
  const self = fn.owner?.instance ?? null;
  const activation = solver.newActivation(fn, self);
  fn.activations.set('', activation);
  for (const index of fn.frame.parameters.keys()) solver.feedDefault(fn, activation, index);
  const [first] = fn.frame.parameters;
  if (fn.owner && self && first && !fn.frame.isLambda) {
    const raw = fn.owner.fields?.get(fn.frame.name)?.total;
    const wrappers = raw?.items.flatMap((item) =>
      item.kind === 'wrapped' && item.inner === fn ? [item.wrapper] : [],
    );
    const takesClass =
      wrappers?.includes('classmethod') || /^__(new|init_subclass|class_getitem)__$/.test(fn.frame.name);
    if (takesClass) solver.feed(activation, 0, solver.values.of(fn.owner));
    else if (!wrappers?.includes('staticmethod'))
      solver.feed(activation, 0, receiversOf(solver.values, fn, fn.owner));
  }
  solver.runIfNew(activation);
}

/** The class's instances and those of the classes below it that inherit the method. */
function receiversOf(values: Values, fn: FunctionThing, owner: ClassThing): ValueSet {
  const heirs = subclassesOf(owner).filter((type) => {
    const definer = type.order.find(
      (each) => each.kind === 'class' && each.fields?.get(fn.frame.name)?.total.id,
    );
    return definer === owner;
  });
  return values.from([owner.instance, ...heirs.slice(0, 24).map((type) => type.instance)]);
}
