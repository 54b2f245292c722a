import type { Expression, FunctionFrame, Parameter, Statement } from '../engine/ast.ts';
import type { Scope } from '../engine/scope.ts';
import { PackageReader } from '../package-reader.ts';
import type { SyntaxNode } from '../syntax-node.ts';

/** Reads Go's expressions, types and function literals. */
export abstract class GoExpressionReader extends PackageReader {
  /** Package names of the file being read. */
  protected imports = new Map<string, string>();

  protected abstract block(node: SyntaxNode | undefined): Statement[];

  protected list(node: SyntaxNode): Expression {
    const items = node.type === 'expression_list' ? node.children : [node];
    const [only] = items;
    if (items.length === 1 && only) return this.expression(only);
    return {
      k: 'sequence',
      at: this.at(node),
      type: 'tuple',
      items: items.map((child) => this.expression(child)),
    };
  }

  private reference(name: string, at: number): Expression {
    const local = this.scope.find(name, true);
    const imported = this.imports.get(name);
    if (!local && imported !== undefined) return this.outside(imported, at);
    return this.nameAt(name, at);
  }

  protected type(node: SyntaxNode | undefined): Expression | null {
    if (!node) return null;
    const at = this.at(node);
    switch (node.type) {
      case 'type_identifier':
        return this.reference(this.slice(node), at);
      case 'qualified_type': {
        const owner = node.get('package');
        const name = node.get('name');
        if (!owner || !name) return null;
        return { k: 'attribute', at, object: this.reference(this.slice(owner), at), name: this.slice(name) };
      }
      case 'pointer_type':
      case 'parenthesized_type':
      case 'type_elem':
        return this.type(node.children[0]);
      case 'generic_type':
        return this.type(node.get('type'));
      case 'slice_type':
      case 'array_type':
      case 'channel_type':
      case 'map_type': {
        const element = this.type(node.get('element') ?? node.get('value'));
        const object = this.outside(node.type === 'map_type' ? 'Map' : 'Array', at);
        return element
          ? {
              k: 'subscript',
              at,
              object: { k: 'attribute', at, object, name: node.type === 'map_type' ? 'Map' : 'Array' },
              index: element,
            }
          : null;
      }
      case 'parameter_list': {
        const results = node.children.map((child) => this.type(child.get('type')) ?? this.unknown(at));
        return results.length === 1
          ? (results[0] ?? null)
          : { k: 'sequence', at, type: 'tuple', items: results };
      }
      default:
        return null;
    }
  }

  expression(node: SyntaxNode | undefined): Expression {
    if (!node) return this.unknown(this.base);
    return this.deeper(() => this.inside(node), this.unknown(this.at(node)));
  }

  private inside(node: SyntaxNode): Expression {
    const at = this.at(node);
    switch (node.type) {
      case 'identifier':
      case 'type_identifier':
        return this.reference(this.slice(node), at);
      case 'qualified_type':
      case 'generic_type':
        return this.type(node) ?? this.unknown(at);
      case 'interpreted_string_literal':
      case 'raw_string_literal':
      case 'int_literal':
        return this.constantOf(node);
      case 'nil':
        return { k: 'constant', at, type: 'None', value: null };
      case 'selector_expression': {
        const field = node.get('field');
        const operand = node.get('operand');
        if (!field || !operand) return this.unknown(at);
        return {
          k: 'attribute',
          at: this.at(field),
          object: this.expression(operand),
          name: this.slice(field),
        };
      }
      case 'call_expression':
        return this.call(node);
      case 'type_conversion_expression': {
        const type = this.type(node.get('type'));
        const value = this.expression(node.get('operand'));
        return type ? { k: 'cast', at, type, value } : value;
      }
      case 'type_assertion_expression': {
        const type = this.type(node.get('type'));
        const value = this.expression(node.get('operand'));
        return type ? { k: 'cast', at, type, value } : value;
      }
      case 'func_literal':
        return { k: 'lambda', at, frame: this.goFunction(node, this.anonymousName(), true) };
      case 'composite_literal':
        return this.composite(node.get('type'), node.get('body'), at);
      case 'index_expression':
        return {
          k: 'subscript',
          at,
          object: this.expression(node.get('operand')),
          index: this.expression(node.get('index')),
        };
      case 'slice_expression':
      case 'parenthesized_expression':
        return this.expression(node.get('operand') ?? node.children[0]);
      case 'literal_element':
        return this.expression(node.children[0]);
      case 'unary_expression': {
        const operand = this.expression(node.get('operand'));
        const operator = node.get('operator');
        const sign = operator ? this.slice(operator) : '';
        if (sign === '<-') return { k: 'subscript', at, object: operand, index: this.unknown(at) };
        return sign === '&' || sign === '*' ? operand : { k: 'text', at, parts: [operand] };
      }
      case 'expression_list':
        return this.list(node);
      default:
        return { k: 'text', at, parts: node.children.map((child) => this.expression(child)) };
    }
  }

  private call(node: SyntaxNode): Expression {
    const fn = node.get('function');
    const nodes = node.get('arguments')?.children ?? [];
    const at = fn?.type === 'selector_expression' ? this.at(fn.get('field') ?? fn) : this.at(node);
    const [first, ...rest] = nodes;
    const name = fn?.type === 'identifier' && !this.scope.find(this.slice(fn), true) ? this.slice(fn) : '';
    if (name === 'make' && first) return this.composite(first, undefined, at);
    if (name === 'new' && first) return this.composite(first, undefined, at);
    if (name === 'append' && first) {
      // Appending is followed as adding to the same list.
      const list = this.expression(first);
      const parts = rest.map((each) => this.expression(each));
      return {
        k: 'binary',
        at,
        operator: '+',
        left: list,
        right: { k: 'sequence', at, type: 'list', items: parts },
      };
    }
    const positional = nodes.map((child): Expression => {
      const value = this.expression(child.type === 'variadic_argument' ? child.children[0] : child);
      return child.type === 'variadic_argument' ? { k: 'starred', at: this.at(child), value } : value;
    });
    return { k: 'call', at, callee: this.expression(fn), positional, keywords: [], evaluated: null };
  }

  /** `T{…}`: a list, a map, or a struct with its fields set. */
  private composite(typeNode: SyntaxNode | undefined, body: SyntaxNode | undefined, at: number): Expression {
    const elements = body?.children ?? [];
    if (typeNode && /^(slice|array|implicit_length_array|channel)_type$/.test(typeNode.type)) {
      const element = typeNode.get('element') ?? typeNode.get('value');
      const items = elements.map((each) => this.element(each.get('value') ?? each, element));
      return { k: 'sequence', at, type: 'list', items };
    }
    if (typeNode?.type === 'map_type') {
      const keys = elements.map((each) => this.expression(each.get('key')));
      const values = elements.map((each) => this.element(each.get('value') ?? each, typeNode.get('value')));
      return { k: 'dict', at, keys, values };
    }
    const callee = this.type(typeNode);
    if (!callee)
      return { k: 'text', at, parts: elements.map((each) => this.expression(each.get('value') ?? each)) };
    const inOrder = elements.filter((each) => !each.get('key'));
    const positional = inOrder.map((each) => this.expression(each.get('value') ?? each));
    const made: Expression = { k: 'call', at, callee, positional, keywords: [], evaluated: null };
    const target = this.target(`<made${at}>`, at);
    const statements: Statement[] = [{ k: 'assign', at, targets: [target], value: made }];
    for (const each of elements) {
      const key = each.get('key');
      if (!key) continue;
      const value = this.expression(each.get('value') ?? each);
      const field: Expression = { k: 'attribute', at: this.at(each), object: target, name: this.slice(key) };
      statements.push({ k: 'assign', at: this.at(each), targets: [field], value });
    }
    return { k: 'block', at, body: statements, value: target };
  }

  /** An element of a composite literal may leave out its type. */
  private element(node: SyntaxNode, type: SyntaxNode | undefined): Expression {
    const inner = node.type === 'literal_element' ? node.children[0] : node;
    if (inner?.type === 'literal_value')
      return this.composite(type?.type === 'pointer_type' ? type.children[0] : type, inner, this.at(inner));
    return this.expression(inner);
  }

  /** A function, method or literal; a method's receiver is its first parameter. */
  protected goFunction(node: SyntaxNode, name: string, isLambda: boolean): FunctionFrame {
    const receiver = node.get('receiver')?.children ?? [];
    const frame = this.readFunction(
      name,
      this.at(node),
      { isLambda, isArrow: true },
      (scope) => {
        const own = receiver.length > 0 ? receiver : [];
        const list = node.get('parameters')?.children ?? [];
        const parameters = [...own, ...list].flatMap((each) => this.parameter(each, scope));
        return { parameters, prologue: [] };
      },
      () => this.block(node.get('body')),
    );
    frame.returns = this.type(node.get('result'));
    frame.takesReceiver = receiver.length > 0;
    return frame;
  }

  private parameter(node: SyntaxNode, scope: Scope): Parameter[] {
    const names = node.all('name');
    const annotation = this.type(node.get('type'));
    const kind = node.type === 'variadic_parameter_declaration' ? 'rest' : 'positional_only';
    const written =
      names.length > 0 ? names.map((name) => this.slice(name)) : [`<parameter${this.at(node)}>`];
    return written.map((name) => ({ variable: scope.bind(name), kind, defaultValue: null, annotation }));
  }

  protected bindingTarget(node: SyntaxNode): Expression {
    if (node.type !== 'identifier') return this.expression(node);
    const name = this.slice(node);
    const at = this.at(node);
    const known = this.scope.find(name, true);
    if (!known) return this.target(name, at);
    if (known.frame !== this.scope.frame) known.shared = true;
    return { k: 'name', at, name, variable: known, frame: this.scope.frame };
  }
}
