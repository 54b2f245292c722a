import type { Expression } from './ast.ts';
import type { Body } from './body.ts';
import { evaluate } from './evaluate.ts';
import type { Thing } from './things.ts';
import { instancesOf } from './types.ts';

/** Where a test holds or fails, the variable it asks about has only the values for which it does. */
export function narrow(body: Body, test: Expression, holds: boolean): void {
  if (test.k === 'unary' && test.operator === 'not') {
    narrow(body, test.operand, !holds);
  } else if (test.k === 'either' && test.test && test.options.length === 1) {
    // All parts of an `and` hold; which of them fails is not known.
    if (!holds) return;
    narrow(body, test.test, true);
    for (const option of test.options) narrow(body, option, true);
  } else if (test.k === 'call' && test.callee.k === 'name' && test.callee.name === 'isinstance') {
    narrowToTypes(body, test.positional, holds);
  }
}

function narrowToTypes(body: Body, asked: readonly Expression[], holds: boolean): void {
  const { solver, values } = body;
  const [subject, type] = asked;
  if (subject?.k !== 'name' || !subject.variable || !type) return;
  const current = body.resolve(body.readName(subject.name, subject.variable)).items;
  // Of a single value, or none, nothing is left out where the test fails.
  if (!holds && current.length < 2) return;
  const options = type.k === 'sequence' ? type.items : [type];
  const types = options.flatMap((option) => [...body.resolve(evaluate(body, option)).items]);
  if (types.length === 0 || types.some((each) => each.kind !== 'class')) return;
  const fits = (thing: Thing): boolean =>
    thing.kind === 'instance' && types.some((each) => thing.type.order.includes(each));
  const fitting = current.filter((thing) => fits(thing) === holds);
  if (fitting.length > 0) {
    if (fitting.length < current.length) body.writeName(subject.variable, values.from(fitting));
  } else if (holds && current.length === 0) {
    // Nothing is known of it: the test says as much as a declared type.
    if (!solver.typed) solver.needsTypes.add(body.activation);
    else body.writeName(subject.variable, values.unionAll(types.map((each) => instancesOf(body, each))));
  }
}
