import type { CallExpression, ComprehensionExpression, Expression } from './ast.ts';
import { readAttribute, writeAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { copyEntries } from './builtins.ts';
import {
  type Arguments,
  callSpecial,
  callValues,
  NO_ARGUMENTS,
  positionalOnly,
  spreadInto,
} from './calls.ts';
import {
  awaitValues,
  fillLiteral,
  fillPositions,
  iterate,
  type LiteralEntry,
  makeContainer,
  positionsOf,
  readElement,
  writeElement,
  yieldsOf,
} from './containers.ts';
import { execute } from './execute.ts';
import { callCallbacks, isPython } from './foreign-calls.ts';
import { typeValues } from './types.ts';
import type { Thing, ValueSet } from './values.ts';

const BINARY: Readonly<Record<string, string>> = {
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
const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '__lt__',
  '<=': '__le__',
  '>': '__gt__',
  '>=': '__ge__',
  '==': '__eq__',
  '!=': '__ne__',
  '<>': '__ne__',
};
const UNARY: Readonly<Record<string, string>> = {
  '-': '__neg__',
  '+': '__pos__',
  '~': '__invert__',
  not: '__bool__',
};

/** The values an expression may have; notes the calls in it. */
export function evaluate(body: Body, expression: Expression): ValueSet {
  const { values } = body;
  switch (expression.k) {
    case 'constant':
      return expression.type === 'unknown'
        ? values.empty
        : values.of(values.constant(expression.type, expression.value));
    case 'name':
      return body.readName(expression.name, expression.variable);
    case 'attribute':
      return readAttribute(body, evaluate(body, expression.object), expression.name, expression.at);
    case 'imported':
      return body.solver.imported(body.activation, expression);
    case 'call':
      return evaluateCall(body, expression);
    case 'subscript':
      return evaluateSubscript(body, expression);
    case 'lambda':
      return values.of(body.solver.defineFunction(body, expression.frame));
    case 'sequence':
      return evaluateSequence(body, expression);
    case 'dict': {
      const container = makeContainer(body, 'dict', expression.at, '', expression.values.length);
      const entries: LiteralEntry[] = [];
      for (const [index, value] of expression.values.entries()) {
        const key = expression.keys[index];
        if (key) {
          const keySet = evaluate(body, key);
          entries.push({ key: keySet, value: evaluate(body, value) });
        } else {
          fillLiteral(body, container, entries.splice(0));
          copyEntries(body, evaluate(body, value), container, expression.at);
        }
      }
      fillLiteral(body, container, entries);
      return values.of(container);
    }
    case 'comprehension':
      return evaluateComprehension(body, expression);
    case 'either': {
      if (expression.test) truth(body, evaluate(body, expression.test), expression.at);
      let result = values.empty;
      for (const option of expression.options) result = values.union(result, evaluate(body, option));
      return result;
    }
    case 'binary':
      return binary(
        body,
        expression.operator,
        evaluate(body, expression.left),
        evaluate(body, expression.right),
        expression.at,
      );
    case 'unary': {
      const operand = evaluate(body, expression.operand);
      if (expression.operator === 'not') {
        truth(body, operand, expression.at);
        return values.of(values.constant('bool', null));
      }
      const [only, ...others] = operand.items;
      if (only?.kind === 'constant' && others.length === 0) {
        const negated = expression.operator === '-' && typeof only.value === 'number' ? -only.value : null;
        return values.of(values.constant(only.type, negated));
      }
      return callSpecial(body, operand, UNARY[expression.operator] ?? '__neg__', NO_ARGUMENTS, expression.at);
    }
    case 'compare':
      return compare(body, expression);
    case 'await':
      return awaitValues(body, evaluate(body, expression.value), expression.at);
    case 'yield': {
      const value = expression.value ? evaluate(body, expression.value) : values.empty;
      if (!expression.from) {
        body.solver.addYield(body.activation, body.resolve(value));
        return values.empty;
      }
      body.solver.addYield(body.activation, iterate(body, value, expression.at));
      let result = values.empty;
      for (const thing of body.resolve(value).items) {
        if (thing.kind !== 'generator') continue;
        yieldsOf(body, thing);
        result = values.union(result, body.solver.returnedBy(thing.activation));
      }
      return result;
    }
    case 'assign_expression': {
      const value = evaluate(body, expression.value);
      assign(body, expression.target, value);
      return value;
    }
    case 'starred':
      return evaluate(body, expression.value);
    case 'slice':
      for (const part of [expression.from, expression.to, expression.step]) if (part) evaluate(body, part);
      return values.empty;
    case 'first':
      for (const option of expression.options) {
        const value = evaluate(body, option);
        if (value.id !== 0) return value;
      }
      return values.empty;
    case 'cast':
      return cast(body, evaluate(body, expression.value), expression.type);
    case 'block':
      execute(body, expression.body);
      return evaluate(body, expression.value);
    case 'fields':
      return values.empty;
    case 'text':
      for (const part of expression.parts) {
        callSpecial(body, evaluate(body, part), '__str__', NO_ARGUMENTS, part.at);
      }
      return values.of(values.constant('str', null));
  }
}

/** The values that are of a declared type; what the type admits when none is known. */
function cast(body: Body, value: ValueSet, type: Expression): ValueSet {
  const { values, solver } = body;
  const admitted = new Set(typeValues(body, type).items);
  const fitting = body
    .resolve(value)
    .items.filter((thing) => thing.kind !== 'instance' || admitted.has(thing));
  if (fitting.length > 0 || value.id !== 0) return values.from(fitting);
  if (solver.typed) return values.from([...admitted]);
  solver.needsTypes.add(body.activation);
  return values.empty;
}

/** Testing a value calls `__bool__`, or `__len__` where there is none. */
export function truth(body: Body, tested: ValueSet, at: number): void {
  callSpecial(body, tested, '__bool__', NO_ARGUMENTS, at);
}

export function evaluateArguments(
  body: Body,
  call: Pick<CallExpression, 'positional' | 'keywords'>,
): Arguments {
  if (call.positional.length === 0 && call.keywords.length === 0) return NO_ARGUMENTS;
  const positional: ValueSet[] = [];
  let spread: ValueSet | null = null;
  for (const argument of call.positional) {
    const value = evaluate(body, argument);
    if (argument.k !== 'starred') {
      if (spread) spread = body.values.union(spread, value);
      else positional.push(value);
      continue;
    }
    const more = spreadInto(body, positional, value);
    if (more) spread = spread ? body.values.union(spread, more) : more;
  }
  const keywords = new Map<string, ValueSet>();
  const mappings: ValueSet[] = [];
  for (const { name, value } of call.keywords) {
    if (name === null) mappings.push(evaluate(body, value));
    else keywords.set(name, evaluate(body, value));
  }
  return { positional, spread, keywords, mappings };
}

function evaluateCall(body: Body, call: CallExpression): ValueSet {
  const callee = evaluate(body, call.callee);
  const args = evaluateArguments(body, call);
  const result = callValues(body, callee, args, call.at);
  if (callee.id === 0 && !isPython(body)) callCallbacks(body, args, body.values.empty, call.at);
  if (!call.evaluated) return result;
  let value = result;
  for (const statement of call.evaluated) {
    if (statement.k === 'expression') value = body.values.union(value, evaluate(body, statement.value));
    else execute(body, [statement]);
  }
  return value;
}

function evaluateSubscript(body: Body, expression: Extract<Expression, { k: 'subscript' }>): ValueSet {
  const { values } = body;
  const objects = body.resolve(evaluate(body, expression.object));
  const key = evaluate(body, expression.index);
  let result = values.empty;
  for (const thing of objects.items) {
    let part = values.empty;
    if (thing.kind === 'container') {
      part =
        expression.index.k === 'slice' ? slice(body, thing, expression.index) : readElement(body, thing, key);
    } else if (!isPython(body) && thing.kind !== 'constant') {
      part = attributeView(body, thing, key);
    } else if (thing.kind === 'instance') {
      const own = callSpecial(body, values.of(thing), '__getitem__', positionalOnly(key), expression.at);
      part = values.union(own, thing.fields?.has('[all]') ? readElement(body, thing, key) : values.empty);
      if (thing.fields?.has('[all]') === false && own.id === 0) part = attributeView(body, thing, key);
    } else if (thing.kind === 'class') {
      // A generic class with its parameters is the class.
      part = values.of(thing);
    } else if (thing.kind === 'external' || thing.kind === 'builtin') {
      part = values.of(thing);
    } else if (thing.kind === 'module') {
      part = attributeView(body, thing, key);
    } else if (thing.kind === 'constant') {
      part = values.of(values.constant(thing.type, null));
    }
    result = values.union(result, part);
  }
  return result;
}

/** `vars(x)[name]`, `globals()[name]` and `x.__dict__[name]` read attributes. */
function attributeView(body: Body, thing: Thing, key: ValueSet): ValueSet {
  let result = body.values.empty;
  for (const each of body.resolve(key).items) {
    if (each.kind !== 'constant' || typeof each.value !== 'string') continue;
    result = body.values.union(result, readAttribute(body, body.values.of(thing), each.value, 0));
  }
  return result;
}

function slice(body: Body, thing: Thing, range: Extract<Expression, { k: 'slice' }>): ValueSet {
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

function evaluateSequence(body: Body, expression: Extract<Expression, { k: 'sequence' }>): ValueSet {
  const { values } = body;
  const evaluated = expression.items.map((item) => ({ item, value: evaluate(body, item) }));
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
  for (const { item, value } of evaluated) {
    if (item.k !== 'starred') {
      add(value);
      continue;
    }
    const elements: ValueSet[] = [];
    const more = spreadInto(body, elements, value);
    for (const element of elements) add(element);
    if (!more) continue;
    exact = false;
    add(more);
  }
  fillLiteral(body, container, entries);
  return values.of(container);
}

function evaluateComprehension(body: Body, expression: ComprehensionExpression): ValueSet {
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

export function binary(body: Body, operator: string, left: ValueSet, right: ValueSet, at: number): ValueSet {
  const { values } = body;
  const a = body.resolve(left);
  const b = body.resolve(right);
  const [x] = a.items;
  const [y] = b.items;
  if (x?.kind === 'constant' && y?.kind === 'constant' && a.items.length === 1 && b.items.length === 1) {
    if (operator === '+' && typeof x.value === 'string' && typeof y.value === 'string' && x.type === 'str') {
      const text = x.value + y.value;
      // Results that could grow without end are only known by type.
      return values.of(values.constant('str', body.repeats === 0 && text.length <= 80 ? text : null));
    }
    return values.of(values.constant(x.type === 'int' && y.type === 'float' ? 'float' : x.type, null));
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

function concatenation(body: Body, a: ValueSet, b: ValueSet, result: ValueSet, at: number): ValueSet {
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

function hasInstance(set: ValueSet): boolean {
  return set.items.some((thing) => thing.kind === 'instance');
}

function compare(body: Body, expression: Extract<Expression, { k: 'compare' }>): ValueSet {
  const { values } = body;
  const operands = expression.operands.map((operand) => body.resolve(evaluate(body, operand)));
  for (const [index, operator] of expression.operators.entries()) {
    const left = operands[index];
    const right = operands[index + 1];
    if (!left || !right) continue;
    if (operator === 'in' || operator === 'not in') {
      callSpecial(body, right, '__contains__', positionalOnly(left), expression.at);
    } else {
      const method = COMPARISONS[operator];
      if (method && hasInstance(left)) callSpecial(body, left, method, positionalOnly(right), expression.at);
    }
  }
  return values.of(values.constant('bool', null));
}

/** Binds a target (name, attribute, element, pattern of them) to a value. */
export function assign(body: Body, target: Expression, value: ValueSet): void {
  const { values } = body;
  switch (target.k) {
    case 'name':
      if (target.variable) body.writeName(target.variable, value);
      return;
    case 'attribute':
      writeAttribute(body, evaluate(body, target.object), target.name, value, target.at);
      return;
    case 'subscript': {
      const objects = body.resolve(evaluate(body, target.object));
      const key = evaluate(body, target.index);
      for (const thing of objects.items) {
        if (thing.kind === 'container') {
          const any = target.index.k === 'slice';
          writeElement(
            body,
            thing,
            any ? null : key,
            any ? iterate(body, value, target.at) : value,
            objects.items.length === 1,
          );
        } else if (thing.kind === 'instance') {
          const own = callSpecial(
            body,
            values.of(thing),
            '__setitem__',
            positionalOnly(key, value),
            target.at,
          );
          if (own.id === 0) writeElement(body, thing, key, value, false);
        } else if (thing.kind === 'module') {
          for (const each of body.resolve(key).items) {
            if (each.kind === 'constant' && typeof each.value === 'string') {
              writeAttribute(body, values.of(thing), each.value, value, target.at);
            }
          }
        }
      }
      return;
    }
    case 'sequence':
      unpack(body, target.items, value, target.at);
      return;
    case 'starred':
      assign(body, target.value, value);
      return;
    case 'fields':
      for (const entry of target.entries) {
        assign(body, entry.target, readAttribute(body, value, entry.name, target.at));
      }
      return;
    default:
      evaluate(body, target);
  }
}

/** Binds the items of `a, *b, c` to what each value of the right side holds at their places. */
function unpack(body: Body, items: readonly Expression[], value: ValueSet, at: number): void {
  const { values } = body;
  const results: ValueSet[] = items.map(() => values.empty);
  const star = items.findIndex((item) => item.k === 'starred');
  const add = (index: number, set: ValueSet): void => {
    results[index] = values.union(results[index] ?? values.empty, set);
  };
  const rest = star >= 0 ? makeContainer(body, 'list', items[star]?.at ?? at, 'rest') : null;
  for (const thing of body.resolve(value).items) {
    const positions = positionsOf(body, thing);
    if (!positions || positions.length === 0) {
      const elements = iterate(body, values.of(thing), at);
      for (const index of items.keys()) if (index !== star) add(index, elements);
      if (rest) writeElement(body, rest, null, elements, false);
      continue;
    }
    const tail = star >= 0 ? items.length - star - 1 : 0;
    for (const index of items.keys()) {
      if (index === star) continue;
      const place = star >= 0 && index > star ? positions.length - (items.length - index) : index;
      const element = positions[place];
      if (element) add(index, element);
    }
    if (!rest) continue;
    for (const [offset, element] of positions.slice(star, positions.length - tail).entries()) {
      writeElement(body, rest, values.of(values.constant('int', offset)), element, false);
    }
  }
  if (rest && star >= 0) results[star] = values.of(rest);
  for (const [index, item] of items.entries()) assign(body, item, results[index] ?? values.empty);
}
