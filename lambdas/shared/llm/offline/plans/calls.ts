/** Plans of questions about who calls whom, and of calculations. */
import type { Calculation, CallGraph, CallNeighbours, CallPath } from '../intents/intent.ts';
import { type Found, needTool, type PlanBuilder, ref } from './draft.ts';
import { computed, type Prior } from './programs.ts';
import { NEIGHBOURS_PROGRAM } from './python/neighbours-program.ts';
import { pythonProgram } from './python/program.ts';

/** As many as the analyzer gives. */
const MOST_PATHS = 100;

export function planCallPath(plan: PlanBuilder, { start, end, folder, all }: CallPath, prior: Prior): Found {
  needTool(plan, 'code_analyzer');
  const every = all === true ? { all_paths: true, max_paths: MOST_PATHS } : {};
  const step = plan.add(
    'trace',
    'code_analyzer',
    { operation: 'call_path', folder, start_func: start, end_func: end, ...every },
    [...prior.touched.values()],
    120,
  );
  const path = ref(step, all === true ? 'paths' : 'path');
  return {
    step_id: step,
    needs: [step],
    value: path,
    text: `${path}\n`,
    stdin: `${path}\n`,
    result: {
      status: ref(step, 'status'),
      ...(all === true
        ? { path: ref(step, 'path'), paths: path, complete: ref(step, 'paths_complete') }
        : { path }),
      locations: ref(step, 'locations'),
      calls: ref(step, 'calls'),
      mermaid: ref(step, 'mermaid'),
    },
    summary: null,
    effect: false,
  };
}

export function planNeighbours(
  plan: PlanBuilder,
  { kind, name, folder, file }: CallNeighbours,
  prior: Prior,
): Found {
  needTool(plan, 'code_analyzer');
  const step = plan.add(
    'graph',
    'code_analyzer',
    { operation: 'call_graph', folder },
    [...prior.touched.values()],
    120,
  );
  const edges = ref(step, 'edges');
  if (plan.has('python_exec')) {
    const code = pythonProgram(NEIGHBOURS_PROGRAM, { kind, name, ...(file === undefined ? {} : { file }) });
    const found = computed(plan, kind, { code, stdin: `${edges}\n` }, [step], ['locations']);
    return { ...found, result: { ...found.result, [kind]: found.value } };
  }
  return {
    step_id: step,
    needs: [step],
    value: edges,
    text: `${edges}\n`,
    stdin: `${edges}\n`,
    result: { edges },
    summary: null,
    effect: false,
  };
}

export function planGraph(plan: PlanBuilder, { kind, folder }: CallGraph, prior: Prior): Found {
  needTool(plan, 'code_analyzer');
  const step = plan.add(
    kind === 'outline' ? 'outline' : 'graph',
    'code_analyzer',
    { operation: kind, folder },
    [...prior.touched.values()],
    120,
  );
  const whole = ref(step);
  const result =
    kind === 'outline'
      ? { functions: ref(step, 'functions'), classes: ref(step, 'classes') }
      : { edges: ref(step, 'edges'), functions: ref(step, 'functions') };
  return {
    step_id: step,
    needs: [step],
    value: kind === 'outline' ? whole : ref(step, 'edges'),
    text: `${whole}\n`,
    stdin: `${whole}\n`,
    result,
    summary: ref(step, 'summary'),
    effect: false,
  };
}

/** Null when it continues a result that is not there. */
export function planCalculation(plan: PlanBuilder, work: Calculation, prior: Prior): Found | null {
  const last = prior.last;
  if (work.ofPrevious === true && last === null) return null;
  const expression =
    work.decimals === undefined ? work.expression : `round(${work.expression}, ${work.decimals})`;
  const operand = work.ofPrevious === true && last !== null ? numberOf(plan, last) : null;
  const variables = operand === null ? null : { x: operand.value };
  if (!plan.has('math_calculator')) {
    const code = variables === null ? pythonExpression(expression) : null;
    if (code === null) needTool(plan, 'math_calculator');
    const step = plan.add('calculate', 'python_exec', { code: code ?? '' });
    return calculated(work, step, ref(step, 'result'));
  }
  const step = plan.add(
    'calculate',
    'math_calculator',
    {
      expression,
      ...(variables === null ? {} : { variables }),
      ...(work.precision === undefined ? {} : { precision: work.precision }),
    },
    operand === null ? [] : operand.needs,
  );
  return calculated(work, step, ref(step, 'value'));
}

const PRINTED_NUMBER = `import sys
text = sys.stdin.read().strip()
try:
    number = float(text.replace(",", ""))
except ValueError:
    raise ValueError("What the program printed is no single number.") from None
int(text) if text.lstrip("+-").isdigit() else number
`;

/** What a program printed is a text with a line break, also when it is a number. */
function numberOf(plan: PlanBuilder, found: Found): Pick<Found, 'value' | 'needs'> {
  if (found.printed !== true || found.stdin === null) return found;
  const code = pythonProgram(PRINTED_NUMBER, {});
  const step = plan.add('number', 'python_exec', { code, stdin: found.stdin }, found.needs);
  return { value: ref(step, 'result'), needs: [step] };
}

function calculated(work: Calculation, step: string, value: string): Found {
  const unit = work.unit === undefined ? {} : { unit: work.unit };
  const shown = work.unit === undefined ? value : `${value} ${work.unit}`;
  return {
    step_id: step,
    needs: [step],
    value,
    text: `${value}\n`,
    stdin: `${value}\n`,
    result: { value, ...unit },
    summary: work.ofPrevious === true ? `The result is ${shown}.` : `${capital(work.asked)} = ${shown}.`,
    effect: false,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Plain arithmetic as Python, for tasks that may not use the calculator; null when it holds more than that. */
function pythonExpression(expression: string): string | null {
  if (!/^[\d\s+\-*/^().,%a-z]+$/i.test(expression) || /%/.test(expression)) return null;
  const names = expression.match(/[A-Za-z]+/g) ?? [];
  const known = new Set([
    'sqrt',
    'exp',
    'sin',
    'cos',
    'tan',
    'floor',
    'ceil',
    'factorial',
    'gcd',
    'lcm',
    'pi',
    'abs',
    'round',
    'log',
    'e',
  ]);
  if (names.some((name) => !known.has(name))) return null;
  return `from math import *\n${expression.replaceAll('^', '**')}\n`;
}
