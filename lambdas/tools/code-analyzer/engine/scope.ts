import type { Language } from '../graph/call-graph.ts';
import type { Expression, Frame, FunctionFrame, ModuleFrame, Variable } from './ast.ts';

type NameExpression = Extract<Expression, { k: 'name' }>;

/**
 * The names bound in one lexical scope while a file is read. A comprehension has a scope of its own
 * whose variables live in the frame around it.
 */
export class Scope {
  readonly frame: Frame;
  readonly parent: Scope | null;
  readonly isComprehension: boolean;
  readonly names = new Map<string, Variable>();
  readonly globalNames = new Set<string>();
  readonly outerNames = new Set<string>();
  /** Functions and classes defined here. */
  readonly definitions = new Set<string>();
  lambdas = 0;

  constructor(frame: Frame, parent: Scope | null, isComprehension = false) {
    this.frame = frame;
    this.parent = parent;
    this.isComprehension = isComprehension;
  }

  /** The variable a binding of this name writes to. */
  bind(name: string): Variable {
    if (this.globalNames.has(name)) return moduleVariable(this.frame.module, name);
    const known = this.names.get(name);
    if (known) return known;
    if (this.outerNames.has(name)) {
      const outer = this.parent?.find(name, true);
      if (outer) return share(outer, this.frame);
    }
    if (this.frame.kind === 'module' && !this.isComprehension) return moduleVariable(this.frame.module, name);
    const variable: Variable = { name, frame: this.frame, slot: this.frame.variables.length, shared: false };
    this.frame.variables.push(variable);
    this.names.set(name, variable);
    return variable;
  }

  /** The variable of a binding in this scope or around it; class scopes are invisible from functions. */
  find(name: string, fromInside: boolean): Variable | null {
    let inside = fromInside;
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope.globalNames.has(name)) return scope.frame.module.globals.get(name) ?? null;
      const hidden = inside && scope.frame.kind === 'class' && !scope.isComprehension;
      const found = hidden ? undefined : scope.names.get(name);
      if (found) return found;
      if (!scope.isComprehension) inside = true;
    }
    return this.frame.module.globals.get(name) ?? null;
  }
}

/** The module's variable of this name, made when it is new. */
export function moduleVariable(module: ModuleFrame, name: string): Variable {
  const known = module.globals.get(name);
  if (known) return known;
  const variable: Variable = { name, frame: module, slot: module.variables.length, shared: true };
  module.variables.push(variable);
  module.globals.set(name, variable);
  return variable;
}

function share(variable: Variable, user: Frame): Variable {
  if (variable.frame !== user) variable.shared = true;
  return variable;
}

/** Binds every name that was read to its variable, once all bindings of the file are known. */
export function resolveNames(references: { name: NameExpression; scope: Scope }[]): void {
  for (const { name, scope } of references) {
    const variable = scope.find(name.name, false);
    name.variable = variable ? share(variable, scope.frame) : null;
  }
}

export function newModule(
  language: Language,
  qualified: string,
  isPackage: boolean,
  placeOf: ModuleFrame['placeOf'],
): ModuleFrame {
  const frame = {
    kind: 'module',
    name: qualified.slice(qualified.lastIndexOf('.') + 1),
    qualified,
    parent: null,
    variables: [],
    at: 0,
    body: [],
    language,
    isPackage,
    placeOf,
    globals: new Map(),
    exported: null,
    functions: [],
    classes: [],
  } as unknown as ModuleFrame;
  (frame as { module: ModuleFrame }).module = frame;
  return frame;
}

export function newFunction(
  name: string,
  parent: Frame,
  at: number,
  options: { isAsync: boolean; isLambda: boolean },
): FunctionFrame {
  const frame: FunctionFrame = {
    kind: 'function',
    name,
    qualified: `${parent.qualified}.${name}`,
    module: parent.module,
    parent,
    variables: [],
    at,
    body: [],
    parameters: [],
    returns: null,
    isGenerator: false,
    isAsync: options.isAsync,
    isLambda: options.isLambda,
    returnsClosure: false,
    takesReceiver: false,
  };
  parent.module.functions.push(frame);
  return frame;
}
