import type { Expression, ModuleFrame, Statement } from '../engine/ast.ts';
import { newModule, resolveNames, Scope } from '../engine/scope.ts';
import type { Grammar } from '../grammars.ts';
import { LineIndex } from '../line-index.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { parseSyntax } from '../syntax-tree.ts';
import { scriptModuleName } from './module-names.ts';
import { ScriptExportReader } from './read-exports.ts';

class ScriptReader extends ScriptExportReader {
  protected override block(node: SyntaxNode | undefined): Statement[] {
    if (!node) return [];
    return this.deeper(() => this.statements(node.children), []);
  }

  /** Function declarations are hoisted to the top of their block. */
  statements(nodes: readonly SyntaxNode[]): Statement[] {
    this.declareAll(nodes);
    const hoisted: Statement[] = [];
    const rest: Statement[] = [];
    for (const node of nodes) this.statement(node, isFunction(node) ? hoisted : rest);
    return [...hoisted, ...rest];
  }

  /** Binds what a block declares before anything in it is read. */
  private declareAll(nodes: readonly SyntaxNode[]): void {
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

  protected override statement(node: SyntaxNode, into: Statement[]): void {
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
        this.inNamespace(node, () => into.push(...this.block(node.get('body'))));
        into.push(...this.namespaceObject(node));
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
    const frame = this.functionFrame(node, this.spaced(name));
    const isClass = /^[A-Z]/.test(name) && (frame.takesReceiver || this.text.includes(`${name}.prototype`));
    const target = this.target(name, at);
    if (!isClass) return { k: 'function', at, frame, target, decorators: [] };
    const type = this.readClass(this.spaced(name), at, () => [
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

  /** A namespace is an object with what it declares; its members are read as the file's own. */
  private namespaceObject(node: SyntaxNode): Statement[] {
    const name = node.get('name');
    if (name?.type !== 'identifier') return [];
    const at = node.start;
    const names = (node.get('body')?.children ?? []).flatMap((child) => {
      const declaration = child.get('declaration') ?? child;
      const declared = [declaration, ...declaration.children].map((each) => each.get('name'));
      return declared.flatMap((each) => (each && /identifier$/.test(each.type) ? [this.slice(each)] : []));
    });
    const keys = names.map((key): Expression => ({ k: 'constant', at, type: 'str', value: key }));
    const values = names.map((key) => this.nameAt(key, at));
    const value: Expression = { k: 'dict', at, keys, values };
    return [{ k: 'assign', at, targets: [this.target(this.slice(name), at)], value }];
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
