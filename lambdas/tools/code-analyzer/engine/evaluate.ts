import { type Arguments, NO_ARGUMENTS, positionalOnly, spreadInto } from './arguments.ts';
import { assign } from './assign.ts';
import type { CallExpression, Expression } from './ast.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { copyEntries } from './builtin-collections.ts';
import { callFirstSpecial, callSpecial, callValues } from './calls.ts';
import {
  awaitValues,
  fillLiteral,
  iterate,
  type LiteralEntry,
  makeContainer,
  positionsOf,
  readElement,
  yieldsOf,
} from './containers.ts';
import { execute } from './execute.ts';
import { callCallbacks, isPython } from './foreign-calls.ts';
import { isNamedTuple } from './made-classes.ts';
import { beginningWith, binary, compare, UNARY } from './operators.ts';
import { attributeView, evaluateComprehension, evaluateSequence, slice } from './sequences.ts';
import type { Thing, ValueSet } from './things.ts';
import { typeValues } from './types.ts';
import { updateAttributes } from './write-attribute.ts';

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
        return body.activation.sent;
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
    case 'first': {
      // What the project defines goes before what something outside of it might.
      let foreign = values.empty;
      for (const option of expression.options) {
        const value = evaluate(body, option);
        if (value.items.some((thing) => thing.kind !== 'external')) return value;
        if (foreign.id === 0) foreign = value;
      }
      return foreign;
    }
    case 'cast':
      return cast(body, evaluate(body, expression.value), expression.type);
    case 'block':
      execute(body, expression.body);
      return evaluate(body, expression.value);
    case 'fields':
      return values.empty;
    case 'text':
      for (const part of expression.parts) {
        callFirstSpecial(body, evaluate(body, part), TEXT, NO_ARGUMENTS, part.at);
      }
      return beginningWith(body, expression.prefix ?? '');
  }
}

/** The values that are of a declared type; what the type admits when none is known. */
function cast(body: Body, value: ValueSet, type: Expression): ValueSet {
  const { values, solver } = body;
  const given = body.resolve(value);
  const admitted = new Set(typeValues(body, type).items);
  if (admitted.size === 0) return value;
  const fitting = given.items.filter((thing) => thing.kind !== 'instance' || admitted.has(thing));
  const isKnown = fitting.some((thing) => thing.kind !== 'external');
  if (isKnown || given.items.some((thing) => thing.kind !== 'external')) return values.from(fitting);
  if (solver.typed) return values.from([...fitting, ...admitted]);
  solver.needsTypes.add(body.activation);
  return values.empty;
}

const TEXT = ['__format__', '__str__', '__repr__'];
const TRUTH = ['__bool__', '__len__'];

/** Testing a value calls `__bool__`, or `__len__` where there is none. */
export function truth(body: Body, tested: ValueSet, at: number): void {
  callFirstSpecial(body, tested, TRUTH, NO_ARGUMENTS, at);
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
    const more = spreadInto(body, positional, value, argument.at);
    if (more) spread = spread ? body.values.union(spread, more) : more;
  }
  if (call.keywords.length === 0)
    return { positional, spread, keywords: NO_ARGUMENTS.keywords, mappings: NO_ARGUMENTS.mappings };
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
  const namespace =
    call.callee.k === 'attribute' && call.callee.name === 'update' ? ownerOf(call.callee) : null;
  if (namespace) updateAttributes(body, evaluate(body, namespace), args, call.at);
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

/** The object whose attributes `object.__dict__` and `vars(object)` give as a mapping. */
function ownerOf({ object }: Extract<Expression, { k: 'attribute' }>): Expression | null {
  if (object.k === 'attribute' && object.name === '__dict__') return object.object;
  const isVars = object.k === 'call' && object.callee.k === 'name' && object.callee.name === 'vars';
  return isVars ? (object.positional[0] ?? null) : null;
}

/** Builtin mappings ask `__missing__` for keys they don't have. */
function isMapping(type: Thing): boolean {
  if (type.kind === 'builtin') return type.name === 'dict';
  return type.kind === 'external' && /^collections\.\w*[dD]ict$/.test(type.path);
}

function evaluateSubscript(body: Body, expression: Extract<Expression, { k: 'subscript' }>): ValueSet {
  const { index, at } = expression;
  const objects = evaluate(body, expression.object);
  const key = evaluate(body, index);
  return subscript(body, objects, key, at, index.k === 'slice' ? index : null);
}

/** `objects[key]`, or a slice of them. */
export function subscript(
  body: Body,
  objects: ValueSet,
  key: ValueSet,
  at: number,
  range: Extract<Expression, { k: 'slice' }> | null = null,
): ValueSet {
  const { values } = body;
  let result = values.empty;
  for (const thing of body.resolve(objects).items) {
    let part = values.empty;
    if (thing.kind === 'container') {
      part = range ? slice(body, thing, range) : readElement(body, thing, key);
    } else if (!isPython(body) && thing.kind !== 'constant') {
      part = attributeView(body, thing, key);
    } else if (thing.kind === 'instance' && isNamedTuple(thing.type)) {
      part = elementOf(body, thing, key);
    } else if (thing.kind === 'instance') {
      let own = callSpecial(body, values.of(thing), '__getitem__', positionalOnly(key), at);
      if (thing.type.order.some(isMapping)) {
        const missing = callSpecial(body, values.of(thing), '__missing__', positionalOnly(key), at);
        own = values.union(own, missing);
      }
      part = values.union(own, thing.fields?.has('[all]') ? readElement(body, thing, key) : values.empty);
      if (!thing.type.order.some(isMapping) && thing.fields?.has('[all]') === false && own.id === 0)
        part = attributeView(body, thing, key);
    } else if (thing.kind === 'class' && thing.isEnum) {
      part = values.of(thing.instance);
    } else if (thing.kind === 'class') {
      // A generic class with its parameters is the class.
      const item = callSpecial(body, values.of(thing), '__getitem__', positionalOnly(key), at);
      part = item.id === 0 ? values.of(thing) : item;
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

/** An element of a tuple whose elements have names. */
function elementOf(body: Body, tuple: Thing, key: ValueSet): ValueSet {
  const positions = positionsOf(body, tuple) ?? [];
  const [only] = body.resolve(key).items;
  if (only?.kind !== 'constant' || typeof only.value !== 'number') return body.values.unionAll(positions);
  return positions.at(only.value) ?? body.values.empty;
}
