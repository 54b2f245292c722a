import type { RecalledPlan } from '../../../schemas/briefs.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';

/** What is kept of a plan that was carried out. */
export interface Experience {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly subtask_id: string;
  readonly description: string;
  readonly plan_hash: string;
  readonly steps: readonly Step[];
  readonly result: JsonObject;
  readonly outcome: 'succeeded' | 'failed';
  readonly confidence: number | null;
  /** For a failure: what to do differently; the step and error it failed with. */
  readonly lesson: string;
  readonly failed_step?: string;
  readonly error_name?: string;
}

/** The office's memory of plans, per tenant. */
export interface Archives {
  /** The most similar remembered plans, best first; failures among them carry their lesson. */
  recall(query: {
    tenant_id: string;
    description: string;
    tools: readonly string[];
    limit: number;
  }): Promise<RecalledPlan[]>;
  /** Warnings from similar plans that failed, e.g. "3 similar plans failed at a step with http_client (NotFound)". */
  warnings(query: { tenant_id: string; description: string; steps: readonly Step[] }): Promise<string[]>;
  remember(experience: Experience): Promise<void>;
}
