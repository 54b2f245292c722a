import { spreadInto } from './arguments.ts';
import { assign } from './assign.ts';
import type { ComprehensionExpression, Expression } from './ast.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import {
  fillLiteral,
  fillPositions,
  iterate,
  type LiteralEntry,
  makeContainer,
  positionsOf,
  readElement,
  writeElement,
} from './containers.ts';
import { evaluate, truth } from './evaluate.ts';
import type { Thing, ValueSet } from './things.ts';

/** `vars(x)[name]`, `globals()[name]` and `x.__dict__[name]` read attributes. */
export function attributeView(body: Body, thing: Thing, key: ValueSet): ValueSet {
  let result = body.values.empty;
  for (const each of body.resolve(key).items) {
    if (each.kind !== 'constant' || typeof each.value !== 'string') continue;
    result = body.values.union(result, readAttribute(body, body.values.of(thing), each.value, 0));
  }
  return result;
}

export function slice(body: Body, thing: Thing, range: Extract<Expression, { k: 'slice' }>): ValueSet {
  const { values } = body;
  const positions = positionsOf(body, thing);
  const bounds = [range.from, range.to].map((bound) => {
    if (!bound) return undefined;
    const [only, ...others] = body.resolve(evaluate(body, bound)).items;
    return only?.kind === 'constant' && typeof only.value === 'number' && others.length === 0
      ? only.value
      : null;
  });
  const type = thing.kind === 'container' ? thing.type : 'list';
  const [from, to] = bounds;
  if (positions && from !== null && to !== null && !range.step) {
    const elements = positions.slice(from, to);
    const container = makeContainer(body, type, range.at, 'slice', elements.length);
    fillPositions(body, container, elements);
    return values.of(container);
  }
  const container = makeContainer(body, type, range.at, 'slice');
  writeElement(body, container, null, readElement(body, thing, values.empty), false);
  return values.of(container);
}

export function evaluateSequence(body: Body, expression: Extract<Expression, { k: 'sequence' }>): ValueSet {
  const { values } = body;
  const evaluated = expression.items.map((item) => evaluate(body, item));
  const container = makeContainer(body, expression.type, expression.at, '', expression.items.length);
  const entries: LiteralEntry[] = [];
  const indexed = expression.type !== 'set';
  let exact = true;
  const add = (value: ValueSet): void => {
    entries.push({
      key: exact && indexed ? values.of(values.constant('int', entries.length)) : null,
      value,
    });
  };
  for (let index = 0; index < evaluated.length; index += 1) {
    const item = expression.items[index] as Expression;
    const value = evaluated[index] as ValueSet;
    if (item.k !== 'starred') {
      add(value);
      continue;
    }
    const elements: ValueSet[] = [];
    const more = spreadInto(body, elements, value, item.at);
    for (const element of elements) add(element);
    if (!more) continue;
    exact = false;
    add(more);
  }
  fillLiteral(body, container, entries);
  return values.of(container);
}

export function evaluateComprehension(body: Body, expression: ComprehensionExpression): ValueSet {
  const { values } = body;
  const type = expression.type === 'generator' ? 'list' : expression.type;
  body.repeats += 1;
  for (const clause of expression.clauses) {
    if ('test' in clause) {
      truth(body, evaluate(body, clause.test), expression.at);
    } else {
      assign(
        body,
        clause.target,
        iterate(body, evaluate(body, clause.iterable), clause.iterable.at, clause.isAsync),
      );
    }
  }
  const key = expression.key ? evaluate(body, expression.key) : null;
  const element = evaluate(body, expression.element);
  body.repeats -= 1;
  const container = makeContainer(body, type, expression.at);
  writeElement(body, container, type === 'dict' ? key : null, element, false);
  return values.of(container);
}
