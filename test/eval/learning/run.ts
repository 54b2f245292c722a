/** `npm run eval -- --learning`: the same families of tasks without memory, with it, and with a poisoned one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { calibrationError } from '../../../lambdas/shared/memory/estimates.ts';
import {
  type Condition,
  conditions,
  type Outcome,
  type PhaseResult,
  type ProviderName,
  phaseResultSchema,
  providers,
} from './outcome.ts';

/** Means over tasks. */
export interface Figures {
  readonly tasks: number;
  readonly success: number;
  /** Share of wrong answers that were given as right ones. */
  readonly wrong: number;
  readonly first_try: number;
  readonly iterations: number;
  readonly planner_calls: number;
  readonly tokens: number;
  readonly usd: number;
  readonly seconds: number;
  readonly reused: number;
  /** Expected calibration error of the first plans' confidences; null without confidences. */
  readonly ece: number | null;
}

export interface LearningReport {
  readonly provider: ProviderName;
  readonly encoder: string;
  /** The first task of each family with memory: there is nothing to remember yet. */
  readonly cold: Figures;
  /** Every later task with memory, and the same tasks without and with a poisoned one. */
  readonly warm: Figures;
  readonly off: Figures;
  readonly poisoned: Figures;
  /** What was promised and does not hold. */
  readonly missed: readonly string[];
}

/** Points of first-try success that memory has to bring, unless it brings it to 100 %. */
const FIRST_TRY_GAIN = 0.2;
const TOKENS_LEFT = 0.5;

function runPhase(provider: ProviderName, condition: Condition): Promise<PhaseResult> {
  const script = join(import.meta.dirname, 'phase.ts');
  const typescript = new URL('../../../scripts/typescript.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', typescript, script, provider, condition], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      const line = out.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(phaseResultSchema.parse(JSON.parse(line)));
      else
        reject(new Error(`The phase ${provider}/${condition} ended with ${code}: ${errors.slice(-2_000)}`));
    });
  });
}

export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const mean = (value: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / Math.max(1, outcomes.length);
  const predictions = outcomes.flatMap(({ confidence, first_try }) =>
    confidence === null ? [] : [{ confidence, held: first_try }],
  );
  return {
    tasks: outcomes.length,
    success: mean(({ right }) => Number(right)),
    wrong: mean(({ wrong }) => Number(wrong)),
    first_try: mean(({ first_try }) => Number(first_try)),
    iterations: mean(({ iterations }) => iterations),
    planner_calls: mean(({ planner_calls }) => planner_calls),
    tokens: mean(({ tokens }) => tokens),
    usd: mean(({ usd }) => usd),
    seconds: mean(({ seconds }) => seconds),
    reused: mean(({ reused }) => Number(reused)),
    ece: predictions.length === 0 ? null : calibrationError(predictions),
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function missedTargets({ warm, off, poisoned }: Pick<LearningReport, 'warm' | 'off' | 'poisoned'>): string[] {
  const missed: string[] = [];
  if (warm.first_try < 1 && warm.first_try < off.first_try + FIRST_TRY_GAIN)
    missed.push(
      `first-try success ${percent(warm.first_try)} with memory, ${percent(off.first_try)} without`,
    );
  if (off.tokens > 0 && warm.tokens > off.tokens * TOKENS_LEFT)
    missed.push(`${warm.tokens.toFixed(0)} tokens with memory, ${off.tokens.toFixed(0)} without`);
  if (warm.success < off.success)
    missed.push(`success ${percent(warm.success)} with memory, ${percent(off.success)} without`);
  if (poisoned.success < off.success)
    missed.push(`success ${percent(poisoned.success)} with poisoned memory, ${percent(off.success)} without`);
  for (const [memory, { wrong }] of Object.entries({ memory: warm, 'poisoned memory': poisoned }))
    if (wrong > off.wrong)
      missed.push(`${percent(wrong)} wrong answers with ${memory}, ${percent(off.wrong)} without`);
  return missed;
}

/** Runs every phase, one after the other; some 20 seconds each. */
export async function runLearningEval(): Promise<LearningReport[]> {
  const reports: LearningReport[] = [];
  for (const provider of providers) {
    const phases = {} as Record<Condition, PhaseResult>;
    for (const condition of conditions) phases[condition] = await runPhase(provider, condition);
    const later = (condition: Condition) =>
      figuresOf(phases[condition].outcomes.filter(({ variant }) => variant > 0));
    const report = {
      provider,
      encoder: phases.on.encoder,
      cold: figuresOf(phases.on.outcomes.filter(({ variant }) => variant === 0)),
      warm: later('on'),
      off: later('off'),
      poisoned: later('poisoned'),
    };
    reports.push({ ...report, missed: missedTargets(report) });
  }
  return reports;
}

export function printLearningReport(reports: readonly LearningReport[]): void {
  const head = [
    '',
    'tasks',
    'success',
    'wrong',
    '1st try',
    'iter.',
    'reused',
    'plan calls',
    'tokens',
    'USD',
    'seconds',
    'ECE',
  ];
  for (const report of reports) {
    console.log(`\nprovider ${report.provider}, encoder ${report.encoder}`);
    const row = (name: string, figures: Figures): string[] => [
      name,
      String(figures.tasks),
      percent(figures.success),
      percent(figures.wrong),
      percent(figures.first_try),
      figures.iterations.toFixed(2),
      percent(figures.reused),
      figures.planner_calls.toFixed(2),
      figures.tokens.toFixed(0),
      figures.usd.toFixed(5),
      figures.seconds.toFixed(2),
      figures.ece === null ? '-' : figures.ece.toFixed(3),
    ];
    const rows = [
      head,
      row('first of each family', report.cold),
      row('later ones, no memory', report.off),
      row('later ones, with memory', report.warm),
      row('later ones, poisoned', report.poisoned),
    ];
    const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
    for (const cells of rows)
      console.log(
        cells
          .map((cell, column) =>
            column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
          )
          .join('  '),
      );
    for (const missed of report.missed) console.log(`MISSED  ${missed}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reports = await runLearningEval();
  if (process.argv.includes('--json')) console.log(JSON.stringify(reports));
  else printLearningReport(reports);
  process.exitCode = reports.some(({ missed }) => missed.length > 0) ? 1 : 0;
}
