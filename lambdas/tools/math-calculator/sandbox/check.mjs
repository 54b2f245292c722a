import { ALLOWED_FUNCTIONS, CONSTANTS, OPTIONS, SYMBOLIC_FUNCTIONS, TEXT_FUNCTIONS } from './allowed.mjs';

const MAX_NODES = 5_000;
const MAX_DEPTH = 500;

/** A refusal with the name under which the step fails. */
export class Refusal extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

const NODES = new Set(
  (
    'ArrayNode AssignmentNode BlockNode ConditionalNode ConstantNode FunctionAssignmentNode FunctionNode IndexNode ' +
    'AccessorNode OperatorNode ParenthesisNode RangeNode RelationalNode SymbolNode'
  ).split(' '),
);
const invalid = (message) => new Refusal('InvalidExpression', message);

/** Parses; what the parser refuses is an InvalidExpression with its own explanation. */
export function parseExpression(math, text) {
  try {
    return math.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw invalid('The expression is nested too deeply; split it up.');
    throw invalid(`The expression cannot be read: ${error.message}.`);
  }
}

/** `derivative(x^2, x)` means `derivative("x^2", "x")`: arguments of symbolic functions become text. */
export function quoteSymbolicArguments(math, tree) {
  return tree.transform((node) => {
    if (!node.isFunctionNode || !SYMBOLIC_FUNCTIONS.has(node.fn?.name)) return node;
    const args = node.args.map((arg) =>
      arg.isConstantNode ? arg : new math.ConstantNode(arg.toString({ parenthesis: 'keep' })),
    );
    return new math.FunctionNode(node.fn, args);
  });
}

/**
 * Walks the whole tree before anything is evaluated: only known kinds of nodes, allowed functions, numbers,
 * and names that are variables, constants or units.
 * @param given names of variables
 * @returns {{functions: Set<string>}} the functions it calls
 */
export function checkExpression(math, tree, given, options = { freeSymbols: false }) {
  const known = new Set();
  const functions = new Set();
  let nodes = 0;
  for (const name of given) define(name);

  function checkCall(node) {
    const { name } = node.fn;
    if (!node.fn.isSymbolNode) throw invalid('Only a named function can be called.');
    if (known.has(name)) return;
    if (!ALLOWED_FUNCTIONS.has(name)) {
      throw new Refusal('ForbiddenFunction', `The function "${name}" is not available in the calculator.`);
    }
    functions.add(name);
    if (!SYMBOLIC_FUNCTIONS.has(name)) return;
    for (const arg of node.args) {
      if (typeof arg.value !== 'string') continue;
      const inner = parseExpression(math, arg.value);
      for (const used of checkExpression(math, inner, [...known], { freeSymbols: true }).functions)
        functions.add(used);
    }
  }
  function checkSymbol(node, parent, role) {
    const { name } = node;
    if (role === 'fn' && parent.isFunctionNode) return;
    if (known.has(name) || CONSTANTS.has(name) || options.freeSymbols) {
      if (name.startsWith('__') || name === 'constructor' || name === 'prototype')
        throw invalid(`"${name}" is no name.`);
      return;
    }
    if (ALLOWED_FUNCTIONS.has(name)) {
      functions.add(name);
      return;
    }
    if (math.Unit.isValuelessUnit(name)) return;
    if (math[name] !== undefined) {
      throw new Refusal('ForbiddenFunction', `The function "${name}" is not available in the calculator.`);
    }
    throw invalid(`"${name}" is neither a variable, a constant nor a unit; give its value in variables.`);
  }
  function define(name) {
    // A name that may be assigned or not (`false ? (parse = 1) : 0`) must be harmless either way.
    const isLibraryFunction = typeof math[name] === 'function' && !math.Unit.isValuelessUnit(name);
    if ((isLibraryFunction && !ALLOWED_FUNCTIONS.has(name)) || /^(__|constructor$|prototype$)/.test(name)) {
      throw invalid(`"${name}" cannot be a variable; choose another name.`);
    }
    known.add(name);
  }
  function visit(node, parent, role, depth) {
    nodes += 1;
    if (nodes > MAX_NODES) throw invalid(`The expression has more than ${MAX_NODES} parts; split it up.`);
    if (depth > MAX_DEPTH) throw invalid('The expression is nested too deeply; split it up.');
    if (!NODES.has(node.type)) throw invalid(`The calculator does not know ${describe(node.type)}.`);
    if (node.isFunctionNode) checkCall(node);
    if (node.isSymbolNode) checkSymbol(node, parent, role);
    if (node.isConstantNode && typeof node.value === 'string') checkText(node, parent);
    if (node.isAccessorNode && !node.index.isIndexNode) throw invalid('A value has no properties here.');
    if (node.isIndexNode && node.dotNotation) throw invalid('A value has no properties here.');
    if (node.isAssignmentNode) {
      if (!node.object.isSymbolNode) throw invalid('Only a variable can be assigned to.');
      node.value !== undefined && visit(node.value, node, 'value', depth + 1);
      node.index && visit(node.index, node, 'index', depth + 1);
      define(node.object.name);
      return;
    }
    if (node.isFunctionAssignmentNode) {
      const before = new Set(known);
      define(node.name);
      for (const parameter of node.params) define(parameter);
      visit(node.expr, node, 'expr', depth + 1);
      for (const parameter of node.params) if (!before.has(parameter)) known.delete(parameter);
      return;
    }
    node.forEach((child, path) => {
      visit(child, node, path, depth + 1);
    });
  }
  visit(tree, null, '', 0);
  return { functions };
}

function checkText(node, parent) {
  if (parent?.isFunctionNode && OPTIONS.has(node.value)) return;
  if (
    parent?.isFunctionNode &&
    (TEXT_FUNCTIONS.has(parent.fn.name) || SYMBOLIC_FUNCTIONS.has(parent.fn.name))
  )
    return;
  throw invalid('The calculator works on numbers, not on text.');
}

function describe(type) {
  return type === 'ObjectNode' ? 'objects' : `"${type}"`;
}
