import type { Expression, Statement } from '../engine/ast.ts';
import type { PackageFile } from '../package-reader.ts';
import type { SyntaxNode } from '../syntax-tree.ts';
import { JavaExpressionReader } from './read-expressions.ts';

const TYPE_DECLARATION = /^(class|interface|enum|record|annotation_type)_declaration$/;

/** Reads the files of one Java package. */
export class JavaReader extends JavaExpressionReader {
  readFile(file: PackageFile): Statement[] {
    return this.inFile(file, () => {
      this.imports = new Map();
      const into: Statement[] = [];
      for (const node of file.root.children)
        if (node.type === 'import_declaration') this.importOf(node, into);
      for (const node of file.root.children) this.statement(node, into);
      return into;
    });
  }

  private importOf(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    const [path] = node.children;
    if (!path) return;
    const parts = this.slice(path).split('.');
    if (node.ofType('asterisk')) {
      into.push({ k: 'import_from', at, module: parts.join('.'), level: 0, names: [], star: true });
      return;
    }
    const name = parts.at(-1) ?? '';
    this.imports.set(name, { module: parts.slice(0, -1).join('.'), name });
    into.push({
      k: 'expression',
      at,
      value: { k: 'imported', at, module: parts.slice(0, -1).join('.'), name },
    });
  }

  protected override block(node: SyntaxNode | undefined): Statement[] {
    const into: Statement[] = [];
    this.deeper(() => {
      for (const child of node?.children ?? []) this.statement(child, into);
    }, undefined);
    return into;
  }

  private branch(node: SyntaxNode | undefined): Statement[] {
    if (!node) return [];
    if (node.type === 'block') return this.block(node);
    const into: Statement[] = [];
    this.deeper(() => this.statement(node, into), undefined);
    return into;
  }

  private statement(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    if (TYPE_DECLARATION.test(node.type)) {
      const name = node.get('name');
      if (name) into.push(this.typeDeclaration(node, this.slice(name)));
      return;
    }
    switch (node.type) {
      case 'package_declaration':
      case 'import_declaration':
      case 'modifiers':
        return;
      case 'local_variable_declaration':
        for (const each of node.all('declarator')) this.variable(each, node.get('type'), into);
        return;
      case 'resource':
        this.variable(node, node.get('type'), into);
        return;
      case 'return_statement':
      case 'yield_statement': {
        const value = node.children[0] ? this.expression(node.children[0]) : null;
        if (node.type === 'return_statement') into.push({ k: 'return', at, value });
        else if (value) into.push({ k: 'expression', at, value });
        return;
      }
      case 'throw_statement':
        into.push({ k: 'raise', at, value: this.expression(node.children[0]), cause: null });
        return;
      case 'if_statement': {
        const test = this.expression(node.get('condition'));
        const consequence = this.branch(node.get('consequence'));
        into.push({ k: 'if', at, test, consequence, otherwise: this.branch(node.get('alternative')) });
        return;
      }
      case 'enhanced_for_statement': {
        const name = node.get('name');
        if (!name) return;
        const iterable = this.expression(node.get('value'));
        const target = this.target(this.slice(name), this.at(name));
        const type = this.type(node.get('type'));
        const typed: Statement[] = type
          ? [{ k: 'annotate', at, target, annotation: type, value: this.nameAt(this.slice(name), at) }]
          : [];
        const body = [...typed, ...this.branch(node.get('body'))];
        into.push({ k: 'for', at, target, iterable, body, otherwise: [], isAsync: false });
        return;
      }
      case 'while_statement':
      case 'do_statement':
      case 'for_statement': {
        for (const each of node.all('init')) this.statement(each, into);
        const test = this.expression(node.get('condition'));
        const body = this.branch(node.get('body'));
        for (const each of node.all('update'))
          body.push({ k: 'expression', at, value: this.expression(each) });
        into.push({ k: 'while', at, test, body, otherwise: [] });
        return;
      }
      case 'try_statement':
      case 'try_with_resources_statement':
        this.tryStatement(node, into);
        return;
      case 'block':
      case 'labeled_statement':
      case 'synchronized_statement':
      case 'ERROR':
        into.push(...this.block(node));
        return;
      case 'break_statement':
      case 'continue_statement':
        return;
      case 'expression_statement':
        into.push({ k: 'expression', at, value: this.expression(node.children[0]) });
        return;
      default:
        into.push({ k: 'expression', at, value: this.expression(node) });
    }
  }

  private variable(node: SyntaxNode, typeNode: SyntaxNode | undefined, into: Statement[]): void {
    const name = node.get('name');
    if (!name) return;
    const value = node.get('value');
    const read = value ? this.expression(value) : null;
    const target = this.target(this.slice(name), this.at(name));
    const annotation = this.type(typeNode);
    if (annotation) into.push({ k: 'annotate', at: this.at(node), target, annotation, value: read });
    else
      into.push({
        k: 'assign',
        at: this.at(node),
        targets: [target],
        value: read ?? this.unknown(this.at(node)),
      });
  }

  private tryStatement(node: SyntaxNode, into: Statement[]): void {
    const body: Statement[] = [];
    for (const resource of node.get('resources')?.children ?? []) this.statement(resource, body);
    body.push(...this.block(node.get('body')));
    const handlers = node.children
      .filter((child) => child.type === 'catch_clause')
      .map((clause) => {
        const parameter = clause.ofType('catch_formal_parameter');
        const name = parameter?.get('name');
        const types = (parameter?.ofType('catch_type')?.children ?? []).map((type) => this.expression(type));
        return {
          types: { k: 'sequence' as const, at: this.at(clause), type: 'tuple' as const, items: types },
          target: name ? this.target(this.slice(name), this.at(name)) : null,
          body: this.block(clause.get('body')),
        };
      });
    const last = this.block(node.ofType('finally_clause')?.ofType('block'));
    into.push({ k: 'try', at: this.at(node), body, handlers, otherwise: [], last });
  }

  /** The value of a switch is that of any of its arms. */
  protected override switchExpression(node: SyntaxNode): Expression {
    const at = this.at(node);
    const body: Statement[] = [];
    const options: Expression[] = [];
    for (const rule of node.get('body')?.children ?? []) {
      const arm: Statement[] = [];
      for (const child of rule.children) {
        if (child.type === 'switch_label') continue;
        if (child.type === 'expression_statement') options.push(this.expression(child.children[0]));
        else this.statement(child, arm);
      }
      body.push({ k: 'if', at, test: this.unknown(at), consequence: arm, otherwise: [] });
    }
    const test = this.expression(node.get('condition'));
    return { k: 'block', at, body, value: { k: 'either', at, test, options } };
  }

  protected override anonymousClass(body: SyntaxNode, base: Expression): Expression {
    const at = this.at(body);
    const name = `<class${at - this.base}>`;
    const target = this.target(name, at);
    const frame = this.readClass(name, at, () => this.members(body.children, name, null));
    const statement: Statement = {
      k: 'class',
      at,
      frame,
      target,
      bases: [base],
      keywords: [],
      decorators: [],
    };
    return { k: 'block', at, body: [statement], value: target };
  }

  private typeDeclaration(node: SyntaxNode, name: string): Statement {
    const at = this.at(node);
    const target = this.target(name, at);
    const bases: Expression[] = [];
    const heritage = [node.get('superclass'), node.get('interfaces'), node.ofType('extends_interfaces')];
    for (const part of heritage) {
      const types = part?.ofType('type_list')?.children ?? part?.children ?? [];
      for (const type of types) bases.push(this.typeReference(type, at));
    }
    const body = node.get('body');
    const declarations = body?.ofType('enum_body_declarations');
    const frame = this.readClass(name, at, () =>
      this.members(
        [...(body?.children ?? []), ...(declarations?.children ?? [])],
        name,
        node.get('parameters') ?? null,
      ),
    );
    return { k: 'class', at, frame, target, bases, keywords: [], decorators: [] };
  }

  private members(nodes: readonly SyntaxNode[], type: string, record: SyntaxNode | null): Statement[] {
    const into: Statement[] = [];
    const fields: (() => Statement)[] = [];
    const methods = new Map<string, Expression[]>();
    const constants: (() => Statement)[] = [];
    for (const node of nodes) {
      if (TYPE_DECLARATION.test(node.type)) this.statement(node, into);
      if (node.type === 'field_declaration') this.field(node, into, fields);
      if (node.type === 'static_initializer') into.push(...this.block(node.ofType('block')));
      const name = node.get('name');
      if (node.type === 'enum_constant' && name) {
        constants.push(() => ({
          k: 'assign',
          at: this.at(node),
          targets: [this.target(this.slice(name), this.at(node))],
          value: this.call(this.simpleName(type, this.at(node), true), node.get('arguments'), this.at(node)),
        }));
      }
    }
    const add = (name: string, method: Expression): void => {
      methods.set(name, [...(methods.get(name) ?? []), method]);
    };
    for (const node of nodes) {
      const isConstructor = /constructor_declaration$/.test(node.type);
      if (isConstructor) add('__init__', this.method(node, '<init>', fields, record));
      const name = node.get('name');
      if (node.type !== 'method_declaration' || !name || !node.get('body')) continue;
      const isStatic = /\bstatic\b/.test(this.text.slice(node.start, name.start));
      const method = this.method(node, this.slice(name), [], null);
      const at = this.at(node);
      const callee = this.intrinsic('staticmethod', at);
      const wrapped: Expression = {
        k: 'call',
        at,
        callee,
        positional: [method],
        keywords: [],
        evaluated: null,
      };
      add(this.slice(name), isStatic ? wrapped : method);
    }
    if (record && !methods.has('__init__')) add('__init__', this.method(record, '<init>', fields, record));
    // Overloads share a name: a call may mean any of them.
    for (const [name, options] of methods) {
      const at = options[0]?.at ?? 0;
      const value: Expression = { k: 'either', at, test: null, options };
      into.push({ k: 'assign', at, targets: [this.target(name, at)], value });
    }
    if (!methods.has('__init__')) {
      for (const field of fields) {
        const statement = field();
        if (statement.k !== 'assign') continue;
        const [target] = statement.targets;
        if (target?.k !== 'attribute') continue;
        into.push({ ...statement, targets: [this.target(target.name, statement.at)] });
      }
    }
    into.push(...constants.map((constant) => constant()));
    return into;
  }

  private method(
    node: SyntaxNode,
    name: string,
    fields: readonly (() => Statement)[],
    record: SyntaxNode | null,
  ): Expression {
    const at = this.at(node);
    const isStatic = /^[^({]*\bstatic\b/.test(this.slice(node));
    const own = (node === record ? node : node.get('parameters')) ?? record;
    const list = own?.children ?? [];
    const frame = this.readFunction(
      name,
      at,
      { receiver: !isStatic },
      (scope) => {
        const parameters = list.flatMap((each) => this.parameter(each, scope));
        const prologue: Statement[] = record
          ? parameters.map(({ variable }) => ({
              k: 'assign',
              at,
              targets: [{ k: 'attribute', at, object: this.useReceiver(at), name: variable.name }],
              value: this.nameAt(variable.name, at),
            }))
          : [];
        return { parameters, prologue };
      },
      () => [
        ...fields.map((field) => field()),
        ...this.block(node === record ? undefined : node.get('body')),
      ],
    );
    frame.returns = this.type(node.get('type'));
    return { k: 'lambda', at, frame };
  }

  private field(node: SyntaxNode, into: Statement[], fields: (() => Statement)[]): void {
    const isStatic = /\bstatic\b/.test(this.slice(node).split('=')[0] ?? '');
    for (const each of node.all('declarator')) {
      const name = each.get('name');
      if (!name) continue;
      const at = this.at(each);
      const written = this.slice(name);
      const annotation = this.type(node.get('type'));
      const value = each.get('value');
      if (annotation)
        into.push({ k: 'annotate', at, target: this.target(written, at), annotation, value: null });
      if (!value) continue;
      if (isStatic)
        into.push({ k: 'assign', at, targets: [this.target(written, at)], value: this.expression(value) });
      else {
        fields.push(() => ({
          k: 'assign',
          at,
          targets: [{ k: 'attribute', at, object: this.useReceiver(at), name: written }],
          value: this.expression(value),
        }));
      }
    }
  }
}
