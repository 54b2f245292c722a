import type { Expression, ModuleFrame, Statement } from '../engine/ast.ts';
import { newModule, resolveNames, Scope } from '../engine/scope.ts';
import type { Grammar } from '../grammars.ts';
import { LineIndex, parseSyntax, type SyntaxNode } from '../syntax-tree.ts';
import { importedModule, scriptModuleName } from './module-names.ts';
import { ScriptExpressionReader } from './read-expressions.ts';

class ScriptReader extends ScriptExpressionReader {
  protected override block(node: SyntaxNode | undefined): Statement[] {
    if (!node) return [];
    return this.deeper(() => this.statements(node.children), []);
  }

  /** Function declarations are hoisted to the top of their block. */
  statements(nodes: readonly SyntaxNode[]): Statement[] {
    this.declare(nodes);
    const hoisted: Statement[] = [];
    const rest: Statement[] = [];
    for (const node of nodes) this.statement(node, isFunction(node) ? hoisted : rest);
    return [...hoisted, ...rest];
  }

  /** Binds what a block declares before anything in it is read. */
  private declare(nodes: readonly SyntaxNode[]): void {
    for (const node of nodes) {
      const declaration = node.type === 'export_statement' ? node.get('declaration') : node;
      const name = declaration?.get('name');
      if (declaration && name && /(function|class)_declaration$/.test(declaration.type))
        this.scope.bind(this.slice(name));
      if (declaration && /^(lexical|variable)_declaration$/.test(declaration.type)) {
        for (const child of declaration.children) {
          const target = child.get('name');
          if (target?.type === 'identifier') this.scope.bind(this.slice(target));
        }
      }
    }
  }

  private statement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    switch (node.type) {
      case 'expression_statement':
        this.expressionStatement(node.children[0], into);
        return;
      case 'lexical_declaration':
      case 'variable_declaration':
        for (const child of node.children)
          if (child.type === 'variable_declarator') this.declarator(child, into);
        return;
      case 'function_declaration':
      case 'generator_function_declaration': {
        const name = node.get('name');
        if (!name) return;
        into.push(this.functionStatement(node, this.slice(name)));
        return;
      }
      case 'class_declaration':
      case 'abstract_class_declaration':
      case 'interface_declaration': {
        const name = node.get('name');
        into.push(this.classStatement(node, name ? this.slice(name) : 'default'));
        return;
      }
      case 'enum_declaration': {
        const name = node.get('name');
        if (name) into.push(this.classStatement(node, this.slice(name)));
        return;
      }
      case 'return_statement':
        into.push({ k: 'return', at, value: node.children[0] ? this.expression(node.children[0]) : null });
        return;
      case 'if_statement':
        into.push({
          k: 'if',
          at,
          test: this.expression(node.get('condition')),
          consequence: this.branch(node.get('consequence')),
          otherwise: this.branch(node.get('alternative')?.children[0]),
        });
        return;
      case 'for_in_statement': {
        const left = node.get('left');
        if (!left) return;
        const operator = node.get('operator');
        const iterable = this.expression(node.get('right'));
        const target = this.bindingTarget(left);
        const isOf = operator ? this.slice(operator) === 'of' : true;
        const body = this.branch(node.get('body'));
        if (isOf) into.push({ k: 'for', at, target, iterable, body, otherwise: [], isAsync: false });
        else into.push({ k: 'while', at, test: iterable, body, otherwise: [] });
        return;
      }
      case 'for_statement': {
        const initializer = node.get('initializer');
        if (initializer) this.statement(initializer, into);
        const body = [...this.branch(node.get('body'))];
        const increment = node.get('increment');
        if (increment) body.push({ k: 'expression', at, value: this.expression(increment) });
        const condition = node.get('condition');
        const test = this.expression(
          condition?.type === 'expression_statement' ? condition.children[0] : condition,
        );
        into.push({ k: 'while', at, test, body, otherwise: [] });
        return;
      }
      case 'while_statement':
      case 'do_statement': {
        const test = this.expression(node.get('condition'));
        into.push({ k: 'while', at, test, body: this.branch(node.get('body')), otherwise: [] });
        return;
      }
      case 'try_statement': {
        const handler = node.get('handler');
        const parameter = handler?.get('parameter');
        const target = parameter ? this.bindingTarget(parameter) : null;
        const handlers = handler ? [{ types: null, target, body: this.block(handler.get('body')) }] : [];
        const last = this.block(node.get('finalizer')?.get('body'));
        into.push({ k: 'try', at, body: this.block(node.get('body')), handlers, otherwise: [], last });
        return;
      }
      case 'switch_statement':
        this.switchStatement(node, into);
        return;
      case 'throw_statement':
        into.push({
          k: 'raise',
          at,
          value: node.children[0] ? this.expression(node.children[0]) : null,
          cause: null,
        });
        return;
      case 'break_statement':
      case 'continue_statement':
        into.push({ k: 'jump', at, type: node.type === 'break_statement' ? 'break' : 'continue' });
        return;
      case 'statement_block':
      case 'ERROR':
        into.push(...this.block(node));
        return;
      case 'labeled_statement': {
        const body = node.get('body');
        if (body) this.statement(body, into);
        return;
      }
      case 'internal_module':
      case 'module':
        into.push(...this.block(node.get('body')));
        return;
      case 'import_statement':
        this.importStatement(node, into);
        return;
      case 'export_statement':
        this.exportStatement(node, into);
        return;
      default:
        return;
    }
  }

  /** A capitalized function that sets fields or has a prototype is a class in the old style. */
  private functionStatement(node: SyntaxNode, name: string): Statement {
    const at = node.start;
    const frame = this.functionFrame(node, name);
    const isClass = /^[A-Z]/.test(name) && (frame.takesReceiver || this.text.includes(`${name}.prototype`));
    const target = this.target(name, at);
    if (!isClass) return { k: 'function', at, frame, target, decorators: [] };
    const type = this.readClass(name, at, () => [
      { k: 'function', at, frame, target: this.target('__init__', at), decorators: [] },
    ]);
    return { k: 'class', at, frame: type, target, bases: [], keywords: [], decorators: [] };
  }

  private branch(node: SyntaxNode | undefined): Statement[] {
    if (!node) return [];
    if (node.type === 'statement_block') return this.block(node);
    const into: Statement[] = [];
    this.deeper(() => this.statement(node, into), undefined);
    return into;
  }

  private declarator(node: SyntaxNode, into: Statement[]): void {
    const name = node.get('name');
    const value = node.get('value');
    if (!name) return;
    const hint = name.type === 'identifier' ? this.slice(name) : '';
    const type = this.type(node.get('type'));
    const target = name.type === 'identifier' ? this.target(hint, name.start) : this.bindingTarget(name);
    const read = value ? this.expression(value, hint) : null;
    if (type) into.push({ k: 'annotate', at: node.start, target, annotation: type, value: read });
    else if (read) into.push({ k: 'assign', at: node.start, targets: [target], value: read });
  }

  private expressionStatement(node: SyntaxNode | undefined, into: Statement[]): void {
    if (!node) return;
    if (node.type === 'internal_module') {
      this.statement(node, into);
      return;
    }
    const left = node.type === 'assignment_expression' ? node.get('left') : undefined;
    const written = left ? this.slice(left) : '';
    const exported = /^(?:module\.)?exports\.(\w+)$/.exec(written)?.[1];
    const right = node.get('right');
    if (exported && right) {
      const value = this.expression(right, exported);
      into.push({ k: 'assign', at: node.start, targets: [this.exportTarget(exported, node.start)], value });
    } else if (written === 'module.exports' && right) {
      this.exportWhole(right, into);
    } else {
      into.push({ k: 'expression', at: node.start, value: this.expression(node) });
    }
  }

  private exportTarget(name: string, at: number): Expression {
    return { k: 'name', at, name, variable: this.moduleScope().bind(name), frame: this.scope.frame };
  }

  private moduleScope(): Scope {
    let scope = this.scope;
    while (scope.parent) scope = scope.parent;
    return scope;
  }

  /** `module.exports = …`: the module itself, and each key of a literal by its name. */
  private exportWhole(right: SyntaxNode, into: Statement[]): void {
    const at = right.start;
    const whole = this.exportTarget('default', at);
    into.push({ k: 'assign', at, targets: [whole], value: this.expression(right, 'exports') });
    if (right.type !== 'object') return;
    for (const child of right.children) {
      const key = child.get('key') ?? child.get('name');
      if (!key) continue;
      const name = this.slice(key).replace(/['"]/g, '');
      const value: Expression = { k: 'attribute', at: child.start, object: this.nameAt('default', at), name };
      into.push({ k: 'assign', at: child.start, targets: [this.exportTarget(name, at)], value });
    }
  }

  private switchStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    into.push({ k: 'expression', at, value: this.expression(node.get('value')) });
    const cases: Statement[] = [];
    for (const clause of node.get('body')?.children ?? []) {
      const value = clause.get('value');
      const body = this.statements(clause.all('body'));
      cases.push({
        k: 'if',
        at: clause.start,
        test: value ? this.expression(value) : this.unknown(at),
        consequence: body,
        otherwise: [],
      });
    }
    // A switch is a loop that runs once: `break` leaves it.
    into.push({ k: 'while', at, test: this.unknown(at), body: cases, otherwise: [] });
  }

  private importStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    const source = node.get('source');
    if (!source) return;
    const module = importedModule(this.path, this.slice(source).slice(1, -1));
    const bind = (local: SyntaxNode, name: string | null): void => {
      const value: Expression = { k: 'imported', at, module, name };
      into.push({ k: 'assign', at, targets: [this.target(this.slice(local), at)], value });
    };
    into.push({ k: 'expression', at, value: { k: 'imported', at, module, name: null } });
    for (const child of node.ofType('import_clause')?.children ?? []) {
      if (child.type === 'identifier') bind(child, 'default');
      else if (child.type === 'namespace_import' && child.children[0]) bind(child.children[0], null);
      for (const specifier of child.type === 'named_imports' ? child.children : []) {
        const name = specifier.get('name');
        if (name) bind(specifier.get('alias') ?? name, this.slice(name));
      }
    }
  }

  private exportStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    const declaration = node.get('declaration');
    const value = node.get('value');
    const source = node.get('source');
    const isDefault = /^export\s+default\b/.test(this.slice(node).slice(0, 40));
    if (declaration) {
      this.statement(declaration, into);
      const name = declaration.get('name');
      if (isDefault && name) {
        const current = this.nameAt(this.slice(name), at);
        into.push({ k: 'assign', at, targets: [this.exportTarget('default', at)], value: current });
      }
    } else if (value) {
      into.push({
        k: 'assign',
        at,
        targets: [this.exportTarget('default', at)],
        value: this.expression(value, 'default'),
      });
    }
    const clause = node.ofType('export_clause');
    const module = source ? importedModule(this.path, this.slice(source).slice(1, -1)) : null;
    for (const specifier of clause?.children ?? []) {
      const name = specifier.get('name');
      if (!name) continue;
      const local = this.slice(name);
      const outer = this.slice(specifier.get('alias') ?? name);
      if (!module && outer === local) continue;
      const read: Expression = module ? { k: 'imported', at, module, name: local } : this.nameAt(local, at);
      into.push({ k: 'assign', at, targets: [this.exportTarget(outer, at)], value: read });
    }
    if (module && !clause) {
      const alias = node.ofType('namespace_export')?.children[0];
      const whole: Expression = { k: 'imported', at, module, name: null };
      if (alias)
        into.push({ k: 'assign', at, targets: [this.exportTarget(this.slice(alias), at)], value: whole });
      else into.push({ k: 'import_from', at, module, level: 0, names: [], star: true });
    }
  }

  protected override classStatement(node: SyntaxNode, name: string): Statement {
    const at = node.start;
    const target = this.target(name, at);
    const heritage = node.ofType('class_heritage') ?? node.ofType('extends_type_clause');
    const bases: Expression[] = [];
    for (const child of heritage?.children ?? []) {
      if (child.type === 'extends_clause') bases.push(this.expression(child.get('value')));
      else if (child.type === 'implements_clause') {
        for (const type of child.children) bases.push(this.baseType(type) ?? this.unknown(at));
      } else bases.push(this.baseType(child) ?? this.expression(child));
    }
    const frame = this.readClass(name, at, () => this.members(node.get('body')?.children ?? []));
    return { k: 'class', at, frame, target, bases, keywords: [], decorators: [] };
  }

  private baseType(node: SyntaxNode): Expression | null {
    const type = this.type(node);
    return type?.k === 'subscript' ? type.object : type;
  }

  private members(nodes: readonly SyntaxNode[]): Statement[] {
    const into: Statement[] = [];
    const fields: (() => Statement)[] = [];
    let made = false;
    for (const node of nodes) {
      if (/field_definition$|property_signature/.test(node.type)) this.field(node, into, fields);
    }
    for (const node of nodes) {
      const name = node.get('name');
      if (node.type !== 'method_definition' || !name) continue;
      const written = this.slice(name).replace(/['"]/g, '');
      const start = this.text.slice(node.start, name.start);
      const isConstructor = written === 'constructor';
      made ||= isConstructor;
      const target = this.target(isConstructor ? '__init__' : written, name.start);
      const frame = this.functionFrame(node, written, true, () =>
        isConstructor ? fields.map((field) => field()) : [],
      );
      const wrapper = /\bstatic\b/.test(start)
        ? 'classmethod'
        : /\b(get|set)\s+$/.test(start)
          ? 'property'
          : null;
      const decorators = wrapper ? [this.intrinsic(wrapper, node.start)] : [];
      into.push({ k: 'function', at: node.start, frame, target, decorators });
    }
    if (!made) into.push(...fields.map((field) => this.classField(field())));
    return into;
  }

  /** A field without a constructor to set it in is a default of the class. */
  private classField(field: Statement): Statement {
    if (field.k !== 'assign') return field;
    const [target] = field.targets;
    const name = target?.k === 'attribute' ? target.name : '';
    return { k: 'assign', at: field.at, targets: [this.target(name, field.at)], value: field.value };
  }

  private field(node: SyntaxNode, into: Statement[], fields: (() => Statement)[]): void {
    const nameNode = node.get('property') ?? node.get('name');
    if (!nameNode) return;
    const name = this.slice(nameNode);
    const value = node.get('value');
    const type = this.type(node.get('type'));
    const isStatic = /\bstatic\b/.test(this.text.slice(node.start, nameNode.start));
    if (type)
      into.push({
        k: 'annotate',
        at: node.start,
        target: this.target(name, node.start),
        annotation: type,
        value: null,
      });
    if (!value) return;
    if (isStatic) {
      into.push({
        k: 'assign',
        at: node.start,
        targets: [this.target(name, node.start)],
        value: this.expression(value, name),
      });
      return;
    }
    // An arrow in a field sees the instance; as a method of the same name it is called alike.
    if (value.type === 'arrow_function') {
      const target = this.target(name, node.start);
      const frame = this.functionFrame(value, name, true);
      into.push({ k: 'function', at: node.start, frame, target, decorators: [] });
      return;
    }
    fields.push(() => {
      const target: Expression = {
        k: 'attribute',
        at: node.start,
        object: this.nameAt('this', node.start),
        name,
      };
      return { k: 'assign', at: node.start, targets: [target], value: this.expression(value, name) };
    });
  }
}

function isFunction(node: SyntaxNode): boolean {
  const declaration = node.type === 'export_statement' ? node.get('declaration') : node;
  return declaration !== undefined && /function_declaration$/.test(declaration.type);
}

/** Reads one JavaScript or TypeScript file. Constructors are `Class.constructor` in names. */
export function readScriptModule(
  grammar: Grammar,
  path: string,
  text: string,
): { module: ModuleFrame; hasError: boolean; lines: number } {
  const lines = new LineIndex(text);
  const language = grammar.name === 'javascript' ? 'javascript' : 'typescript';
  const isPackage = /(^|\/)index\.[^/]+$/.test(path);
  const module = newModule(language, scriptModuleName(path), isPackage, (offset) => ({
    file: path,
    line: lines.lineOf(offset),
  }));
  const { root, hasError } = parseSyntax(grammar, text);
  const reader = new ScriptReader(text, new Scope(module, null), path);
  module.body = reader.statements(root.children);
  resolveNames(reader.references);
  return { module, hasError: hasError || reader.truncated, lines: lines.count };
}
