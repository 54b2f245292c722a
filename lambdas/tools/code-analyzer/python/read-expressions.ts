import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  FunctionFrame,
  Statement,
} from '../engine/ast.ts';
import { Scope } from '../engine/scope.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { LiteralReader } from './read-literals.ts';

/** Deeper than any code a person writes; the interpreter recurses once or twice per level. */
const MAX_DEPTH = 250;

const LITERALS = new Map([
  ['none', 'None'],
  ['ellipsis', 'Ellipsis'],
  ['float', 'float'],
]);

/** Reads the expressions of a Python syntax tree. Subclassed by the statement reader, which owns the scopes. */
export abstract class ExpressionReader extends LiteralReader {
  protected depth = 0;

  protected abstract readLambda(node: SyntaxNode): FunctionFrame;

  protected abstract noteYield(): void;

  /** Parses the literal text given to eval, exec or a quoted annotation. */
  protected abstract readFragment(text: string, at: number): Statement[] | null;

  override expression(node: SyntaxNode): Expression {
    if (this.depth > MAX_DEPTH) {
      this.truncated = true;
      return this.unknown(node.start);
    }
    this.depth += 1;
    try {
      return this.expressionInside(node);
    } finally {
      this.depth -= 1;
    }
  }

  private expressionInside(node: SyntaxNode): Expression {
    const at = node.start;
    switch (node.type) {
      case 'identifier':
        return this.nameAt(this.slice(node), at);
      case 'attribute': {
        const name = node.get('attribute');
        const object = node.get('object');
        if (!object || !name) return this.unknown(at);
        // A call site of a chain is the line its own name is on.
        return { k: 'attribute', at: name.start, object: this.expression(object), name: this.slice(name) };
      }
      case 'call':
        return this.call(node);
      case 'string':
        return this.string(node);
      case 'concatenated_string':
        return this.concatenated(node);
      case 'integer': {
        const value = Number(this.slice(node).replaceAll('_', '').replace(/[lL]$/, ''));
        return { k: 'constant', at, type: 'int', value: Number.isSafeInteger(value) ? value : null };
      }
      case 'true':
      case 'false':
        return { k: 'constant', at, type: 'bool', value: node.type === 'true' ? 1 : 0 };
      case 'none':
      case 'ellipsis':
      case 'float':
        return { k: 'constant', at, type: LITERALS.get(node.type) ?? 'unknown', value: null };
      case 'parenthesized_expression':
      case 'parenthesized_list_splat':
      case 'type':
        return node.children[0] ? this.expression(node.children[0]) : this.unknown(at);
      case 'list':
      case 'list_pattern':
        return { k: 'sequence', at, type: 'list', items: this.items(node) };
      case 'tuple':
      case 'tuple_pattern':
      case 'pattern_list':
      case 'expression_list':
        return { k: 'sequence', at, type: 'tuple', items: this.items(node) };
      case 'set':
        return { k: 'sequence', at, type: 'set', items: this.items(node) };
      case 'dictionary':
        return this.dictionary(node);
      case 'list_comprehension':
        return this.comprehension(node, 'list');
      case 'set_comprehension':
        return this.comprehension(node, 'set');
      case 'dictionary_comprehension':
        return this.comprehension(node, 'dict');
      case 'generator_expression':
        return this.comprehension(node, 'generator');
      case 'subscript':
        return this.subscript(node);
      case 'slice':
        return this.sliceExpression(node);
      case 'generic_type': {
        const [object, index] = node.children;
        if (!object || !index) return this.unknown(at);
        return { k: 'subscript', at, object: this.expression(object), index: this.expression(index) };
      }
      case 'type_parameter':
        if (node.children.length === 1 && node.children[0]) return this.expression(node.children[0]);
        return { k: 'sequence', at, type: 'tuple', items: this.items(node) };
      case 'union_type':
        return { k: 'either', at, test: null, options: this.items(node) };
      case 'binary_operator':
      case 'boolean_operator':
        return this.operatorChain(node);
      case 'not_operator':
      case 'unary_operator': {
        const operand = node.get('argument');
        const operator = node.type === 'not_operator' ? 'not' : this.slice(node).charAt(0);
        return operand ? { k: 'unary', at, operator, operand: this.expression(operand) } : this.unknown(at);
      }
      case 'comparison_operator':
        return {
          k: 'compare',
          at,
          operators: node.all('operators').map((operator) => this.slice(operator)),
          operands: node.children.filter((child) => !child.field).map((child) => this.expression(child)),
        };
      case 'conditional_expression': {
        const [then, test, otherwise] = node.children;
        if (!then || !test || !otherwise) return this.unknown(at);
        const options = [this.expression(then), this.expression(otherwise)];
        return { k: 'either', at, test: this.expression(test), options };
      }
      case 'lambda':
        return { k: 'lambda', at, frame: this.readLambda(node) };
      case 'await':
        return node.children[0]
          ? { k: 'await', at, value: this.expression(node.children[0]) }
          : this.unknown(at);
      case 'yield': {
        this.noteYield();
        const value = this.optional(node.children[0]);
        return { k: 'yield', at, value, from: /^yield\s+from\b/.test(this.text.slice(at, at + 24)) };
      }
      case 'named_expression': {
        const name = node.get('name');
        const value = node.get('value');
        if (!name || !value) return this.unknown(at);
        let scope = this.scope;
        while (scope.isComprehension && scope.parent) scope = scope.parent;
        const target = this.target(this.slice(name), name.start, scope);
        return { k: 'assign_expression', at, target, value: this.expression(value) };
      }
      case 'list_splat':
      case 'list_splat_pattern':
        return node.children[0]
          ? { k: 'starred', at, value: this.expression(node.children[0]) }
          : this.unknown(at);
      case 'interpolation':
        return this.optional(node.get('expression')) ?? this.unknown(at);
      case 'as_pattern':
        return node.children[0] ? this.expression(node.children[0]) : this.unknown(at);
      default:
        // What the parser could not make sense of may still contain calls.
        return node.children.length > 0 && node.type === 'ERROR'
          ? { k: 'text', at, parts: this.items(node) }
          : this.unknown(at);
    }
  }

  private call(node: SyntaxNode): Expression {
    const fn = node.get('function');
    const list = node.get('arguments');
    if (!fn) return this.unknown(node.start);
    const callee = this.expression(fn);
    const at = callee.k === 'attribute' ? callee.at : node.start;
    const call: CallExpression = { k: 'call', at, callee, positional: [], keywords: [], evaluated: null };
    if (list?.type === 'generator_expression') {
      call.positional.push(this.expression(list));
      return call;
    }
    this.callArguments(list?.children ?? [], call);
    const first = call.positional[0];
    if (
      callee.k === 'name' &&
      (callee.name === 'eval' || callee.name === 'exec') &&
      first?.k === 'constant' &&
      typeof first.value === 'string'
    ) {
      call.evaluated = this.readFragment(first.value, node.start);
    }
    return call;
  }

  protected callArguments(
    nodes: readonly SyntaxNode[],
    call: Pick<CallExpression, 'positional' | 'keywords'>,
  ): void {
    for (const child of nodes) {
      if (child.type === 'keyword_argument') {
        const name = child.get('name');
        const value = child.get('value');
        if (name && value) call.keywords.push({ name: this.slice(name), value: this.expression(value) });
      } else if (child.type === 'dictionary_splat') {
        if (child.children[0]) call.keywords.push({ name: null, value: this.expression(child.children[0]) });
      } else {
        call.positional.push(this.expression(child));
      }
    }
  }

  private subscript(node: SyntaxNode): Expression {
    const value = node.get('value');
    const indices = node.all('subscript');
    const first = indices[0];
    if (!value || !first) return this.unknown(node.start);
    const object = this.expression(value);
    const index: Expression =
      indices.length === 1
        ? this.expression(first)
        : {
            k: 'sequence',
            at: first.start,
            type: 'tuple',
            items: indices.map((each) => this.expression(each)),
          };
    return { k: 'subscript', at: node.start, object, index };
  }

  private comprehension(node: SyntaxNode, type: ComprehensionExpression['type']): Expression {
    const outer = this.scope;
    const scope = new Scope(outer.frame, outer, true);
    const clauses: ComprehensionExpression['clauses'] = [];
    for (const clause of node.children) {
      if (clause.type === 'for_in_clause') {
        const left = clause.get('left');
        const right = clause.get('right');
        if (!left || !right) continue;
        // The first iterable is evaluated outside.
        this.scope = clauses.length === 0 ? outer : scope;
        const iterable = this.expression(right);
        this.scope = scope;
        const isAsync = this.text.startsWith('async', clause.start);
        clauses.push({ target: this.bindingTarget(left), iterable, isAsync });
      } else if (clause.type === 'if_clause' && clause.children[0]) {
        this.scope = scope;
        clauses.push({ test: this.expression(clause.children[0]) });
      }
    }
    this.scope = scope;
    const body = node.get('body');
    const pairKey = body?.get('key');
    const pairValue = body?.get('value');
    const isPair = body?.type === 'pair' && pairKey && pairValue;
    const key = isPair ? this.expression(pairKey) : null;
    const element = isPair
      ? this.expression(pairValue)
      : body
        ? this.expression(body)
        : this.unknown(node.start);
    this.scope = outer;
    return { k: 'comprehension', at: node.start, type, clauses, key, element };
  }

  /** What an assignment, a loop or an `as` binds. */
  bindingTarget(node: SyntaxNode): Expression {
    const at = node.start;
    switch (node.type) {
      case 'identifier':
        return this.target(this.slice(node), at);
      case 'pattern_list':
      case 'tuple_pattern':
      case 'list_pattern':
      case 'expression_list':
      case 'tuple':
      case 'list':
        return {
          k: 'sequence',
          at,
          type: 'tuple',
          items: node.children.map((child) => this.bindingTarget(child)),
        };
      case 'list_splat_pattern':
      case 'list_splat':
        return node.children[0]
          ? { k: 'starred', at, value: this.bindingTarget(node.children[0]) }
          : this.unknown(at);
      case 'as_pattern_target':
      case 'parenthesized_expression':
        return node.children[0] ? this.bindingTarget(node.children[0]) : this.unknown(at);
      default:
        return this.expression(node);
    }
  }
}
