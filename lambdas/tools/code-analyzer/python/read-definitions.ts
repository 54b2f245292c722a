import type {
  CallExpression,
  ClassFrame,
  Expression,
  FunctionFrame,
  MatchCase,
  Parameter,
  Statement,
} from '../engine/ast.ts';
import { newFunction, Scope } from '../engine/scope.ts';
import type { Grammar } from '../grammars.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { ExpressionReader } from './read-expressions.ts';
import { readPattern } from './read-patterns.ts';

/** Reads functions, classes and imports, and keeps the scopes. */
export abstract class DefinitionReader extends ExpressionReader {
  protected readonly grammar: Grammar;

  protected readonly functions: FunctionFrame[] = [];

  protected nesting = 0;

  protected pendingSources: string[] = [];

  abstract block(node: SyntaxNode | undefined): Statement[];

  constructor(text: string, scope: Scope, grammar: Grammar) {
    super(text, scope);
    this.grammar = grammar;
  }

  protected override noteYield(): void {
    const current = this.functions.at(-1);
    if (current) current.isGenerator = true;
  }

  protected override readLambda(node: SyntaxNode): FunctionFrame {
    this.scope.lambdas += 1;
    let owner = this.scope;
    while (owner.isComprehension && owner.parent) owner = owner.parent;
    if (owner !== this.scope) owner.lambdas += 1;
    const frame = newFunction(`<lambda${owner.lambdas}>`, owner.frame, node.start, {
      isAsync: false,
      isLambda: true,
    });
    const body = node.get('body');
    this.enter(frame, node.get('parameters'), () =>
      body ? [{ k: 'return', at: body.start, value: this.expression(body) }] : [],
    );
    return frame;
  }

  protected enter(frame: FunctionFrame, parameters: SyntaxNode | undefined, body: () => Statement[]): void {
    const outer = this.scope;
    const scope = new Scope(frame, outer);
    if (parameters) frame.parameters = this.parameters(parameters, scope);
    this.scope = scope;
    this.functions.push(frame);
    frame.body = body();
    this.functions.pop();
    this.scope = outer;
  }

  /** Defaults and annotations belong to the scope around the function. */
  protected parameters(list: SyntaxNode, scope: Scope): Parameter[] {
    const result: Parameter[] = [];
    let kind: Parameter['kind'] = 'positional';
    for (const node of list.children) {
      if (node.type === 'positional_separator') {
        for (const [index, each] of result.entries()) result[index] = { ...each, kind: 'positional_only' };
        continue;
      }
      if (node.type === 'keyword_separator') {
        kind = 'keyword_only';
        continue;
      }
      const inner = node.get('name') ?? (node.type === 'typed_parameter' ? node.children[0] : node);
      if (!inner) continue;
      const splat = inner.type === 'list_splat_pattern' || inner.type === 'dictionary_splat_pattern';
      const identifier = splat ? inner.children[0] : inner;
      if (identifier?.type !== 'identifier') continue;
      const type = node.get('type');
      result.push({
        variable: scope.bind(this.slice(identifier)),
        kind: inner.type === 'list_splat_pattern' ? 'rest' : splat ? 'rest_keywords' : kind,
        defaultValue: this.optional(node.get('value')),
        annotation: type ? this.annotation(type) : null,
      });
      if (inner.type === 'list_splat_pattern') kind = 'keyword_only';
    }
    return result;
  }

  /** A type, with quoted forward references read as the names they quote. */
  protected annotation(node: SyntaxNode): Expression {
    const expression = this.expression(node);
    if (expression.k !== 'constant' || typeof expression.value !== 'string') return expression;
    const [statement] = this.readFragment(expression.value, node.start) ?? [];
    return statement?.k === 'expression' ? statement.value : expression;
  }

  /** Whether an expression mentions a function or class defined in the current scope. */
  protected isClosure(value: Expression): boolean {
    switch (value.k) {
      case 'lambda':
        return true;
      case 'name':
        return this.scope.definitions.has(value.name);
      case 'call':
        return this.isClosure(value.callee) || value.positional.some((each) => this.isClosure(each));
      case 'sequence':
        return value.items.some((each) => this.isClosure(each));
      case 'either':
        return value.options.some((each) => this.isClosure(each));
      default:
        return false;
    }
  }

  protected matchCase(clause: SyntaxNode): MatchCase {
    const patterns = clause.children
      .filter((child) => child.type === 'case_pattern')
      .map((child) => readPattern(child, this, this.text));
    const [first] = patterns;
    const pattern = patterns.length === 1 && first ? first : { k: 'sequence' as const, items: patterns };
    const guard = clause.get('guard')?.children[0];
    return { pattern, guard: this.optional(guard), body: this.block(clause.get('consequence')) };
  }

  /** Makes a name that is read, for patterns. */
  read(name: string, at: number): Expression {
    return this.nameAt(name, at);
  }

  write(name: string, at: number): Expression {
    return this.target(name, at);
  }

  protected definition(node: SyntaxNode, decorators: Expression[], into: Statement[]): void {
    const nameNode = node.get('name');
    const body = node.get('body');
    if (!nameNode) return;
    const name = this.slice(nameNode);
    const target = this.target(name, nameNode.start);
    this.scope.definitions.add(name);
    if (node.type === 'function_definition') {
      const isAsync = this.text.startsWith('async', node.start);
      const frame = newFunction(name, this.scope.frame, node.start, { isAsync, isLambda: false });
      const returns = node.get('return_type');
      if (returns) frame.returns = this.annotation(returns);
      this.enter(frame, node.get('parameters'), () => this.block(body));
      into.push({ k: 'function', at: node.start, frame, target, decorators });
      return;
    }
    const parent = this.scope.frame;
    const qualified = `${parent.qualified}.${name}`;
    const { module } = parent;
    const frame: ClassFrame = {
      kind: 'class',
      name,
      qualified,
      module,
      parent,
      variables: [],
      at: node.start,
      body: [],
    };
    module.classes.push(frame);
    const bases: Pick<CallExpression, 'positional' | 'keywords'> = {
      positional: [],
      keywords: [],
    };
    this.callArguments(node.get('superclasses')?.children ?? [], bases);
    const outer = this.scope;
    this.scope = new Scope(frame, outer);
    frame.body = this.block(body);
    this.scope = outer;
    into.push({
      k: 'class',
      at: node.start,
      frame,
      target,
      bases: bases.positional,
      keywords: bases.keywords,
      decorators,
    });
  }

  protected importStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    const from = node.get('module_name');
    const imported = node.all('name').map((child) => {
      const dotted = this.slice(child.get('name') ?? child).replace(/\s/g, '');
      const alias = child.get('alias');
      return { dotted, alias: alias ? this.slice(alias) : null };
    });
    if (node.type === 'import_statement') {
      for (const { dotted, alias } of imported) {
        const name = alias ?? dotted.split('.')[0] ?? dotted;
        into.push({ k: 'import', at, module: dotted, target: this.target(name, at), whole: alias !== null });
      }
      return;
    }
    if (!from) return;
    const source = this.slice(from).replace(/\s/g, '');
    const level = /^\.*/.exec(source)?.[0].length ?? 0;
    const names = imported.map(({ dotted, alias }) => ({
      name: dotted,
      target: this.target(alias ?? dotted, at),
    }));
    const star = node.ofType('wildcard_import') !== undefined;
    into.push({ k: 'import_from', at, module: source.slice(level), level, names, star });
  }
}
