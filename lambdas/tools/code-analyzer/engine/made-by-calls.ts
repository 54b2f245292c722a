import type { Activation } from './activation.ts';
import type { Container, GeneratorThing } from './things.ts';
import type { Values } from './values.ts';

/** What calling a generator or coroutine gives. */
export function generatorOf(values: Values, activation: Activation, isCoroutine: boolean): GeneratorThing {
  activation.generator ??= {
    id: values.newId(),
    kind: 'generator',
    fields: null,
    activation,
    isCoroutine,
  };
  return activation.generator;
}

/** The tuple or dict of a `*args` or `**kwargs` parameter. */
export function restOf(
  values: Values,
  activation: Activation,
  index: number,
  type: 'tuple' | 'dict',
): Container {
  let rest = activation.rests[index];
  if (!rest) {
    rest = { id: values.newId(), kind: 'container', fields: null, type, owner: null, many: true };
    activation.rests[index] = rest;
  }
  return rest;
}
