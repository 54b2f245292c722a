import type { Expression, FunctionFrame, Parameter, Statement } from '../engine/ast.ts';
import type { Scope } from '../engine/scope.ts';
import { ScopedReader } from '../engine/scoped-reader.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { readType } from './read-types.ts';

/** Reads functions, object literals and what assignments bind. */
export abstract class ScriptFunctionReader extends ScopedReader {
  protected readonly path: string;

  private readonly bounds = new Map<string, Expression>();

  private namespace = '';

  protected abstract block(node: SyntaxNode | undefined): Statement[];

  protected abstract classStatement(node: SyntaxNode, name: string): Statement;

  abstract expression(node: SyntaxNode | undefined, hint?: string): Expression;

  constructor(text: string, scope: Scope, path: string) {
    super(text, scope);
    this.path = path;
  }

  protected type(node: SyntaxNode | undefined): Expression | null {
    return readType(node, this.text, (name, at) => this.bounds.get(name) ?? this.nameAt(name, at));
  }

  /** A type parameter stands for what bounds it, until another of its name is declared. */
  protected noteBounds(node: SyntaxNode): void {
    for (const each of node.get('type_parameters')?.children ?? []) {
      const name = each.get('name');
      if (!name) continue;
      const bound = this.type(each.get('constraint')?.children[0]);
      if (bound) this.bounds.set(this.slice(name), bound);
      else this.bounds.delete(this.slice(name));
    }
  }

  protected inNamespace(node: SyntaxNode, read: () => void): void {
    const outer = this.namespace;
    const name = node.get('name');
    if (name && /identifier$/.test(name.type)) this.namespace += `${this.slice(name)}.`;
    read();
    this.namespace = outer;
  }

  /** The name of what a namespace declares, with the namespace; inside a function the function has it. */
  protected spaced(name: string): string {
    return this.scope.frame.kind === 'module' ? this.namespace + name : name;
  }

  protected functionName(node: SyntaxNode, hint: string): string {
    const name = node.get('name');
    return name ? this.slice(name) : hint || this.anonymousName();
  }

  /** A function or method node; `receiver` forces an object parameter. */
  protected functionFrame(
    node: SyntaxNode,
    name: string,
    receiver = false,
    fields: () => Statement[] = () => [],
  ): FunctionFrame {
    const isArrow = node.type === 'arrow_function' && !receiver;
    const start = this.text.slice(node.start, node.start + 60);
    const options = {
      isAsync: /^(?:(?:public|private|protected|static|override)\s+)*async\b/.test(start),
      isGenerator: /generator/.test(node.type) || /^(?:(?:public|private|static|async)\s+)*\*/.test(start),
      isArrow,
      isLambda: name.startsWith('<'),
      receiver,
    };
    const body = node.get('body');
    this.noteBounds(node);
    const frame = this.readFunction(
      name,
      node.start,
      options,
      (scope) => this.parameters(node, scope),
      () => {
        const first = fields();
        if (!body) return first;
        if (body.type === 'statement_block') return [...first, ...this.block(body)];
        return [...first, { k: 'return', at: body.start, value: this.expression(body) }];
      },
    );
    const returns = this.type(node.get('return_type'));
    if (returns) frame.returns = returns;
    return frame;
  }

  protected parameters(node: SyntaxNode, scope: Scope): { parameters: Parameter[]; prologue: Statement[] } {
    const single = node.get('parameter');
    const nodes = single ? [single] : (node.get('parameters')?.children ?? []);
    const parameters: Parameter[] = [];
    const prologue: Statement[] = [];
    for (const child of nodes) {
      let pattern = child.get('pattern') ?? child;
      let value = child.get('value');
      if (pattern.type === 'this') continue;
      if (pattern.type === 'assignment_pattern') {
        value = pattern.get('right');
        pattern = pattern.get('left') ?? pattern;
      }
      const isRest = pattern.type === 'rest_pattern';
      const inner = isRest ? (pattern.children[0] ?? pattern) : pattern;
      const isName = inner.type === 'identifier';
      const name = isName ? this.slice(inner) : `<parameter${parameters.length}>`;
      parameters.push({
        variable: scope.bind(name),
        kind: isRest ? 'rest' : 'positional_only',
        defaultValue: value ? this.expression(value) : null,
        annotation: this.type(child.get('type')),
      });
      if (!isName) {
        prologue.push({
          k: 'assign',
          at: inner.start,
          targets: [this.bindingTarget(inner)],
          value: this.nameAt(name, inner.start),
        });
      }
      // TypeScript's parameter properties are fields.
      if (child.ofType('accessibility_modifier') || /^(?:readonly|override)\b/.test(this.slice(child))) {
        const target: Expression = {
          k: 'attribute',
          at: inner.start,
          object: this.useReceiver(inner.start),
          name,
        };
        prologue.push({
          k: 'assign',
          at: inner.start,
          targets: [target],
          value: this.nameAt(name, inner.start),
        });
      }
    }
    return { parameters, prologue };
  }

  protected objectLiteral(node: SyntaxNode, hint: string): Expression {
    const keys: (Expression | null)[] = [];
    const values: Expression[] = [];
    const add = (key: SyntaxNode | undefined, value: Expression): void => {
      if (!key) return;
      const isComputed = key.type === 'computed_property_name';
      const text = this.slice(key).replace(/^['"]|['"]$/g, '');
      keys.push(
        isComputed
          ? this.expression(key.children[0])
          : { k: 'constant', at: key.start, type: 'str', value: text },
      );
      values.push(value);
    };
    for (const child of node.children) {
      if (child.type === 'pair') {
        const key = child.get('key');
        const name =
          key && /^(property_identifier|string)$/.test(key.type) ? this.slice(key).replace(/['"]/g, '') : '';
        add(key, this.expression(child.get('value'), name && hint ? `${hint}.${name}` : name));
      } else if (child.type === 'method_definition') {
        const key = child.get('name');
        const name = key ? this.slice(key) : this.anonymousName();
        add(key, {
          k: 'lambda',
          at: child.start,
          frame: this.functionFrame(child, hint ? `${hint}.${name}` : name, true),
        });
      } else if (child.type === 'shorthand_property_identifier') {
        add(child, this.nameAt(this.slice(child), child.start));
      } else if (child.type === 'spread_element') {
        keys.push(null);
        values.push(this.expression(child.children[0]));
      }
    }
    return { k: 'dict', at: node.start, keys, values };
  }

  protected propertyName(node: SyntaxNode): string {
    const property = node.get('property');
    if (node.type !== 'member_expression' || !property) return '';
    const owner = /^(\w+)\.prototype\.\w+$/.exec(this.slice(node))?.[1];
    return owner ? `${owner}.${this.slice(property)}` : this.slice(property);
  }

  /** What a declaration, assignment or parameter binds. */
  bindingTarget(node: SyntaxNode): Expression {
    const at = node.start;
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier_pattern':
        return this.assignable(this.slice(node), at);
      case 'array_pattern':
      case 'array':
        return {
          k: 'sequence',
          at,
          type: 'tuple',
          items: node.children.map((child) => this.bindingTarget(child)),
        };
      case 'rest_pattern':
      case 'spread_element':
        return node.children[0]
          ? { k: 'starred', at, value: this.bindingTarget(node.children[0]) }
          : this.unknown(at);
      case 'assignment_pattern':
      case 'object_assignment_pattern': {
        const left = node.get('left');
        return left ? this.bindingTarget(left) : this.unknown(at);
      }
      case 'object_pattern':
      case 'object': {
        const entries = node.children.flatMap((child) => {
          const inner = child.type === 'pair_pattern' || child.type === 'pair' ? child.get('value') : child;
          const key = child.get('key') ?? child.get('left') ?? child;
          if (!inner || child.type === 'rest_pattern') return [];
          return [{ name: this.slice(key).replace(/['"]/g, ''), target: this.bindingTarget(inner) }];
        });
        return { k: 'fields', at, entries };
      }
      default:
        return this.expression(node);
    }
  }

  /** Assigning to a name binds the variable that is visible, wherever it is declared. */
  protected assignable(name: string, at: number): Expression {
    const known = this.scope.find(name, false);
    if (!known) return this.target(name, at);
    if (known.frame !== this.scope.frame) known.shared = true;
    return { k: 'name', at, name, variable: known, frame: this.scope.frame };
  }
}
