import type { Expression, Statement } from '../engine/ast.ts';
import type { PackageFile } from '../package-reader.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { JavaStatementReader, TYPE_DECLARATION } from './read-statements.ts';

/** Reads the files of one Java package. */
export class JavaReader extends JavaStatementReader {
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

  protected override typeDeclaration(node: SyntaxNode, name: string): Statement {
    const at = this.at(node);
    const target = this.target(name, at);
    this.noteBounds(node);
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
    this.noteBounds(node);
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
