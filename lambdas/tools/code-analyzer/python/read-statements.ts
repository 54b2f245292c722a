import type { Expression, Handler, ModuleFrame, Statement } from '../engine/ast.ts';
import { newModule, resolveNames, Scope } from '../engine/scope.ts';
import type { Grammar } from '../grammars.ts';
import { LineIndex } from '../line-index.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { parseSyntax } from '../syntax-tree.ts';
import { DefinitionReader } from './read-definitions.ts';

/** Blocks nested deeper than this are left out. */
const MAX_NESTING = 120;

class ModuleReader extends DefinitionReader {
  protected override readFragment(text: string, at: number): Statement[] | null {
    if (this.pendingSources.length > 3) return null;
    const { root, hasError } = parseSyntax(this.grammar, text);
    if (hasError) return null;
    // The fragment has its own text, but the names and the place of where it stands.
    const inner = new ModuleReader(text, this.scope, this.grammar);
    inner.pendingSources = [...this.pendingSources, text];
    const statements = inner.block(root);
    this.references.push(...inner.references);
    for (const { name } of inner.references) (name as { at: number }).at = at;
    relocate(statements, at);
    return statements;
  }

  override block(node: SyntaxNode | undefined): Statement[] {
    const statements: Statement[] = [];
    if (!node) return statements;
    if (this.nesting > MAX_NESTING) {
      this.truncated = true;
      return statements;
    }
    this.nesting += 1;
    for (const child of node.children) this.statement(child, statements);
    this.nesting -= 1;
    return statements;
  }

  private statement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    switch (node.type) {
      case 'expression_statement':
        for (const child of node.children) this.expressionStatement(child, into);
        return;
      case 'return_statement': {
        const value = this.optional(node.children[0]);
        const current = this.functions.at(-1);
        if (value && current && this.isClosure(value)) current.returnsClosure = true;
        into.push({ k: 'return', at, value });
        return;
      }
      case 'if_statement':
        into.push(this.ifStatement(node));
        return;
      case 'for_statement': {
        const left = node.get('left');
        const right = node.get('right');
        if (!left || !right) return;
        into.push({
          k: 'for',
          at,
          iterable: this.expression(right),
          target: this.bindingTarget(left),
          body: this.block(node.get('body')),
          otherwise: this.block(node.get('alternative')?.get('body')),
          isAsync: this.text.startsWith('async', at),
        });
        return;
      }
      case 'while_statement': {
        const test = node.get('condition');
        if (!test) return;
        const body = this.block(node.get('body'));
        const otherwise = this.block(node.get('alternative')?.get('body'));
        into.push({ k: 'while', at, test: this.expression(test), body, otherwise });
        return;
      }
      case 'try_statement':
        into.push(this.tryStatement(node));
        return;
      case 'with_statement':
        into.push(this.withStatement(node));
        return;
      case 'decorated_definition': {
        const definition = node.get('definition');
        const decorators = node.children.filter((child) => child.type === 'decorator' && child.children[0]);
        const values = decorators.map((child) => this.expression(child.children[0] as SyntaxNode));
        if (definition) this.definition(definition, values, into);
        return;
      }
      case 'function_definition':
      case 'class_definition':
        this.definition(node, [], into);
        return;
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        this.importStatement(node, into);
        return;
      case 'raise_statement': {
        const cause = node.get('cause');
        const value = node.children.find((child) => child !== cause);
        into.push({ k: 'raise', at, value: this.optional(value), cause: this.optional(cause) });
        return;
      }
      case 'delete_statement': {
        const targets = node.children.flatMap((child) =>
          child.type === 'expression_list' ? child.children : [child],
        );
        into.push({ k: 'delete', at, targets: targets.map((target) => this.bindingTarget(target)) });
        return;
      }
      case 'global_statement':
      case 'nonlocal_statement':
        for (const child of node.children) {
          const names = node.type === 'global_statement' ? this.scope.globalNames : this.scope.outerNames;
          names.add(this.slice(child));
        }
        return;
      case 'assert_statement':
      case 'print_statement': {
        const values = node.children
          .filter((child) => child.type !== 'chevron')
          .map((child) => this.expression(child));
        const [test, ...message] = values;
        if (node.type === 'assert_statement' && test && this.slice(node).includes('isinstance(')) {
          // After it, the variable is of the type.
          const otherwise: Statement[] = message.map((value) => ({ k: 'expression', at, value }));
          otherwise.push({ k: 'raise', at, value: null, cause: null });
          into.push({ k: 'if', at, test, consequence: [], otherwise });
          return;
        }
        for (const value of values) into.push({ k: 'expression', at, value });
        return;
      }
      case 'match_statement': {
        const subjects = node.all('subject').map((child) => this.expression(child));
        const subject: Expression =
          subjects.length === 1 && subjects[0]
            ? subjects[0]
            : { k: 'sequence', at, type: 'tuple', items: subjects };
        const clauses = (node.get('body') ?? node).children.filter((child) => child.type === 'case_clause');
        into.push({ k: 'match', at, subject, cases: clauses.map((clause) => this.matchCase(clause)) });
        return;
      }
      case 'break_statement':
      case 'continue_statement':
        into.push({ k: 'jump', at, type: node.type === 'break_statement' ? 'break' : 'continue' });
        return;
      case 'ERROR':
      case 'block':
      case 'else_clause':
        // Whole statements often survive inside what the parser could not place.
        into.push(...this.block(node));
        return;
      case 'pass_statement':
      case 'type_alias_statement':
      case 'exec_statement':
        return;
      default:
        if (/^(identifier|call|attribute|await|yield|string|assignment)$/.test(node.type)) {
          this.expressionStatement(node, into);
        }
    }
  }

  private expressionStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    if (node.type === 'assignment') {
      this.assignment(node, into);
    } else if (node.type === 'augmented_assignment') {
      const left = node.get('left');
      const right = node.get('right');
      const operator = node.get('operator');
      if (!left || !right) return;
      const sign = operator ? this.slice(operator).slice(0, -1) : '+';
      const value = this.expression(right);
      into.push({ k: 'augment', at, target: this.bindingTarget(left), operator: sign, value });
    } else {
      into.push({ k: 'expression', at, value: this.expression(node) });
    }
  }

  private assignment(node: SyntaxNode, into: Statement[]): void {
    const targets: SyntaxNode[] = [];
    let current: SyntaxNode | undefined = node;
    while (current?.type === 'assignment') {
      const left = current.get('left');
      if (left) targets.push(left);
      const type: SyntaxNode | undefined = current.get('type');
      const right: SyntaxNode | undefined = current.get('right');
      if (type && left) {
        const annotation = this.annotation(type);
        const value = this.optional(right);
        into.push({ k: 'annotate', at: node.start, target: this.bindingTarget(left), annotation, value });
        return;
      }
      current = right;
    }
    if (!current) return;
    const value = this.expression(current);
    const bound = targets.map((target) => this.bindingTarget(target));
    into.push({ k: 'assign', at: node.start, targets: bound, value });
    const [first] = bound;
    if (first?.k === 'name' && first.name === '__all__' && value.k === 'sequence') {
      const names = value.items.map((item) => (item.k === 'constant' ? item.value : null));
      this.scope.frame.module.exported = names.filter((name) => typeof name === 'string');
    }
  }

  private ifStatement(node: SyntaxNode): Statement {
    const branches = [node, ...node.all('alternative')];
    let otherwise: Statement[] = [];
    for (const branch of branches.reverse()) {
      const condition = branch.get('condition');
      if (!condition) {
        otherwise = this.block(branch.get('body'));
        continue;
      }
      const consequence = this.block(branch.get('consequence'));
      otherwise = [{ k: 'if', at: branch.start, test: this.expression(condition), consequence, otherwise }];
    }
    return otherwise[0] ?? { k: 'jump', at: node.start, type: 'continue' };
  }

  private tryStatement(node: SyntaxNode): Statement {
    const body = this.block(node.get('body'));
    const handlers: Handler[] = [];
    for (const clause of node.children) {
      if (clause.type !== 'except_clause' && clause.type !== 'except_group_clause') continue;
      const value = clause.get('value') ?? clause.children.find((child) => child.type !== 'block');
      const types = value?.type === 'as_pattern' ? value.children[0] : value;
      const alias = value?.type === 'as_pattern' ? value.get('alias') : clause.get('alias');
      handlers.push({
        types: this.optional(types),
        target: alias ? this.bindingTarget(alias) : null,
        body: this.block(clause.ofType('block')),
      });
    }
    const otherwise = this.block(node.ofType('else_clause')?.get('body'));
    const last = this.block(node.ofType('finally_clause')?.ofType('block'));
    return { k: 'try', at: node.start, body, handlers, otherwise, last };
  }

  private withStatement(node: SyntaxNode): Statement {
    const items: { context: Expression; target: Expression | null }[] = [];
    for (const item of node.ofType('with_clause')?.children ?? []) {
      const value = item.get('value') ?? item.children[0];
      const context = value?.type === 'as_pattern' ? value.children[0] : value;
      const alias = value?.type === 'as_pattern' ? value.get('alias') : undefined;
      if (!context) continue;
      items.push({ context: this.expression(context), target: alias ? this.bindingTarget(alias) : null });
    }
    const isAsync = this.text.startsWith('async', node.start);
    return { k: 'with', at: node.start, items, body: this.block(node.get('body')), isAsync };
  }
}

/** Gives every node of a fragment the place of the call that contains it. */
function relocate(value: unknown, at: number): void {
  if (Array.isArray(value)) {
    for (const each of value) relocate(each, at);
  } else if (typeof value === 'object' && value !== null && 'k' in value) {
    for (const [key, child] of Object.entries(value)) {
      if (key === 'at') (value as unknown as { at: number }).at = at;
      else if (key !== 'variable' && key !== 'frame') relocate(child, at);
    }
  }
}

/**
 * Reads one Python file.
 * @param qualified the module's dotted name in the project
 * @returns the module and whether some of it could not be parsed
 */
export function readPythonModule(
  grammar: Grammar,
  path: string,
  qualified: string,
  text: string,
): { module: ModuleFrame; hasError: boolean; lines: number } {
  const lines = new LineIndex(text);
  const isPackage = /(^|\/)__init__\.pyi?$/.test(path);
  const module = newModule('python', qualified, isPackage, (offset) => ({
    file: path,
    line: lines.lineOf(offset),
  }));
  const { root, hasError } = parseSyntax(grammar, text);
  const reader = new ModuleReader(text, new Scope(module, null), grammar);
  module.body = reader.block(root);
  resolveNames(reader.references);
  return { module, hasError: hasError || reader.truncated, lines: lines.count };
}
