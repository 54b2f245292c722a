import type { Expression } from '../engine/ast.ts';
import type { Scope } from '../engine/scope.ts';
import type { SyntaxNode } from '../syntax-node.ts';

type NameExpression = Extract<Expression, { k: 'name' }>;

/** Longer chains of operators are generated. */
const MAX_CHAIN = 60;

/** Reads names, texts, dictionaries, slices and chains of operators; the rest is the subclass's. */
export abstract class LiteralReader {
  protected readonly text: string;

  protected scope: Scope;

  readonly references: { name: NameExpression; scope: Scope }[] = [];

  /** Whether something was nested too deeply to be read. */
  truncated = false;

  abstract expression(node: SyntaxNode): Expression;

  constructor(text: string, scope: Scope) {
    this.text = text;
    this.scope = scope;
  }

  protected slice(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }

  protected unknown(at: number): Expression {
    return { k: 'constant', at, type: 'unknown', value: null };
  }

  protected nameAt(name: string, at: number): NameExpression {
    const expression: NameExpression = { k: 'name', at, name, variable: null, frame: this.scope.frame };
    this.references.push({ name: expression, scope: this.scope });
    return expression;
  }

  protected target(name: string, at: number, scope: Scope = this.scope): NameExpression {
    return { k: 'name', at, name, variable: scope.bind(name), frame: scope.frame };
  }

  protected optional(node: SyntaxNode | undefined): Expression | null {
    return node ? this.expression(node) : null;
  }

  protected items(node: SyntaxNode): Expression[] {
    return node.children.map((child) => this.expression(child));
  }

  protected string(node: SyntaxNode): Expression {
    const parts = node.children.filter((child) => child.type === 'interpolation');
    if (parts.length > 0) {
      const [first] = node.children.slice(1);
      const prefix = first?.type === 'string_content' ? this.slice(first) : '';
      return { k: 'text', at: node.start, parts: parts.map((part) => this.expression(part)), prefix };
    }
    const open = node.ofType('string_start');
    const close = node.ofType('string_end');
    const prefix = open ? this.slice(open).toLowerCase() : '';
    const value = open && close ? this.text.slice(open.end, close.start) : this.slice(node);
    // Long texts are prose, not keys.
    const kept = value.length <= 200 ? value : null;
    return { k: 'constant', at: node.start, type: prefix.includes('b') ? 'bytes' : 'str', value: kept };
  }

  protected concatenated(node: SyntaxNode): Expression {
    const parts = node.children.map((child) => this.expression(child));
    let value = '';
    for (const part of parts) {
      if (part.k !== 'constant' || typeof part.value !== 'string')
        return { k: 'text', at: node.start, parts };
      value += part.value;
    }
    return { k: 'constant', at: node.start, type: 'str', value };
  }

  protected dictionary(node: SyntaxNode): Expression {
    const keys: (Expression | null)[] = [];
    const values: Expression[] = [];
    for (const child of node.children) {
      const key = child.get('key');
      const value = child.get('value');
      if (key && value) {
        keys.push(this.expression(key));
        values.push(this.expression(value));
      } else if (child.type === 'dictionary_splat' && child.children[0]) {
        keys.push(null);
        values.push(this.expression(child.children[0]));
      }
    }
    return { k: 'dict', at: node.start, keys, values };
  }

  protected sliceExpression(node: SyntaxNode): Expression {
    const parts: (Expression | null)[] = [null, null, null];
    let position = 0;
    let cursor = node.start;
    for (const child of [...node.children, null]) {
      const gap = this.text.slice(cursor, child ? child.start : node.end);
      position += gap.split(':').length - 1;
      if (!child) break;
      parts[Math.min(position, 2)] = this.expression(child);
      cursor = child.end;
    }
    return {
      k: 'slice',
      at: node.start,
      from: parts[0] ?? null,
      to: parts[1] ?? null,
      step: parts[2] ?? null,
    };
  }

  /** Long chains such as `a + b + c …` lean left thousands deep, so they are unrolled here. */
  protected operatorChain(node: SyntaxNode): Expression {
    const spine: SyntaxNode[] = [];
    let leftmost: SyntaxNode | undefined = node;
    while (leftmost && (leftmost.type === 'binary_operator' || leftmost.type === 'boolean_operator')) {
      spine.push(leftmost);
      leftmost = leftmost.get('left');
    }
    let result = leftmost ? this.expression(leftmost) : this.unknown(node.start);
    if (spine.length > MAX_CHAIN) return this.longChain(node, result, spine);
    for (const level of spine.reverse()) {
      const right = level.get('right');
      const operator = level.get('operator');
      if (!right) continue;
      const operand = this.expression(right);
      const sign = operator ? this.slice(operator) : '+';
      if (level.type === 'boolean_operator') {
        // Things that can be called are true, so `a and b` gives b.
        const isAnd = sign === 'and';
        const options = isAnd ? [operand] : [result, operand];
        result = { k: 'either', at: level.start, test: isAnd ? result : null, options };
      } else {
        result = { k: 'binary', at: level.start, operator: sign, left: result, right: operand };
      }
    }
    return result;
  }

  /** A chain too long to be nested: its operands are read for the calls in them. */
  protected longChain(node: SyntaxNode, first: Expression, spine: readonly SyntaxNode[]): Expression {
    const rights = spine.flatMap((level) => level.get('right') ?? []).reverse();
    const operands = [first, ...rights.map((right) => this.expression(right))];
    if (node.type === 'boolean_operator')
      return { k: 'either', at: node.start, test: null, options: operands };
    return { k: 'text', at: node.start, parts: operands };
  }
}
