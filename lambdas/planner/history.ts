import type { StepReport } from '../../schemas/briefs.ts';
import type { TaskEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import { findingSchema, type Step } from '../../schemas/plan.ts';
import type { ClaimCheck } from '../../schemas/references.ts';
import { type StepOutcome, stepOutcomeSchema } from '../../schemas/roles.ts';
import { costSchema } from '../../schemas/task.ts';
import { parse, safeParse } from '../shared/parse.ts';
import type { StoredPlan } from '../shared/stores/plan-store.ts';

/** What earlier iterations of a subtask left behind. */
export interface History {
  readonly iterations: number;
  /** Why earlier plans were not good enough, oldest first. */
  readonly feedback: string[];
  /** Hashes of the steps of plans that were turned down before they ran. */
  readonly turnedDown: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, StepOutcome & { iteration: number }>;
  /** Memories whose plans were followed, with the iteration. */
  readonly followed: ReadonlyMap<string, number>;
  /** Of the subtask's model calls so far. */
  readonly cost: { readonly usd: number; readonly tokens: number };
}

/** Before anything was tried. */
export const EMPTY_HISTORY: History = {
  iterations: 0,
  feedback: [],
  turnedDown: new Set(),
  outcomes: new Map(),
  followed: new Map(),
  cost: { usd: 0, tokens: 0 },
};

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Why a plan was turned down, from the event that says so; null for events that turn nothing down. */
function objection(event: TaskEvent): string | null {
  switch (event.type) {
    case 'plan.rejected': {
      const findings = findingSchema.array().parse(event.data?.['feedback'] ?? []);
      return `The plan was rejected before it ran. ${findings.map((f) => `${f.path}: ${f.message}`).join(' ')}`;
    }
    case 'plan.denied':
      return `The broker denied the plan. ${text(event.data?.['reason'])}`;
    case 'approval.decided':
      return event.data?.['outcome'] === 'rejected'
        ? `A person rejected the plan. ${text(event.data['comment'])}`.trim()
        : null;
    case 'review.finished':
      return event.data?.['verdict'] === 'APPROVE' ? null : text(event.data?.['feedback']);
    default:
      return null;
  }
}

/** Folds a subtask's events into what its next plan must take into account. */
export function historyOf(events: readonly TaskEvent[], subtaskId: string): History {
  const feedback: string[] = [];
  const turnedDown = new Set<string>();
  const outcomes = new Map<string, StepOutcome & { iteration: number }>();
  const followed = new Map<string, number>();
  const cost = { usd: 0, tokens: 0 };
  let iterations = 0;
  let stepsHash = '';
  for (const event of events) {
    if (event.subtask_id !== subtaskId) continue;
    iterations = Math.max(iterations, event.iteration ?? 0);
    if (event.type === 'plan.created') {
      stepsHash = text(event.data?.['steps_hash']);
      const key = text(event.data?.['memory']);
      if (key !== '') followed.set(key, event.iteration ?? 0);
    }
    if (event.type === 'model.called') {
      const spent = safeParse(costSchema, event.data?.['cost']);
      cost.usd += spent.data?.usd ?? 0;
      cost.tokens += spent.data?.tokens ?? 0;
    }
    if (event.type === 'step.finished' && event.data?.['outcome'] !== undefined) {
      const outcome = parse(stepOutcomeSchema, event.data['outcome']);
      outcomes.set(outcome.step_id, { ...outcome, iteration: event.iteration ?? 0 });
    }
    const against = objection(event);
    if (against !== null) {
      feedback.push(against);
      if (event.type !== 'review.finished') turnedDown.add(stepsHash);
    }
  }
  return { iterations, feedback, turnedDown, outcomes, followed, cost };
}

/** The longest output a brief shows of one step; the rest is a reference away. */
const REPORT_BYTES = 4_000;

/** A step and its outcome as a model sees it. */
export async function reportOf(
  step: { step_id: string; action: string; inputs: StepReport['inputs'] },
  outcome: StepOutcome,
  open: (check: ClaimCheck) => Promise<Json>,
): Promise<StepReport> {
  const output = outcome.output === undefined ? undefined : await open(outcome.output);
  const long = output !== undefined && JSON.stringify(output).length > REPORT_BYTES;
  return {
    step_id: step.step_id,
    action: step.action,
    inputs: step.inputs,
    status: outcome.status,
    ...(output === undefined
      ? {}
      : { output: long ? `${JSON.stringify(output).slice(0, REPORT_BYTES)}…` : output }),
    ...(long ? { truncated: true } : {}),
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
  };
}

/** Steps of earlier iterations: what finished can be built on, what failed can be avoided. */
export interface Leftovers {
  readonly finished: StepReport[];
  readonly failed: StepReport[];
  /** As they were planned when they finished, by id. */
  readonly finishedSteps: ReadonlyMap<string, Step & { readonly iteration: number }>;
  /** Outputs by step. */
  readonly carried: Readonly<Record<string, ClaimCheck>>;
}

export async function leftoversOf(
  history: History,
  documents: readonly StoredPlan[],
  open: (check: ClaimCheck) => Promise<Json>,
): Promise<Leftovers> {
  const finished: StepReport[] = [];
  const failed: StepReport[] = [];
  const finishedSteps = new Map<string, Step & { iteration: number }>();
  const carried: Record<string, ClaimCheck> = {};
  for (const outcome of history.outcomes.values()) {
    const { step_id, iteration } = outcome;
    const step = stepOf(documents, step_id, iteration);
    if (step === undefined) continue;
    const report = await reportOf(step, outcome, open);
    if (outcome.status !== 'succeeded') failed.push(report);
    else {
      finished.push(report);
      finishedSteps.set(step_id, { ...step, iteration });
      if (outcome.output !== undefined) carried[step_id] = outcome.output;
    }
  }
  return { finished, failed, finishedSteps, carried };
}

/** The step as it was planned for an iteration, by the latest plan that had it until then. */
function stepOf(documents: readonly StoredPlan[], stepId: string, iteration: number) {
  for (const document of [...documents].reverse()) {
    if (document.iteration > iteration) continue;
    const step = document.plan.steps.find((candidate) => candidate.step_id === stepId);
    if (step !== undefined) return step;
  }
  return undefined;
}
