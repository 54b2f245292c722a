import type { MemoryRecord } from './record.ts';

/** What a step does, whichever tool does it. */
export type StepKind = 'read' | 'write' | 'compute' | 'fetch' | 'analyze' | 'ask' | 'plan' | 'other';

export interface FailurePattern {
  /** The tool of the failed step; null where the plan failed without one, e.g. before it ran. */
  readonly tool: string | null;
  readonly step_kind: StepKind;
  readonly error: string;
  readonly count: number;
  /** Share of the remembered plans with this tool that failed so. */
  readonly share: number;
  readonly latest_at: string;
  readonly lesson: string;
}

const KINDS: Readonly<Record<string, StepKind>> = {
  python_exec: 'compute',
  math_calculator: 'compute',
  http_client: 'fetch',
  web_search: 'fetch',
  code_analyzer: 'analyze',
  ai_tool: 'ask',
};
const WRITES = /^(?:write|append|delete|copy|move|replace|mkdir|insert)/;

export function stepKindOf(action: string | null, inputs?: Readonly<Record<string, unknown>>): StepKind {
  if (action === null) return 'plan';
  if (action === 'file_operations')
    return WRITES.test(String(inputs?.['operation'] ?? '')) ? 'write' : 'read';
  return KINDS[action] ?? 'other';
}

/** Failures counted by tool, step kind and error; the most frequent first. */
export function patternsOf(records: readonly MemoryRecord[]): FailurePattern[] {
  const found = new Map<string, { pattern: Omit<FailurePattern, 'share'> }>();
  const using = new Map<string | null, number>();
  for (const record of records) {
    const tools = new Set<string | null>([null, ...record.steps.map((step) => step.action)]);
    const runs = Math.max(1, record.successes + record.failures);
    for (const tool of tools) using.set(tool, (using.get(tool) ?? 0) + runs);
    for (const [at, { action, error, lesson }] of record.pitfalls.entries()) {
      // A plan that failed again and again keeps its latest reason only.
      const last = at === record.pitfalls.length - 1;
      const times = last ? Math.max(1, record.failures - at) : 1;
      const step = record.steps.find((candidate) => candidate.action === action);
      const kind = stepKindOf(action, step?.inputs);
      const name = error ?? 'Rejected';
      const id = JSON.stringify([action, kind, name]);
      const before = found.get(id)?.pattern;
      const newer = before === undefined || before.latest_at < record.updated_at;
      found.set(id, {
        pattern: {
          tool: action,
          step_kind: kind,
          error: name,
          count: (before?.count ?? 0) + times,
          latest_at: newer ? record.updated_at : before.latest_at,
          lesson: newer ? lesson : before.lesson,
        },
      });
    }
  }
  return [...found.values()]
    .map(({ pattern }) => ({
      ...pattern,
      share: Math.min(1, pattern.count / Math.max(1, using.get(pattern.tool) ?? 0)),
    }))
    .sort((a, b) => b.count - a.count || (a.latest_at < b.latest_at ? 1 : -1));
}

/** Below this a pattern is chance. */
const LEAST_COUNT = 2;
const TOLD = 5;

/** The patterns with tools that may be used, in a sentence each. */
export const toldFailures = (patterns: readonly FailurePattern[], offered: ReadonlySet<string>): string[] =>
  patterns
    .filter(({ tool, count }) => count >= LEAST_COUNT && tool !== null && offered.has(tool))
    .slice(0, TOLD)
    .map(
      ({ tool, step_kind, error, count, share, lesson }) =>
        `${count} plans (${Math.round(share * 100)} % of those with ${tool}) failed at a ${step_kind} step of ${tool} with ${error}. Latest: ${lesson.slice(0, 200)}`,
    );
