import type { Expression } from '../engine/ast.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { importedModule } from './module-names.ts';
import { ScriptFunctionReader } from './read-functions.ts';

/** Reads the expressions of JavaScript and TypeScript. Subclassed by the statement reader. */
export abstract class ScriptExpressionReader extends ScriptFunctionReader {
  override expression(node: SyntaxNode | undefined, hint = ''): Expression {
    if (!node) return this.unknown(0);
    return this.deeper(() => this.inside(node, hint), this.unknown(node.start));
  }

  private inside(node: SyntaxNode, hint: string): Expression {
    const at = node.start;
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
        return this.nameAt(this.slice(node), at);
      case 'this':
        return this.useReceiver(at);
      case 'number': {
        const value = Number(this.slice(node));
        return { k: 'constant', at, type: 'int', value: Number.isSafeInteger(value) ? value : null };
      }
      case 'string': {
        const value = this.text.slice(node.start + 1, node.end - 1);
        return { k: 'constant', at, type: 'str', value: value.length <= 200 ? value : null };
      }
      case 'template_string': {
        const parts = node.children.filter((child) => child.type === 'template_substitution');
        if (parts.length === 0) {
          return { k: 'constant', at, type: 'str', value: this.text.slice(node.start + 1, node.end - 1) };
        }
        return { k: 'text', at, parts: parts.map((part) => this.expression(part.children[0])) };
      }
      case 'true':
      case 'false':
        return { k: 'constant', at, type: 'bool', value: node.type === 'true' ? 1 : 0 };
      case 'null':
      case 'undefined':
        return { k: 'constant', at, type: 'None', value: null };
      case 'member_expression': {
        const property = node.get('property');
        const object = node.get('object');
        if (!property || !object) return this.unknown(at);
        const name = this.slice(property);
        return { k: 'attribute', at: property.start, object: this.object(object), name };
      }
      case 'subscript_expression':
        return {
          k: 'subscript',
          at,
          object: this.expression(node.get('object')),
          index: this.expression(node.get('index')),
        };
      case 'call_expression':
      case 'new_expression':
        return this.call(node);
      case 'arrow_function':
      case 'function_expression':
      case 'generator_function':
      case 'function':
        return { k: 'lambda', at, frame: this.functionFrame(node, this.functionName(node, hint)) };
      case 'class': {
        const name = node.get('name');
        const statement = this.classStatement(node, name ? this.slice(name) : hint || this.anonymousName());
        return {
          k: 'block',
          at,
          body: [statement],
          value: statement.k === 'class' ? statement.target : this.unknown(at),
        };
      }
      case 'array':
        return {
          k: 'sequence',
          at,
          type: 'list',
          items: node.children.map((child) => this.expression(child)),
        };
      case 'object':
        return this.objectLiteral(node, hint);
      case 'spread_element':
        return { k: 'starred', at, value: this.expression(node.children[0]) };
      case 'ternary_expression':
        return {
          k: 'either',
          at,
          test: this.expression(node.get('condition')),
          options: [
            this.expression(node.get('consequence'), hint),
            this.expression(node.get('alternative'), hint),
          ],
        };
      case 'binary_expression':
        return this.binaryChain(node, hint);
      case 'unary_expression':
      case 'update_expression':
        return { k: 'text', at, parts: [this.expression(node.get('argument'))] };
      case 'await_expression':
        return { k: 'await', at, value: this.expression(node.children[0]) };
      case 'yield_expression': {
        const [value] = node.children;
        const from = /^yield\s*\*/.test(this.text.slice(at, at + 12));
        return { k: 'yield', at, value: value ? this.expression(value) : null, from };
      }
      case 'assignment_expression':
      case 'augmented_assignment_expression': {
        const left = node.get('left');
        const name = left?.type === 'identifier' ? this.slice(left) : left ? this.propertyName(left) : '';
        const value = this.expression(node.get('right'), name);
        if (!left) return value;
        const isPlain = node.type === 'assignment_expression';
        const target = this.bindingTarget(left);
        const kept: Expression = isPlain ? value : { k: 'either', at, test: null, options: [target, value] };
        return { k: 'assign_expression', at, target, value: kept };
      }
      case 'sequence_expression': {
        const items = node.children.map((child) => this.expression(child));
        const last = items.pop() ?? this.unknown(at);
        return { k: 'either', at, test: { k: 'text', at, parts: items }, options: [last] };
      }
      case 'as_expression': {
        const value = this.expression(node.children[0], hint);
        const type = this.type(node.children[1]);
        return type ? { k: 'cast', at, type, value } : value;
      }
      case 'parenthesized_expression':
      case 'satisfies_expression':
      case 'non_null_expression':
        return this.expression(node.children[0], hint);
      case 'type_assertion':
        return this.expression(node.children.at(-1), hint);
      case 'jsx_element':
      case 'jsx_self_closing_element':
      case 'jsx_fragment':
      case 'jsx_opening_element':
      case 'jsx_expression':
      case 'jsx_attribute':
        return this.markup(node);
      default:
        return node.type === 'ERROR'
          ? { k: 'text', at, parts: node.children.map((child) => this.expression(child)) }
          : this.unknown(at);
    }
  }

  /** `super.x` reads through the class above. */
  private object(node: SyntaxNode): Expression {
    if (node.type !== 'super') return this.expression(node);
    return this.superCall(node.start);
  }

  private superCall(at: number): Expression {
    this.useReceiver(at);
    return {
      k: 'call',
      at,
      callee: this.intrinsic('super', at),
      positional: [],
      keywords: [],
      evaluated: null,
    };
  }

  private call(node: SyntaxNode): Expression {
    const fn = node.get('function') ?? node.get('constructor');
    const list = node.get('arguments');
    if (!fn) return this.unknown(node.start);
    const nodes = list?.type === 'template_string' ? [list] : (list?.children ?? []);
    const [first] = nodes;
    const isLoad = (fn.type === 'identifier' && this.slice(fn) === 'require') || fn.type === 'import';
    if (isLoad && first?.type === 'string') {
      return {
        k: 'imported',
        at: node.start,
        module: importedModule(this.path, this.slice(first).slice(1, -1)),
        name: null,
      };
    }
    const callee: Expression =
      fn.type === 'super'
        ? { k: 'attribute', at: node.start, object: this.superCall(node.start), name: '__init__' }
        : this.expression(fn);
    const at = callee.k === 'attribute' ? callee.at : node.start;
    const positional = nodes.map((child) => this.expression(child));
    return { k: 'call', at, callee, positional, keywords: [], evaluated: null };
  }

  /** Long chains lean left thousands deep. */
  private binaryChain(node: SyntaxNode, hint: string): Expression {
    const operands: Expression[] = [];
    let isChoice = false;
    let current: SyntaxNode | undefined = node;
    const rights: SyntaxNode[] = [];
    while (current?.type === 'binary_expression') {
      const operator = current.get('operator');
      if (operator && /^(\|\||&&|\?\?)$/.test(this.slice(operator))) isChoice = true;
      const right = current.get('right');
      if (right) rights.push(right);
      current = current.get('left');
    }
    if (current) operands.push(this.expression(current, hint));
    for (const right of rights.reverse()) operands.push(this.expression(right, hint));
    if (isChoice) return { k: 'either', at: node.start, test: null, options: operands };
    return { k: 'text', at: node.start, parts: operands };
  }

  /** A JSX element calls its component with its attributes. */
  private markup(node: SyntaxNode): Expression {
    const at = node.start;
    const opening = node.get('open_tag') ?? node;
    const name = opening.get('name');
    const parts = [...opening.children, ...(opening === node ? [] : node.children)]
      .filter((child) =>
        /^jsx_(attribute|expression|element|self_closing_element|fragment)$/.test(child.type),
      )
      .flatMap((child) =>
        child.type === 'jsx_element' || child.type === 'jsx_self_closing_element' ? [child] : child.children,
      )
      .filter((child) => child.type !== 'property_identifier')
      .map((child) => this.expression(child.type === 'jsx_expression' ? child.children[0] : child));
    if (!name || !/^[A-Z]/.test(this.slice(name))) return { k: 'text', at, parts };
    const callee = this.expression(name);
    const call: Expression = { k: 'call', at, callee, positional: [], keywords: [], evaluated: null };
    return { k: 'text', at, parts: [...parts, call] };
  }
}
