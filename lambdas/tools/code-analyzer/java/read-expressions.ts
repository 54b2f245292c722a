import type { Expression, Parameter, Statement } from '../engine/ast.ts';
import type { Scope } from '../engine/scope.ts';
import { PackageReader } from '../package-reader.ts';
import type { SyntaxNode } from '../syntax-node.ts';

/** Reads Java's expressions and types. Subclassed by the reader of classes and statements. */
export abstract class JavaExpressionReader extends PackageReader {
  /** What single-type imports of the file name. */
  protected imports = new Map<string, { module: string; name: string }>();

  private readonly bounds = new Map<string, Expression>();

  /** A type parameter stands for what bounds it, until another of its name is declared. */
  protected noteBounds(node: SyntaxNode): void {
    for (const each of (node.get('type_parameters') ?? node.ofType('type_parameters'))?.children ?? []) {
      const [name] = each.children.filter((child) => /identifier$/.test(child.type));
      if (!name) continue;
      const bound = this.type(each.ofType('type_bound')?.children[0]);
      if (bound) this.bounds.set(this.slice(name), bound);
      else this.bounds.delete(this.slice(name));
    }
  }

  protected abstract block(node: SyntaxNode | undefined): Statement[];
  protected abstract anonymousClass(node: SyntaxNode, base: Expression): Expression;
  protected abstract switchExpression(node: SyntaxNode): Expression;

  /** A simple name: a local, a field of this or an outer object, an import, or a class of the package. */
  protected simpleName(name: string, at: number, isCall = false): Expression {
    const local = this.scope.find(name, true);
    if (local?.frame.kind === 'function') return this.nameAt(name, at);
    const options: Expression[] = [];
    if (!/^[A-Z]/.test(name)) {
      if (this.open.length > 0) options.push({ k: 'attribute', at, object: this.useReceiver(at), name });
    }
    for (let frame = this.scope.frame.parent ? this.scope.frame : null; frame; frame = frame.parent) {
      if (frame.kind !== 'class') continue;
      if (frame.name === name && !isCall) break;
      options.push({ k: 'attribute', at, object: this.classByName(frame.name, at), name });
    }
    const imported = this.imports.get(name);
    options.push(imported ? { k: 'imported', at, ...imported } : this.nameAt(name, at));
    return { k: 'first', at, options };
  }

  /** A class around the current one, by the scopes around. */
  private classByName(name: string, at: number): Expression {
    const expression = this.nameAt(name, at);
    let scope: Scope | null = this.scope;
    while (scope && !(scope.frame.kind === 'class' && scope.frame.name === name)) scope = scope.parent;
    const holder = scope?.parent ?? null;
    const reference = this.references.at(-1);
    if (holder && reference) reference.scope = holder;
    return expression;
  }

  protected type(node: SyntaxNode | undefined): Expression | null {
    if (!node) return null;
    const at = this.at(node);
    switch (node.type) {
      case 'type_identifier': {
        const name = this.slice(node);
        return name === 'var' ? null : (this.bounds.get(name) ?? this.simpleName(name, at));
      }
      case 'scoped_type_identifier': {
        const [owner, inner] = node.children;
        const object = this.type(owner);
        return object && inner ? { k: 'attribute', at, object, name: this.slice(inner) } : object;
      }
      case 'generic_type': {
        const [named, list] = node.children;
        const object = this.type(named);
        const args = (list?.children ?? []).flatMap((child) => this.type(child) ?? []);
        if (!object || args.length === 0) return object;
        const [only] = args;
        const index: Expression =
          args.length === 1 && only ? only : { k: 'sequence', at, type: 'tuple', items: args };
        const simple = named ? this.slice(named).split('.').at(-1) : '';
        return { k: 'subscript', at, object: { k: 'attribute', at, object, name: simple ?? '' }, index };
      }
      case 'array_type': {
        const element = this.type(node.get('element'));
        return element ? { k: 'subscript', at, object: this.outside('Array', at), index: element } : null;
      }
      case 'wildcard':
        return this.type(node.children.at(-1));
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
        return this.simpleName(this.slice(node), at);
      case 'this':
        return this.useReceiver(at);
      case 'super':
        return this.superObject(at);
      case 'string_literal':
      case 'decimal_integer_literal':
        return this.constantOf(node);
      case 'null_literal':
        return { k: 'constant', at, type: 'None', value: null };
      case 'field_access': {
        const field = node.get('field');
        const object = node.get('object');
        if (!field || !object) return this.unknown(at);
        if (field.type === 'this') return this.expression(object);
        return {
          k: 'attribute',
          at: this.at(field),
          object: this.expression(object),
          name: this.slice(field),
        };
      }
      case 'scoped_identifier':
      case 'scoped_type_identifier': {
        const [scope, name] = node.children;
        return scope && name
          ? { k: 'attribute', at, object: this.expression(scope), name: this.slice(name) }
          : this.unknown(at);
      }
      case 'method_invocation':
        return this.invocation(node);
      case 'object_creation_expression': {
        const base = this.typeReference(node.get('type'), at);
        const body = node.ofType('class_body');
        const callee = body ? this.anonymousClass(body, base) : base;
        return this.call(callee, node.get('arguments'), at);
      }
      case 'explicit_constructor_invocation': {
        const isSuper = node.get('constructor')?.type === 'super';
        const object = isSuper ? this.superObject(at) : this.useReceiver(at);
        return this.call({ k: 'attribute', at, object, name: '__init__' }, node.get('arguments'), at);
      }
      case 'lambda_expression':
        return this.lambda(node);
      case 'method_reference': {
        const [object, name] = node.children;
        if (!object) return this.unknown(at);
        if (!name) return this.expression(object);
        return { k: 'attribute', at, object: this.expression(object), name: this.slice(name) };
      }
      case 'assignment_expression': {
        const left = node.get('left');
        const value = this.expression(node.get('right'));
        if (!left) return value;
        return { k: 'assign_expression', at, target: this.bindingTarget(left), value };
      }
      case 'ternary_expression':
        return {
          k: 'either',
          at,
          test: this.expression(node.get('condition')),
          options: [this.expression(node.get('consequence')), this.expression(node.get('alternative'))],
        };
      case 'cast_expression': {
        const type = this.type(node.get('type'));
        const value = this.expression(node.get('value'));
        return type ? { k: 'cast', at, type, value } : value;
      }
      case 'instanceof_expression': {
        const value = this.expression(node.get('left'));
        const type = this.type(node.get('right'));
        const name = node.get('name');
        if (!type || !name) return value;
        const target = this.target(this.slice(name), this.at(name));
        return { k: 'assign_expression', at, target, value: { k: 'cast', at, type, value } };
      }
      case 'array_access':
        return {
          k: 'subscript',
          at,
          object: this.expression(node.get('array')),
          index: this.expression(node.get('index')),
        };
      case 'array_initializer':
        return {
          k: 'sequence',
          at,
          type: 'list',
          items: node.children.map((child) => this.expression(child)),
        };
      case 'array_creation_expression':
        return this.expression(node.get('value') ?? node);
      case 'switch_expression':
        return this.switchExpression(node);
      case 'parenthesized_expression':
        return this.expression(node.children[0]);
      default:
        return { k: 'text', at, parts: node.children.map((child) => this.expression(child)) };
    }
  }

  protected typeReference(node: SyntaxNode | undefined, at: number): Expression {
    const type = this.type(node);
    if (type?.k === 'subscript') return type.object.k === 'attribute' ? type.object.object : type.object;
    return type ?? this.type(node?.children[0]) ?? this.unknown(at);
  }

  private superObject(at: number): Expression {
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

  protected call(callee: Expression, list: SyntaxNode | undefined, at: number): Expression {
    const positional = (list?.children ?? []).map((child) => this.expression(child));
    return { k: 'call', at, callee, positional, keywords: [], evaluated: null };
  }

  private invocation(node: SyntaxNode): Expression {
    const name = node.get('name');
    const object = node.get('object');
    if (!name) return this.unknown(this.at(node));
    const at = this.at(name);
    const callee: Expression = object
      ? { k: 'attribute', at, object: this.expression(object), name: this.slice(name) }
      : this.simpleName(this.slice(name), at, true);
    return this.call(callee, node.get('arguments'), at);
  }

  private lambda(node: SyntaxNode): Expression {
    const list = node.get('parameters');
    const body = node.get('body');
    const names = list?.type === 'identifier' ? [list] : (list?.children ?? []);
    const frame = this.readFunction(
      this.anonymousName(),
      this.at(node),
      { isArrow: true, isLambda: true },
      (scope) => ({ parameters: names.flatMap((each) => this.parameter(each, scope)), prologue: [] }),
      () => {
        if (body?.type === 'block') return this.block(body);
        return body ? [{ k: 'return', at: this.at(body), value: this.expression(body) }] : [];
      },
    );
    return { k: 'lambda', at: this.at(node), frame };
  }

  protected parameter(node: SyntaxNode, scope: Scope): Parameter[] {
    const isRest = node.type === 'spread_parameter';
    const name = isRest ? node.ofType('variable_declarator')?.get('name') : (node.get('name') ?? node);
    if (name?.type !== 'identifier') return [];
    return [
      {
        variable: scope.bind(this.slice(name)),
        kind: isRest ? 'rest' : 'positional_only',
        defaultValue: null,
        annotation: this.type(node.get('type')),
      },
    ];
  }

  protected bindingTarget(node: SyntaxNode): Expression {
    if (node.type !== 'identifier') return this.expression(node);
    const name = this.slice(node);
    const at = this.at(node);
    const local = this.scope.find(name, true);
    if (local?.frame.kind === 'function') {
      if (local.frame !== this.scope.frame) local.shared = true;
      return { k: 'name', at, name, variable: local, frame: this.scope.frame };
    }
    return { k: 'attribute', at, object: this.useReceiver(at), name };
  }
}
