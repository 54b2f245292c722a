import { pathToFileURL } from 'node:url';
import { createMathCalculator } from '../../lambdas/tools/math-calculator/math-calculator.ts';
import { createPythonExec } from '../../lambdas/tools/python-exec/python-exec.ts';
import { aRun } from '../helpers/tool-run.ts';

export interface SandboxFigures {
  /** Milliseconds from nothing to a loaded interpreter. */
  readonly pythonColdMs: number;
  /** Milliseconds of one short program on the interpreter that waits. */
  readonly pythonWarmP50Ms: number;
  readonly pythonWarmP95Ms: number;
  /** Milliseconds until the next interpreter waits, from a snapshot. */
  readonly pythonReloadP50Ms: number;
  readonly calculatorColdMs: number;
  readonly calculatorP50Ms: number;
  readonly calculatorP95Ms: number;
}

const PROGRAMS = 20;
const EXPRESSIONS = 500;

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((left, right) => left - right)[Math.floor((times.length - 1) * share)] ?? 0;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

/** Measures the sandboxed tools as a task meets them: loaded ahead, one call after the other. */
export async function benchSandboxes(): Promise<SandboxFigures> {
  const python = createPythonExec();
  const calculator = createMathCalculator();
  try {
    const pythonColdMs = await timed(() => python.warm());
    const runs: number[] = [];
    const reloads: number[] = [];
    for (let index = 0; index < PROGRAMS; index += 1) {
      runs.push(await timed(() => python.run({ code: `sum(range(${index}))` }, aRun())));
      reloads.push(await timed(() => python.warm()));
    }
    const calculatorColdMs = await timed(() => calculator.warm());
    await calculator.run({ expression: '1 + 1' }, aRun());
    const calculations: number[] = [];
    for (let index = 0; index < EXPRESSIONS; index += 1) {
      calculations.push(await timed(() => calculator.run({ expression: `${index} * 0.1 + 3` }, aRun())));
    }
    return {
      pythonColdMs,
      pythonWarmP50Ms: percentile(runs, 0.5),
      pythonWarmP95Ms: percentile(runs, 0.95),
      pythonReloadP50Ms: percentile(reloads.slice(2), 0.5),
      calculatorColdMs,
      calculatorP50Ms: percentile(calculations, 0.5),
      calculatorP95Ms: percentile(calculations, 0.95),
    };
  } finally {
    python.close();
    calculator.close();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, ms] of Object.entries(await benchSandboxes())) {
    process.stdout.write(`${name.padEnd(20)} ${ms.toFixed(1)}\n`);
  }
}
