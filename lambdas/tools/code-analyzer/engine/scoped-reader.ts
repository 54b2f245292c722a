import type { SyntaxNode } from '../syntax-node.ts';
import type { ClassFrame, Expression, FunctionFrame, Parameter, Statement } from './ast.ts';
import { newFunction, Scope } from './scope.ts';

export type NameExpression = Extract<Expression, { k: 'name' }>;

/** What a reader notes of the function it is in. */
export interface OpenFunction {
  readonly frame: FunctionFrame;
  usesReceiver: boolean;
  readonly isArrow: boolean;
}

const MAX_DEPTH = 300;

/** What the readers of languages with braces share: scopes, functions, classes and the bound on nesting. */
export abstract class ScopedReader {
  protected text: string;
  /** Where this file starts in its module, for modules of several files. */
  protected base: number;
  protected scope: Scope;
  readonly references: { name: NameExpression; scope: Scope }[] = [];
  protected readonly open: OpenFunction[] = [];
  truncated = false;
  private depth = 0;
  private anonymous = new Map<string, number>();

  constructor(text: string, scope: Scope, base = 0) {
    this.text = text;
    this.scope = scope;
    this.base = base;
  }

  protected at(node: SyntaxNode): number {
    return node.start + this.base;
  }

  protected slice(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }

  protected unknown(at: number): Expression {
    return { k: 'constant', at, type: 'unknown', value: null };
  }

  protected outside(path: string, at: number): Expression {
    return { k: 'imported', at, module: path, name: null };
  }

  /** A builtin of the interpreter itself, such as `classmethod`. */
  protected intrinsic(name: string, at: number): Expression {
    return { k: 'imported', at, module: '', name };
  }

  protected nameAt(name: string, at: number): NameExpression {
    const expression: NameExpression = { k: 'name', at, name, variable: null, frame: this.scope.frame };
    this.references.push({ name: expression, scope: this.scope });
    return expression;
  }

  protected target(name: string, at: number): NameExpression {
    return { k: 'name', at, name, variable: this.scope.bind(name), frame: this.scope.frame };
  }

  /** Reads a node one level deeper; what is nested beyond reason is left out. */
  protected deeper<T>(read: () => T, otherwise: T): T {
    if (this.depth > MAX_DEPTH) {
      this.truncated = true;
      return otherwise;
    }
    this.depth += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  protected anonymousName(): string {
    const owner = this.scope.frame.qualified;
    const count = (this.anonymous.get(owner) ?? 0) + 1;
    this.anonymous.set(owner, count);
    return `<lambda${count}>`;
  }

  /**
   * Reads a function. `receiver` is the name of its object (`this`), bound before the parameters;
   * without one it is added when the body turns out to use it.
   */
  protected readFunction(
    name: string,
    at: number,
    options: {
      isAsync?: boolean;
      isGenerator?: boolean;
      isArrow?: boolean;
      isLambda?: boolean;
      receiver?: boolean;
    },
    parameters: (scope: Scope) => { parameters: Parameter[]; prologue: Statement[] },
    body: () => Statement[],
  ): FunctionFrame {
    const frame = newFunction(name, this.scope.frame, at, {
      isAsync: options.isAsync ?? false,
      isLambda: options.isLambda ?? false,
    });
    frame.isGenerator = options.isGenerator ?? false;
    const outer = this.scope;
    const scope = new Scope(frame, outer);
    const state: OpenFunction = {
      frame,
      usesReceiver: options.receiver ?? false,
      isArrow: options.isArrow ?? false,
    };
    const receiver = state.isArrow ? null : scope.bind('this');
    this.scope = scope;
    this.open.push(state);
    const { parameters: list, prologue } = parameters(scope);
    frame.body = [...prologue, ...body()];
    this.open.pop();
    this.scope = outer;
    if (receiver && state.usesReceiver) {
      frame.takesReceiver = true;
      frame.parameters = [
        { variable: receiver, kind: 'positional_only', defaultValue: null, annotation: null },
        ...list,
      ];
    } else {
      frame.parameters = list;
    }
    return frame;
  }

  /** Notes that the function around uses its object; arrows use that of the function around them. */
  protected useReceiver(at: number): Expression {
    for (let index = this.open.length - 1; index >= 0; index -= 1) {
      const state = this.open[index];
      if (!state || state.isArrow) continue;
      state.usesReceiver = true;
      break;
    }
    return this.nameAt('this', at);
  }

  protected readClass(name: string, at: number, body: (frame: ClassFrame) => Statement[]): ClassFrame {
    const parent = this.scope.frame;
    const frame: ClassFrame = {
      kind: 'class',
      name,
      qualified: `${parent.qualified}.${name}`,
      module: parent.module,
      parent,
      variables: [],
      at,
      body: [],
    };
    parent.module.classes.push(frame);
    const outer = this.scope;
    this.scope = new Scope(frame, outer);
    frame.body = body(frame);
    this.scope = outer;
    return frame;
  }
}
