import type { Language } from '../graph/call-graph.ts';

/**
 * A program as the interpreter reads it: small nodes with names already bound to variables. Modelled on
 * Python; readers of other languages say the same things in these words (`new X()` is a call of X, a
 * method's receiver is its first parameter).
 * `at` is the UTF-16 offset of the node in its file.
 */

/** A variable of a frame. `shared` variables can be seen by other frames (globals, closures). */
export interface Variable {
  readonly name: string;
  readonly frame: Frame;
  readonly slot: number;
  shared: boolean;
}

/** A body with its own variables: a module, a class body, a function or a lambda. */
export interface Frame {
  readonly kind: 'module' | 'class' | 'function';
  readonly name: string;
  /** Dotted, module first: `package.module.Class.method`. */
  readonly qualified: string;
  readonly module: ModuleFrame;
  readonly parent: Frame | null;
  readonly variables: Variable[];
  readonly at: number;
  body: Statement[];
}

export interface ModuleFrame extends Frame {
  readonly kind: 'module';
  readonly isPackage: boolean;
  readonly language: Language;
  /** The file and the line, from 1, of a node. A module may be made of several files. */
  readonly placeOf: (offset: number) => { file: string; line: number };
  readonly globals: Map<string, Variable>;
  /** The names in `__all__` when it is a literal. */
  exported: string[] | null;
  readonly functions: FunctionFrame[];
  readonly classes: ClassFrame[];
}

export interface ClassFrame extends Frame {
  readonly kind: 'class';
}

export interface Parameter {
  readonly variable: Variable;
  readonly kind: 'positional' | 'positional_only' | 'keyword_only' | 'rest' | 'rest_keywords';
  readonly defaultValue: Expression | null;
  readonly annotation: Expression | null;
}

export interface FunctionFrame extends Frame {
  readonly kind: 'function';
  parameters: Parameter[];
  returns: Expression | null;
  isGenerator: boolean;
  readonly isAsync: boolean;
  readonly isLambda: boolean;
  /** Returns functions or classes it defines inside, as decorators do. */
  returnsClosure: boolean;
  /** The first parameter is the object the function is called on (`this`), in languages that hide it. */
  takesReceiver: boolean;
}

export type Expression =
  | { k: 'constant'; at: number; type: string; value: string | number | null }
  | { k: 'name'; at: number; name: string; variable: Variable | null; frame: Frame }
  | { k: 'attribute'; at: number; object: Expression; name: string }
  /** A name of another module of the project (null: the module), or something outside of it. */
  | { k: 'imported'; at: number; module: string; name: string | null }
  | { k: 'subscript'; at: number; object: Expression; index: Expression }
  | { k: 'slice'; at: number; from: Expression | null; to: Expression | null; step: Expression | null }
  | CallExpression
  | { k: 'lambda'; at: number; frame: FunctionFrame }
  | { k: 'sequence'; at: number; type: 'list' | 'tuple' | 'set'; items: Expression[] }
  | { k: 'dict'; at: number; keys: (Expression | null)[]; values: Expression[] }
  | ComprehensionExpression
  | { k: 'either'; at: number; test: Expression | null; options: Expression[] }
  | { k: 'binary'; at: number; operator: string; left: Expression; right: Expression }
  | { k: 'unary'; at: number; operator: string; operand: Expression }
  | { k: 'compare'; at: number; operators: string[]; operands: Expression[] }
  | { k: 'await'; at: number; value: Expression }
  | { k: 'yield'; at: number; value: Expression | null; from: boolean }
  | { k: 'assign_expression'; at: number; target: Expression; value: Expression }
  | { k: 'starred'; at: number; value: Expression }
  /** Text made of parts; `prefix` is what it is known to begin with. */
  | { k: 'text'; at: number; parts: Expression[]; prefix?: string }
  /** The first option that has any value: a name looked up in one place after another. */
  | { k: 'first'; at: number; options: Expression[] }
  /** A value known to be of a type. */
  | { k: 'cast'; at: number; type: Expression; value: Expression }
  /** Statements with a value, such as a class expression. */
  | { k: 'block'; at: number; body: Statement[]; value: Expression }
  /** A target that takes an object apart by name. */
  | { k: 'fields'; at: number; entries: { name: string; target: Expression }[] };

export interface CallExpression {
  k: 'call';
  at: number;
  callee: Expression;
  positional: Expression[];
  keywords: { name: string | null; value: Expression }[];
  /** The parsed text of `eval("…")` and `exec("…")` with a literal. */
  evaluated: Statement[] | null;
}

export interface ComprehensionExpression {
  k: 'comprehension';
  at: number;
  type: 'list' | 'set' | 'dict' | 'generator';
  clauses: ({ target: Expression; iterable: Expression; isAsync: boolean } | { test: Expression })[];
  key: Expression | null;
  element: Expression;
}

export type Statement =
  | { k: 'expression'; at: number; value: Expression }
  | { k: 'assign'; at: number; targets: Expression[]; value: Expression }
  | { k: 'augment'; at: number; target: Expression; operator: string; value: Expression }
  | { k: 'annotate'; at: number; target: Expression; annotation: Expression; value: Expression | null }
  | { k: 'return'; at: number; value: Expression | null }
  | { k: 'if'; at: number; test: Expression; consequence: Statement[]; otherwise: Statement[] }
  | { k: 'while'; at: number; test: Expression; body: Statement[]; otherwise: Statement[] }
  | {
      k: 'for';
      at: number;
      target: Expression;
      iterable: Expression;
      body: Statement[];
      otherwise: Statement[];
      isAsync: boolean;
    }
  | {
      k: 'try';
      at: number;
      body: Statement[];
      handlers: Handler[];
      otherwise: Statement[];
      last: Statement[];
    }
  | {
      k: 'with';
      at: number;
      items: { context: Expression; target: Expression | null }[];
      body: Statement[];
      isAsync: boolean;
    }
  | { k: 'function'; at: number; frame: FunctionFrame; target: Expression; decorators: Expression[] }
  | {
      k: 'class';
      at: number;
      frame: ClassFrame;
      target: Expression;
      bases: Expression[];
      keywords: { name: string | null; value: Expression }[];
      decorators: Expression[];
    }
  | { k: 'import'; at: number; module: string; target: Expression; whole: boolean }
  | {
      k: 'import_from';
      at: number;
      module: string;
      level: number;
      names: { name: string; target: Expression }[];
      star: boolean;
    }
  | { k: 'raise'; at: number; value: Expression | null; cause: Expression | null }
  | { k: 'delete'; at: number; targets: Expression[] }
  | { k: 'match'; at: number; subject: Expression; cases: MatchCase[] }
  | { k: 'jump'; at: number; type: 'break' | 'continue' };

export interface Handler {
  readonly types: Expression | null;
  readonly target: Expression | null;
  readonly body: Statement[];
}

export interface MatchCase {
  readonly pattern: Pattern;
  readonly guard: Expression | null;
  readonly body: Statement[];
}

export type Pattern =
  | { k: 'capture'; target: Expression }
  | { k: 'value'; value: Expression }
  | {
      k: 'class';
      type: Expression;
      positional: Pattern[];
      named: { name: string; pattern: Pattern }[];
    }
  | { k: 'sequence'; items: Pattern[] }
  | { k: 'star'; target: Expression }
  | { k: 'mapping'; entries: { key: Expression; pattern: Pattern }[]; rest: Expression | null }
  | { k: 'any'; options: Pattern[] }
  | { k: 'as'; pattern: Pattern; target: Expression }
  | { k: 'wildcard' };
