import type { FileGlance, RecalledPlan } from '../../../schemas/briefs.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import type { PlanDraft, Step } from '../../../schemas/plan.ts';
import type { PlanNote } from '../../../schemas/roles.ts';
import type { Estimate } from './estimates.ts';
import type { FailurePattern } from './failure-patterns.ts';
import type { Pitfall } from './record.ts';

/** A piece of work, as memory knows it. */
export interface Work {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly description: string;
  readonly criteria: readonly string[];
  readonly workspace: readonly FileGlance[];
}
export type WorkPlace = Pick<Work, 'tenant_id' | 'task_id' | 'description'>;

/** What is kept of a plan that was carried out. */
export interface Experience {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly description: string;
  readonly steps: readonly Step[];
  readonly result: JsonObject;
  /** Its task was marked as one whose plans other tenants may see. */
  readonly shareable?: boolean;
  readonly outcome: 'succeeded' | 'failed';
  readonly first_try: boolean;
  /** Put on the plan by the planner; absent for plans of tasks that started before there was memory. */
  readonly note?: PlanNote;
  /** For a failure: what to do differently; the step and error it failed with. */
  readonly lesson: string;
  readonly failed_step?: string;
  readonly error_name?: string;
  /** Seconds from the task's acceptance to now; what the subtask's models cost, where that is known. */
  readonly seconds: number | null;
  readonly cost: { readonly usd: number; readonly tokens: number } | null;
}

/** A remembered plan made to fit, without a model. */
export interface ReusedPlan {
  readonly key: string;
  readonly draft: PlanDraft;
}

/** The office's memory of plans, per tenant. */
export interface Archives {
  /** A plan that succeeded for the same request with other parameters; null when there is none to be sure of. */
  reuse(work: Work, offered: ReadonlySet<string>): Promise<ReusedPlan | null>;
  /** The best few successes and the failures to learn from, within a prompt's budget, best first. */
  recall(place: WorkPlace): Promise<RecalledPlan[]>;
  /** The memory that already holds a plan that does the same for this request; null for a new plan. */
  following(
    work: Work,
    steps: readonly Pick<Step, 'step_id' | 'action' | 'inputs'>[],
  ): Promise<string | null>;
  /** What the planner puts on a plan, so that it can be remembered, blamed and rated. */
  note(
    work: Work,
    plan: {
      readonly steps: readonly Step[];
      readonly result: JsonObject;
      readonly stated_confidence: number | null;
      /** Steps of earlier iterations that the plan builds on, and whether there are others. */
      readonly earlier: readonly Step[];
      readonly left_behind: boolean;
      readonly pitfalls: readonly Pitfall[];
      readonly reused: ReusedPlan | null;
      /** The memory whose plan it repeats, see `following`. */
      readonly follows: string | null;
      /** A person gave it with the task. */
      readonly shown: boolean;
      /** The memories whose plans were followed on the same task before, and did not hold. */
      readonly instead_of: readonly string[];
      readonly cost: { readonly usd: number; readonly tokens: number };
    },
  ): PlanNote;
  /** Time, cost and chance of success by similar tasks; null before there are any. */
  expect(place: WorkPlace, stated: number | null): Promise<Estimate | null>;
  /** Seconds that tasks of these words took, from what this process knows already; null when it knows none. */
  usualSeconds(tenantId: string, description: string): number | null;
  /** Warnings from similar plans that failed, e.g. "3 similar plans failed at http_client (NotFound)." */
  warnings(place: WorkPlace, steps: readonly Pick<Step, 'action'>[]): Promise<string[]>;
  remember(experience: Experience): Promise<void>;
  /** A plan that was reused did not hold: counts it, and with that may quarantine it. */
  blame(tenantId: string, key: string, pitfall: Pitfall): Promise<void>;
  /** A person's word on a task's plans. False for a memory that is gone. */
  rate(
    tenantId: string,
    key: string,
    rating: { readonly task_id: string; readonly rating: number; readonly comment: string },
  ): Promise<boolean>;
  /** The patterns of failures with the given tools, in a sentence each. */
  knownFailures(tenantId: string, tools: ReadonlySet<string>): Promise<string[]>;
  /** Patterns over failures by tool, step kind and error, the most frequent first. */
  failurePatterns(tenantId: string): Promise<FailurePattern[]>;
}
