import type { Expression, Statement } from '../engine/ast.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { GoExpressionReader } from './read-expressions.ts';

/** Reads Go's statements. */
export abstract class GoStatementReader extends GoExpressionReader {
  protected override block(node: SyntaxNode | undefined): Statement[] {
    const into: Statement[] = [];
    this.deeper(() => {
      for (const child of node?.children ?? []) this.statement(child, into);
    }, undefined);
    return into;
  }

  protected statement(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    switch (node.type) {
      case 'short_var_declaration':
      case 'assignment_statement':
        this.assignment(node, into);
        return;
      case 'var_declaration':
      case 'const_declaration':
      case 'var_spec_list':
        for (const child of node.children) this.statement(child, into);
        return;
      case 'var_spec':
      case 'const_spec':
        this.variables(node, into);
        return;
      case 'return_statement':
        into.push({ k: 'return', at, value: node.children[0] ? this.list(node.children[0]) : null });
        return;
      case 'if_statement': {
        const first = node.get('initializer');
        if (first) this.statement(first, into);
        const test = this.expression(node.get('condition'));
        const alternative = node.get('alternative');
        const otherwise: Statement[] = [];
        if (alternative?.type === 'if_statement')
          this.deeper(() => this.statement(alternative, otherwise), undefined);
        else otherwise.push(...this.block(alternative));
        into.push({ k: 'if', at, test, consequence: this.block(node.get('consequence')), otherwise });
        return;
      }
      case 'for_statement':
        this.loop(node, into);
        return;
      case 'expression_switch_statement':
      case 'type_switch_statement':
      case 'select_statement':
        this.switchStatement(node, into);
        return;
      case 'break_statement':
      case 'continue_statement':
      case 'comment':
        return;
      case 'block':
      case 'statement_list':
      case 'labeled_statement':
      case 'ERROR':
        into.push(...this.block(node));
        return;
      case 'receive_statement': {
        const left = node.get('left');
        const value = this.expression(node.get('right'));
        const targets = left?.children.map((child) => this.bindingTarget(child)) ?? [];
        if (targets[0]) into.push({ k: 'assign', at, targets: [targets[0]], value });
        return;
      }
      case 'send_statement': {
        const method: Expression = {
          k: 'attribute',
          at,
          object: this.expression(node.get('channel')),
          name: 'push',
        };
        const positional = [this.expression(node.get('value'))];
        into.push({
          k: 'expression',
          at,
          value: { k: 'call', at, callee: method, positional, keywords: [], evaluated: null },
        });
        return;
      }
      case 'expression_statement':
      case 'go_statement':
      case 'defer_statement':
        into.push({ k: 'expression', at, value: this.expression(node.children[0]) });
        return;
      default:
        into.push({ k: 'expression', at, value: this.expression(node) });
    }
  }

  /** `a, b := f()` takes a result apart; `v, ok := m[k]` and the like give one value and a bool. */
  private assignment(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    const left = node.get('left')?.children ?? [];
    const right = node.get('right')?.children ?? [];
    const [only] = right;
    const values = right.map((child) => this.expression(child));
    const declares = node.type === 'short_var_declaration';
    const targets = left.map((child) =>
      declares && child.type === 'identifier'
        ? this.target(this.slice(child), this.at(child))
        : this.bindingTarget(child),
    );
    const [first] = targets;
    const [value] = values;
    if (!first || !value) return;
    if (targets.length === values.length) {
      if (targets.length === 1) into.push({ k: 'assign', at, targets: [first], value });
      else {
        const items: Expression = { k: 'sequence', at, type: 'tuple', items: values };
        into.push({
          k: 'assign',
          at,
          targets: [{ k: 'sequence', at, type: 'tuple', items: targets }],
          value: items,
        });
      }
    } else if (only?.type === 'call_expression') {
      into.push({ k: 'assign', at, targets: [{ k: 'sequence', at, type: 'tuple', items: targets }], value });
    } else {
      into.push({ k: 'assign', at, targets: [first], value });
    }
  }

  private variables(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    const names = node.all('name');
    const values = (node.get('value')?.children ?? []).map((child) => this.expression(child));
    const annotation = this.type(node.get('type'));
    const targets = names.map((name) => this.target(this.slice(name), this.at(name)));
    if (values.length === 1 && targets.length > 1 && values[0]) {
      into.push({
        k: 'assign',
        at,
        targets: [{ k: 'sequence', at, type: 'tuple', items: targets }],
        value: values[0],
      });
      return;
    }
    for (const [index, target] of targets.entries()) {
      const value = values[index] ?? null;
      if (annotation) into.push({ k: 'annotate', at, target, annotation, value });
      else if (value) into.push({ k: 'assign', at, targets: [target], value });
    }
  }

  private loop(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    const range = node.ofType('range_clause');
    const clause = node.ofType('for_clause');
    const body: Statement[] = [];
    let test: Expression = this.unknown(at);
    if (range) {
      test = this.expression(range.get('right'));
      const left = range.get('left')?.children ?? [];
      const element: Expression = { k: 'subscript', at, object: test, index: this.unknown(at) };
      const name = left.length > 1 ? left[1] : undefined;
      if (name) {
        const target =
          name.type === 'identifier'
            ? this.target(this.slice(name), this.at(name))
            : this.bindingTarget(name);
        body.push({ k: 'assign', at, targets: [target], value: element });
      } else if (left[0]?.type === 'identifier') {
        // A channel gives its elements; an index calls nothing.
        body.push({
          k: 'assign',
          at,
          targets: [this.target(this.slice(left[0]), this.at(left[0]))],
          value: element,
        });
      }
    } else if (clause) {
      const first = clause.get('initializer');
      if (first) this.statement(first, into);
      test = this.expression(clause.get('condition'));
    } else if (node.children[0] && node.children[0].type !== 'block') {
      test = this.expression(node.children[0]);
    }
    body.push(...this.block(node.get('body')));
    const update = clause?.get('update');
    if (update) this.statement(update, body);
    into.push({ k: 'while', at, test, body, otherwise: [] });
  }

  private switchStatement(node: SyntaxNode, into: Statement[]): void {
    const at = this.at(node);
    const first = node.get('initializer');
    if (first) this.statement(first, into);
    const valueNode = node.get('value');
    const value = valueNode ? this.expression(valueNode) : this.unknown(at);
    const alias = node.get('alias')?.children[0];
    into.push({ k: 'expression', at, value });
    for (const clause of node.children) {
      if (!/_case$/.test(clause.type)) continue;
      const consequence: Statement[] = [];
      const types = clause.all('type').flatMap((each) => this.type(each) ?? []);
      if (alias) {
        const type: Expression | null =
          types.length > 0 ? { k: 'either', at, test: null, options: types } : null;
        const target = this.target(this.slice(alias), this.at(alias));
        consequence.push({
          k: 'assign',
          at,
          targets: [target],
          value: type ? { k: 'cast', at, type, value } : value,
        });
      }
      const communication = clause.get('communication');
      if (communication) this.statement(communication, consequence);
      for (const child of clause.children)
        if (child.type === 'statement_list') consequence.push(...this.block(child));
      const tests = clause.get('value')?.children ?? [];
      const test: Expression = { k: 'text', at, parts: tests.map((each) => this.expression(each)) };
      into.push({ k: 'if', at, test, consequence, otherwise: [] });
    }
  }
}
