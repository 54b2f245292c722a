import { positionalOnly } from './arguments.ts';
import type { Expression } from './ast.ts';
import type { Body } from './body.ts';
import { callValues } from './calls.ts';
import { evaluate } from './evaluate.ts';
import type { ValueSet } from './things.ts';

export function decorate(body: Body, defined: ValueSet, decorators: readonly Expression[]): ValueSet {
  const { values } = body;
  const callees = decorators.map((decorator) => ({ callee: evaluate(body, decorator), at: decorator.at }));
  let result = defined;
  for (const { callee, at } of callees.reverse()) {
    const resolved = body.resolve(callee);
    let next = values.empty;
    for (const each of resolved.items) {
      if (each.kind === 'builtin') {
        next = values.union(next, applyBuiltinDecorator(body, each.name, result, at));
      } else {
        next = values.union(next, callValues(body, values.of(each), positionalOnly(result), at));
      }
    }
    // What is not known to replace the definition leaves it as it is.
    if (next.id !== 0) result = next;
  }
  return result;
}

/** `@property`, `@staticmethod` and `@classmethod` change how a name is read; they call nothing. */
export function applyBuiltinDecorator(body: Body, name: string, defined: ValueSet, at: number): ValueSet {
  const { solver } = body;
  const recording = solver.quiet;
  solver.quiet = true;
  const result = callValues(body, body.values.of(body.values.builtin(name)), positionalOnly(defined), at);
  solver.quiet = recording;
  return result;
}
