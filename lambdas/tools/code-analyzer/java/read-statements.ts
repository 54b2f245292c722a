import type { Expression, Statement } from '../engine/ast.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { JavaExpressionReader } from './read-expressions.ts';

export const TYPE_DECLARATION = /^(class|interface|enum|record|annotation_type)_declaration$/;

/** Reads Java's statements. */
export abstract class JavaStatementReader extends JavaExpressionReader {
  protected abstract typeDeclaration(node: SyntaxNode, name: string): Statement;

  protected override block(node: SyntaxNode | undefined): Statement[] {
    const into: Statement[] = [];
    this.deeper(() => {
      for (const child of node?.children ?? []) this.statement(child, into);
    }, undefined);
    return into;
  }

  protected branch(node: SyntaxNode | undefined): Statement[] {
    if (!node) return [];
    if (node.type === 'block') return this.block(node);
    const into: Statement[] = [];
    this.deeper(() => this.statement(node, into), undefined);
    return into;
  }

  protected statement(node: SyntaxNode, into: Statement[]): void {
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

  protected variable(node: SyntaxNode, typeNode: SyntaxNode | undefined, into: Statement[]): void {
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

  protected tryStatement(node: SyntaxNode, into: Statement[]): void {
    const body: Statement[] = [];
    for (const resource of node.get('resources')?.children ?? []) this.statement(resource, body);
    body.push(...this.block(node.get('body')));
    for (const resource of node.get('resources')?.children ?? []) {
      const name = resource.get('name');
      if (!name) continue;
      // What is opened here is closed at the end.
      const at = this.at(resource);
      const close: Expression = {
        k: 'attribute',
        at,
        object: this.nameAt(this.slice(name), at),
        name: 'close',
      };
      body.push({ k: 'expression', at, value: this.call(close, undefined, at) });
    }
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
}
