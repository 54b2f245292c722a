import type {
  GraphCall,
  GraphClass,
  GraphFunction,
  GraphImport,
  LanguageGraph,
} from '../graph/call-graph.ts';
import type { Activation } from './activation.ts';
import type { Expression, FunctionFrame, ModuleFrame, Statement } from './ast.ts';
import { ModuleIndex } from './modules.ts';
import { Solver } from './solver.ts';

/** The call graph of modules analysed together; calls appear once per caller, callee and line. */
export function analyzeModules(modules: readonly ModuleFrame[], above: readonly string[]): LanguageGraph {
  const solver = new Solver(new ModuleIndex(modules, above), modules);
  const calls = collectCalls(solver.solve());
  const functions: GraphFunction[] = [];
  const classes: GraphClass[] = [];
  const imports: GraphImport[] = [];
  for (const module of modules) {
    functions.push({ qualified: module.qualified, kind: 'module', ...module.placeOf(module.at) });
    for (const frame of module.functions) {
      functions.push({
        qualified: frame.qualified,
        kind: kindOf(frame),
        ...module.placeOf(frame.at),
      });
    }
    for (const frame of module.classes) {
      functions.push({
        qualified: frame.qualified,
        kind: 'class',
        ...module.placeOf(frame.at),
      });
    }
    outline(module, classes, imports);
  }
  classes.sort(byPlace);
  imports.sort(byPlace);
  return {
    functions,
    calls: calls.sort(byPlace),
    classes,
    imports,
    overflowed: [...solver.overflowed],
  };
}

/** The calls of all activations: a function analysed several times, or twice on one line, is told once. */
function collectCalls(activations: readonly Activation[]): GraphCall[] {
  const calls: GraphCall[] = [];
  const seen = new Map<string, Map<string, Set<string>>>();
  for (const activation of activations) {
    const { module } = activation.frame;
    for (const [at, { caller, callees }] of activation.calls) {
      const { file, line } = module.placeOf(at);
      const place = `${line} ${file}`;
      const ofCaller = ensured(seen, caller, () => new Map<string, Set<string>>());
      const known = ensured(ofCaller, place, () => new Set<string>());
      for (const callee of callees) {
        if (known.has(callee)) continue;
        known.add(callee);
        calls.push({ caller, callee, file, line });
      }
    }
  }
  return calls;
}

function ensured<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function byPlace(a: { file: string; line: number }, b: { file: string; line: number }): number {
  return (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line;
}

function kindOf(frame: FunctionFrame): GraphFunction['kind'] {
  if (frame.isLambda) return 'lambda';
  return frame.parent?.kind === 'class' ? 'method' : 'function';
}

/** Classes with their bases and imports, wherever they stand. Chains of `elif` are too long to recurse into. */
function outline(module: ModuleFrame, classes: GraphClass[], imports: GraphImport[]): void {
  const pending: (readonly Statement[])[] = [module.body];
  for (let block = pending.pop(); block; block = pending.pop()) {
    for (const statement of block) {
      const place = (): { file: string; line: number } => module.placeOf(statement.at);
      if (statement.k === 'class') {
        const bases = statement.bases.map(spell).filter((base) => base !== '');
        classes.push({ qualified: statement.frame.qualified, ...place(), bases: [...new Set(bases)] });
        pending.push(statement.frame.body);
      } else if (statement.k === 'function') {
        pending.push(statement.frame.body);
      } else if (statement.k === 'import') {
        imports.push({ ...place(), module: statement.module, names: [] });
      } else if (statement.k === 'import_from') {
        const names = statement.star ? ['*'] : statement.names.map((each) => each.name);
        imports.push({ ...place(), module: '.'.repeat(statement.level) + statement.module, names });
      } else if (statement.k === 'if') {
        pending.push(statement.consequence, statement.otherwise);
      } else if (statement.k === 'try') {
        pending.push(statement.body, statement.otherwise, statement.last);
        pending.push(...statement.handlers.map((each) => each.body));
      } else if (statement.k === 'for' || statement.k === 'while' || statement.k === 'with') {
        pending.push(statement.body);
      } else if (statement.k === 'assign' || statement.k === 'expression') {
        const { value } = statement;
        if (value.k === 'imported' && value.module !== '') {
          imports.push({ ...place(), module: value.module, names: value.name === null ? [] : [value.name] });
        }
      }
    }
  }
}

/** A base class as written, as far as it is a name. */
function spell(expression: Expression): string {
  if (expression.k === 'name') return expression.name;
  if (expression.k === 'attribute') return `${spell(expression.object)}.${expression.name}`;
  if (expression.k === 'imported') return expression.name ?? expression.module;
  if (expression.k === 'first')
    return spell(expression.options.at(-1) ?? { k: 'constant', at: 0, type: 'unknown', value: null });
  if (expression.k === 'subscript') return spell(expression.object);
  if (expression.k === 'call') return `${spell(expression.callee)}(…)`;
  return '';
}
