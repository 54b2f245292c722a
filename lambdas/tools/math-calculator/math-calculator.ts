import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Tool, ToolFailure, type ToolResult, type ToolRun } from '../../shared/tools/define-tool.ts';
import { type Walls, wallsAround } from '../python-exec/process-walls.ts';
import { CalculatorProcess, type Failure } from './calculator-process.ts';
import {
  type MathCalculatorInputs,
  type MathCalculatorOutput,
  mathCalculatorDeclaration,
} from './declaration.ts';
import { plainArithmetic } from './plain-arithmetic.ts';

const LIMIT_MS = 1_000;
const START_MS = 10_000;
const HEAP_MB = 64;
/** One that works and one that is ready when the first is stopped. */
const MAX_PROCESSES = 2;
/** A process is replaced after so many expressions, long before the kernel's limit on its processor time. */
const MAX_USES = 10_000;

export interface MathCalculatorDeps {
  /** Where `OFFICE_CALCULATOR_DIR` is looked up. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds that one expression may take. Default 1,000. */
  readonly limit_ms?: number;
  /** Loads a calculator when the tool is created. Default false: the first run starts it. */
  readonly prewarm?: boolean;
}

export interface MathCalculator
  extends Tool<typeof mathCalculatorDeclaration.inputs, typeof mathCalculatorDeclaration.output> {
  /** Resolves when a calculator is loaded and waiting. */
  warm(): Promise<boolean>;
  /** Ends the processes. */
  close(): void;
}

/**
 * Calculates expressions, each within 1 s and 64 MB, in a process of its own that is replaced when it is stopped; plain
 * arithmetic at once.
 * @throws ToolFailure `InvalidExpression`, `ForbiddenFunction`, `NotFinite`, `TimeoutExceeded`, `MemoryLimitExceeded`,
 *   `OutputLimitExceeded`, `CalculatorUnavailable` (retryable)
 */
export function createMathCalculator(deps: MathCalculatorDeps = {}): MathCalculator {
  const limitMs = deps.limit_ms ?? LIMIT_MS;
  let walls: Walls | undefined;
  const idle: CalculatorProcess[] = [];
  const busy = new Set<CalculatorProcess>();
  const queue: ((process: CalculatorProcess) => void)[] = [];

  function start(): CalculatorProcess {
    walls ??= wallsOfCalculator(deps.environment ?? process.env);
    return new CalculatorProcess(walls);
  }
  function take(): Promise<CalculatorProcess> {
    const alive = idle.filter((calculator) => calculator.alive);
    const next = alive.find((calculator) => calculator.loaded) ?? alive[0];
    idle.splice(0, idle.length, ...alive.filter((calculator) => calculator !== next));
    if (next) return lend(next);
    if (busy.size < MAX_PROCESSES) return lend(start());
    return new Promise((resolve) => queue.push(resolve));
  }
  async function lend(calculator: CalculatorProcess): Promise<CalculatorProcess> {
    busy.add(calculator);
    // The next one loads while this one works.
    if (idle.length === 0 && busy.size < MAX_PROCESSES) idle.push(start());
    return calculator;
  }
  function giveBack(calculator: CalculatorProcess): void {
    busy.delete(calculator);
    // Nobody waits for a successor to load: until there is one, this one goes on.
    if (calculator.uses >= MAX_USES && idle.some(({ alive, loaded }) => alive && loaded)) calculator.kill();
    if (calculator.alive) idle.unshift(calculator);
    const next = queue.shift();
    if (next) void take().then(next);
    else if (idle.length === 0) idle.push(start());
  }
  const endAll = () => {
    for (const calculator of [...idle.splice(0), ...busy]) calculator.kill();
  };
  process.once('exit', endAll);
  if (deps.prewarm) idle.push(start());

  async function run(
    inputs: MathCalculatorInputs,
    context: ToolRun,
  ): Promise<ToolResult<MathCalculatorOutput>> {
    const { expression, variables = {}, precision } = inputs;
    if (precision === undefined && Object.keys(variables).length === 0) {
      const output = plainArithmetic(expression);
      if (output !== undefined) return { output };
    }
    const calculator = await take();
    try {
      const limits = { startMs: START_MS, limitMs };
      const reply = await calculator.calculate({ expression, variables, precision }, limits, context.signal);
      if (typeof reply === 'string') throw failureOf(reply, limitMs);
      if ('error' in reply) throw new ToolFailure(reply.error.name, reply.error.message);
      // What every tool answers is checked against its declaration by the handler around it.
      return { output: reply.output as unknown as MathCalculatorOutput };
    } finally {
      giveBack(calculator);
    }
  }
  async function warm(): Promise<boolean> {
    if (idle.length === 0) idle.push(start());
    return (await idle[0]?.waitReady()) ?? false;
  }
  return {
    declaration: mathCalculatorDeclaration,
    run,
    warm,
    close() {
      endAll();
      process.removeListener('exit', endAll);
    },
  };
}

function failureOf(failure: Failure, limitMs: number): ToolFailure {
  switch (failure) {
    case 'too_slow':
      return new ToolFailure(
        'TimeoutExceeded',
        `The expression takes longer than ${limitMs / 1000} s; simplify it.`,
      );
    case 'out_of_memory':
      return new ToolFailure(
        'MemoryLimitExceeded',
        `The expression needs more than ${HEAP_MB} MB; make it smaller.`,
      );
    case 'gone':
      return new ToolFailure('CalculatorUnavailable', 'The calculator ended without an answer.', {
        retryable: true,
      });
  }
}

/**
 * The calculator's program: the folder `OFFICE_CALCULATOR_DIR`, or `sandbox` beside this module. It holds either the
 * sources, which read the installed mathjs, or `calculator.mjs` bundled with it.
 */
function wallsOfCalculator(environment: NodeJS.ProcessEnv): Walls {
  const url: string | undefined = import.meta.url;
  const own = url
    ? dirname(fileURLToPath(url))
    : (environment['LAMBDA_TASK_ROOT'] ?? dirname(process.argv[1] ?? '.'));
  const folder = environment['OFFICE_CALCULATOR_DIR'] ?? join(own, 'sandbox');
  const script = join(folder, 'calculator.mjs');
  if (!existsSync(script)) {
    throw new ToolFailure(
      'CalculatorUnavailable',
      'The program of the calculator is not installed; set OFFICE_CALCULATOR_DIR to its folder.',
    );
  }
  // The permission model compares real paths.
  const readable = [realpathSync(folder)];
  if (existsSync(join(folder, 'evaluate.mjs'))) {
    readable.push(realpathSync(dirname(createRequire(realpathSync(script)).resolve('mathjs/package.json'))));
  }
  return wallsAround({
    script: realpathSync(script),
    args: [],
    readable,
    js_heap_mb: HEAP_MB,
    cpu_seconds: 2 * MAX_USES,
  });
}
