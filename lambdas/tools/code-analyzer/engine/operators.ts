import { positionalOnly } from './arguments.ts';
import type { Expression } from './ast.ts';
import type { Body } from './body.ts';
import { callFirstSpecial, callSpecial, hasSpecial } from './calls.ts';
import { fillPositions, makeContainer, positionsOf } from './containers.ts';
import { evaluate } from './evaluate.ts';
import type { ValueSet } from './things.ts';

export const BINARY: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'truediv',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
  '@': 'matmul',
  '<<': 'lshift',
  '>>': 'rshift',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};
export const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '__lt__',
  '<=': '__le__',
  '>': '__gt__',
  '>=': '__ge__',
  '==': '__eq__',
  '!=': '__ne__',
  '<>': '__ne__',
};
/** What the right operand is asked when the left has no answer. */
const REFLECTED: Readonly<Record<string, string>> = {
  __lt__: '__gt__',
  __le__: '__ge__',
  __gt__: '__lt__',
  __ge__: '__le__',
  __eq__: '__eq__',
  __ne__: '__ne__',
};
export const UNARY: Readonly<Record<string, string>> = {
  '-': '__neg__',
  '+': '__pos__',
  '~': '__invert__',
  not: '__bool__',
};

/** Shorter beginnings say nothing about which names are meant. */
const MIN_PREFIX = 3;

/** A text of which only the beginning is known, such as `f"visit_{name}"`: enough to find methods by. */
export function beginningWith(body: Body, prefix: string): ValueSet {
  const { values } = body;
  const text = values.of(values.constant('str', null));
  if (prefix.length < MIN_PREFIX) return text;
  return values.union(text, values.of(values.constant('prefix', prefix)));
}

export function binary(body: Body, operator: string, left: ValueSet, right: ValueSet, at: number): ValueSet {
  const { values } = body;
  const a = body.resolve(left);
  const b = body.resolve(right);
  const [x] = a.items;
  const [y] = b.items;
  const joined = operator === '+' ? joinTexts(body, a, b) : null;
  if (joined) return joined;
  if (x?.kind === 'constant' && y?.kind === 'constant' && a.items.length === 1 && b.items.length === 1) {
    return values.of(values.constant(x.type === 'int' && y.type === 'float' ? 'float' : x.type, null));
  }
  const isText =
    x?.kind === 'constant' && x.type === 'str' && typeof x.value === 'string' && a.items.length === 1;
  if (isText && (operator === '+' || operator === '%')) {
    return beginningWith(body, String(x.value).split(operator === '%' ? '%' : '\0')[0] ?? '');
  }
  const name = BINARY[operator];
  if (!name) return values.empty;
  const forward = callSpecial(body, a, `__${name}__`, positionalOnly(b), at);
  const backward = hasInstance(b)
    ? callSpecial(body, b, `__r${name}__`, positionalOnly(a), at)
    : values.empty;
  let result = values.union(forward, backward);
  for (const thing of [...a.items, ...(operator === '%' ? [] : b.items)]) {
    if (thing.kind === 'constant')
      result = values.union(result, values.of(values.constant(thing.type, null)));
    if (thing.kind === 'container' && (operator === '+' || operator === '|' || operator === '*')) {
      result = values.union(result, values.of(thing));
    }
    // `A | B` between types is a union of them.
    if (operator === '|' && thing.kind === 'class') result = values.union(result, values.of(thing));
  }
  if (operator === '+' && a.items.length > 0 && b.items.length > 0)
    return concatenation(body, a, b, result, at);
  return result;
}

/** More texts than this on one side are not followed one by one. */
const MAX_TEXTS = 16;

/** What two sets of constant texts give together; null where not all are known. */
function joinTexts(body: Body, left: ValueSet, right: ValueSet): ValueSet | null {
  const { values } = body;
  const texts = (set: ValueSet): string[] | null => {
    const known: string[] = [];
    for (const item of set.items) {
      const isKnown = item.kind === 'constant' && item.type === 'str' && typeof item.value === 'string';
      // In a loop, what was joined before could grow without end.
      if (!isKnown || (body.repeats > 0 && body.solver.joined.has(item))) return null;
      known.push(String(item.value));
    }
    return known.length > 0 && known.length <= MAX_TEXTS ? known : null;
  };
  const heads = texts(left);
  const tails = heads && texts(right);
  if (!tails) return null;
  const results = heads.flatMap((head) => tails.map((tail) => values.constant('str', head + tail)));
  if (results.some((each) => String(each.value).length > 80)) return null;
  for (const each of results) body.solver.joined.add(each);
  return values.from(results);
}

export function concatenation(body: Body, a: ValueSet, b: ValueSet, result: ValueSet, at: number): ValueSet {
  const { values } = body;
  const [x] = a.items;
  const [y] = b.items;
  if (x?.kind !== 'container' || y?.kind !== 'container' || a.items.length > 1 || b.items.length > 1)
    return result;
  const left = positionsOf(body, x);
  const right = positionsOf(body, y);
  if (!left || !right || body.repeats > 0) return result;
  const elements = [...left, ...right];
  const container = makeContainer(body, x.type, at, '+', elements.length);
  fillPositions(body, container, elements);
  return values.of(container);
}

export function hasInstance(set: ValueSet): boolean {
  return set.items.some((thing) => thing.kind === 'instance');
}

export function compare(body: Body, expression: Extract<Expression, { k: 'compare' }>): ValueSet {
  const { values } = body;
  const operands = expression.operands.map((operand) => body.resolve(evaluate(body, operand)));
  for (let index = 0; index < expression.operators.length; index += 1) {
    const operator = expression.operators[index] ?? '';
    const left = operands[index];
    const right = operands[index + 1];
    if (!left || !right) continue;
    if (operator === 'in' || operator === 'not in') {
      callSpecial(body, right, '__contains__', positionalOnly(left), expression.at);
    } else {
      const method = COMPARISONS[operator];
      if (method) compareBy(body, method, left, right, expression.at);
    }
  }
  return values.of(values.constant('bool', null));
}

/** What a comparison calls, of the left operand or reflected of the right one. */
export function compareBy(body: Body, method: string, left: ValueSet, right: ValueSet, at: number): void {
  if (!hasInstance(left) && !hasInstance(right)) return;
  // Unless it is defined, `!=` is the opposite of `==`.
  const namesOf = (name: string): string[] => (name === '__ne__' ? ['__ne__', '__eq__'] : [name]);
  if (hasInstance(left)) callFirstSpecial(body, left, namesOf(method), positionalOnly(right), at);
  if (!hasInstance(right)) return;
  const answers = namesOf(method);
  const unanswered = left.items.filter((thing) => !answers.some((name) => hasSpecial(body, thing, name)));
  const reflected = REFLECTED[method];
  if (reflected && unanswered.length > 0)
    callFirstSpecial(body, right, namesOf(reflected), positionalOnly(body.values.from(unanswered)), at);
}
