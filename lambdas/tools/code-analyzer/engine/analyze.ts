import type {
  GraphCall,
  GraphClass,
  GraphFunction,
  GraphImport,
  LanguageGraph,
} from '../graph/call-graph.ts';
import type { Expression, FunctionFrame, ModuleFrame, Statement } from './ast.ts';
import { ModuleIndex } from './modules.ts';
import { Solver } from './solver.ts';

/** The call graph of modules analysed together; calls appear once per caller, callee and line. */
export function analyzeModules(modules: readonly ModuleFrame[]): LanguageGraph {
  const solver = new Solver(new ModuleIndex(modules), modules);
  const calls = new Map<string, GraphCall>();
  for (const activation of solver.solve()) {
    const { module } = activation.frame;
    for (const [at, { caller, callees }] of activation.calls) {
      const { file, line } = module.placeOf(at);
      for (const callee of callees) {
        const key = `${caller}>${callee}@${file}:${line}`;
        if (!calls.has(key)) calls.set(key, { caller, callee, file, line });
      }
    }
  }
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
    outline(module, module.body, classes, imports);
  }
  return { functions, calls: [...calls.values()].sort(byPlace), classes, imports };
}

function byPlace(a: GraphCall, b: GraphCall): number {
  return (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line;
}

function kindOf(frame: FunctionFrame): GraphFunction['kind'] {
  if (frame.isLambda) return 'lambda';
  return frame.parent?.kind === 'class' ? 'method' : 'function';
}

/** Classes with their bases and imports, wherever they stand. */
function outline(
  module: ModuleFrame,
  statements: readonly Statement[],
  classes: GraphClass[],
  imports: GraphImport[],
): void {
  for (const statement of statements) {
    const place = module.placeOf(statement.at);
    switch (statement.k) {
      case 'class':
        classes.push({
          qualified: statement.frame.qualified,
          ...place,
          bases: statement.bases.map(spell).filter((base) => base !== ''),
        });
        outline(module, statement.frame.body, classes, imports);
        break;
      case 'function':
        outline(module, statement.frame.body, classes, imports);
        break;
      case 'import':
        imports.push({ ...place, module: statement.module, names: [] });
        break;
      case 'import_from': {
        const names = statement.star ? ['*'] : statement.names.map((each) => each.name);
        imports.push({
          ...place,
          module: '.'.repeat(statement.level) + statement.module,
          names,
        });
        break;
      }
      case 'if':
        outline(module, statement.then, classes, imports);
        outline(module, statement.otherwise, classes, imports);
        break;
      case 'try':
        for (const block of [
          statement.body,
          ...statement.handlers.map((each) => each.body),
          statement.otherwise,
          statement.last,
        ]) {
          outline(module, block, classes, imports);
        }
        break;
      case 'for':
      case 'while':
      case 'with':
        outline(module, statement.body, classes, imports);
        break;
      default:
        break;
    }
  }
}

/** A base class as written, as far as it is a name. */
function spell(expression: Expression): string {
  if (expression.k === 'name') return expression.name;
  if (expression.k === 'attribute') return `${spell(expression.object)}.${expression.name}`;
  if (expression.k === 'subscript') return spell(expression.object);
  if (expression.k === 'call') return `${spell(expression.callee)}(…)`;
  return '';
}
