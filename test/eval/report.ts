/** What became of one task of the evaluation. */
export interface Outcome {
  readonly id: string;
  readonly family: string;
  readonly pass: boolean;
  readonly reason: string;
  readonly seconds: number;
  /** Tokens of all model calls; 0 where the rules answered. */
  readonly tokens: number;
}

export interface FamilyReport {
  readonly family: string;
  readonly tasks: number;
  readonly passed: number;
  readonly p50_seconds: number;
  readonly p95_seconds: number;
  readonly tokens_per_task: number;
}

/** The nearest-rank percentile of values in any order; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** One line per family, then all together. */
export function byFamily(outcomes: readonly Outcome[]): FamilyReport[] {
  const families = [...new Set(outcomes.map(({ family }) => family))].sort();
  const line = (family: string, of: readonly Outcome[]): FamilyReport => ({
    family,
    tasks: of.length,
    passed: of.filter(({ pass }) => pass).length,
    p50_seconds: percentile(
      of.map(({ seconds }) => seconds),
      0.5,
    ),
    p95_seconds: percentile(
      of.map(({ seconds }) => seconds),
      0.95,
    ),
    tokens_per_task: Math.round(of.reduce((sum, { tokens }) => sum + tokens, 0) / Math.max(1, of.length)),
  });
  return [
    ...families.map((family) =>
      line(
        family,
        outcomes.filter((outcome) => outcome.family === family),
      ),
    ),
    line('all', outcomes),
  ];
}

/** A plain table for a terminal or a log. */
export function tableOf(reports: readonly FamilyReport[]): string {
  const rows = reports.map(({ family, tasks, passed, p50_seconds, p95_seconds, tokens_per_task }) => [
    family,
    String(tasks),
    String(passed),
    `${((100 * passed) / Math.max(1, tasks)).toFixed(1)} %`,
    p50_seconds.toFixed(2),
    p95_seconds.toFixed(2),
    String(tokens_per_task),
  ]);
  const head = ['family', 'tasks', 'passed', 'success', 'p50 s', 'p95 s', 'tokens/task'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
