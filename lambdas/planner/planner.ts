import type { z } from 'zod';
import { type PlannerBrief, plannerAnswerSchema, type StepReport } from '../../schemas/briefs.ts';
import type { NewEvent, TaskEvent } from '../../schemas/events.ts';
import { type Json, jsonSchema } from '../../schemas/json.ts';
import { type Plan, planSchema } from '../../schemas/plan.ts';
import { type ClaimCheck, claimCheckSchema } from '../../schemas/references.ts';
import {
  type PlanDocument,
  type PlannerResult,
  type plannerEventSchema,
  type TaskContext,
  taskContextSchema,
} from '../../schemas/roles.ts';
import { type Priority, type Subtask, subtaskSchema, type TaskKey } from '../../schemas/task.ts';
import { canonicalHash } from '../shared/canonical.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { ModelRouter } from '../shared/llm/provider.ts';
import { kindOfWork } from '../shared/llm/task-kind.ts';
import type { Archives } from '../shared/memory/archives.ts';
import { askModel } from '../shared/model-call.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import type { PlanStore } from '../shared/stores/plan-store.ts';
import { glanceAt } from '../shared/tools/glance.ts';
import { offerTools, type ToolRegistry, type ToolShelf } from '../shared/tools/shelf.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import { composePlan, hashOfSteps, stepItems } from './compose.ts';
import { EMPTY_HISTORY, type History, historyOf, reportOf, stepOf } from './history.ts';
import { plannerInstructions } from './prompt.ts';
import { blameMemories, foundation, knownFailures, pitfallsOf } from './remembering.ts';

/** The planner came up with a plan that was turned down before; asking again would not help. */
export class PlanningStuckError extends OfficeError {
  override readonly name = 'PlanningStuckError';
}

export type PlannersArchives = Pick<
  Archives,
  'reuse' | 'recall' | 'note' | 'expect' | 'blame' | 'failurePatterns'
>;

export interface PlannerDeps {
  readonly log: Pick<EventLog, 'append' | 'list'>;
  readonly plans: Pick<PlanStore, 'list'>;
  readonly claims: ClaimChecks;
  readonly router: ModelRouter;
  readonly registry: ToolRegistry;
  readonly archives: PlannersArchives;
  readonly workspaceOf: (key: TaskKey) => Workspace;
  readonly now: () => Date;
}

const priorityNumber: Record<Priority, number> = { low: 0, normal: 1, high: 2 };

type PlannerEvent = z.output<typeof plannerEventSchema>;

export function createPlanner(deps: PlannerDeps) {
  const open = (check: ClaimCheck): Promise<Json> => deps.claims.checkOut(check, jsonSchema);

  async function prerequisiteResults(
    subtask: Subtask,
    events: readonly TaskEvent[],
  ): Promise<Record<string, Json>> {
    const results: Record<string, Json> = {};
    for (const event of events) {
      const id = event.subtask_id ?? '';
      if (event.type === 'subtask.finished' && subtask.prerequisites.includes(id)) {
        results[id] = await open(claimCheckSchema.parse(event.data?.['result']));
      }
    }
    return results;
  }

  /** Steps of earlier iterations: what finished can be built on, what failed can be avoided. */
  async function reports(key: TaskKey, subtaskId: string, history: History) {
    const documents = history.outcomes.size === 0 ? [] : await deps.plans.list(key, subtaskId);
    const finished: StepReport[] = [];
    const failed: StepReport[] = [];
    const carried: Record<string, ClaimCheck> = {};
    for (const outcome of history.outcomes.values()) {
      const step = stepOf(documents, outcome.step_id);
      if (step === undefined) continue;
      const report = await reportOf(step, outcome, open);
      if (outcome.status !== 'succeeded') failed.push(report);
      else {
        finished.push(report);
        if (outcome.output !== undefined) carried[outcome.step_id] = outcome.output;
      }
    }
    return { finished, failed, carried };
  }

  async function draftPlan(
    event: PlannerEvent,
    context: TaskContext,
    iteration: number,
    history: History,
    events: readonly TaskEvent[],
  ): Promise<{ document: PlanDocument; events: NewEvent[] }> {
    const subtask = await deps.claims.checkOut(event.subtask, subtaskSchema);
    const [shelf, left, recalled, results] = await Promise.all([
      deps.registry.shelf(event.tenant_id),
      reports(event, event.subtask_id, history),
      deps.archives.recall({
        tenant_id: event.tenant_id,
        description: subtask.description,
        tools: context.allowed_tools ?? [],
        limit: RECALLED_PLANS,
      }),
      prerequisiteResults(subtask, events),
    ]);
    const stale = events.some((earlier) => mayHaveWritten(earlier, shelf));
    const brief: PlannerBrief = {
      role: 'planner',
      task: { description: context.description, criteria: context.criteria },
      subtask,
      prerequisite_results: results,
      ...offerTools(shelf, context.allowed_tools),
      workspace: stale ? await glanceAt(deps.workspaceOf(event)) : context.workspace,
      iteration,
      feedback: history.feedback,
      finished_steps: left.finished,
      failed_steps: left.failed,
      recalled,
    };
    const reply = await askModel(deps, {
      place: {
        tenant_id: event.tenant_id,
        task_id: event.task_id,
        subtask_id: event.subtask_id,
        iteration,
        max_cost_usd: context.max_cost_usd,
      },
      instructions: plannerInstructions,
      brief,
      schema: { name: 'plan', zod: plannerAnswerSchema },
      // A plan that was turned down or failed deserves a better planner.
      work: { kind: kindOfWork(subtask.tool_hints), rejections: history.feedback.length },
    });
    const finished = new Map(left.finished.map((report) => [report.step_id, report]));
    const plan = composePlan(
      reply.value,
      {
        task_id: event.task_id,
        subtask_id: event.subtask_id,
        iteration,
        priority: priorityNumber[context.priority],
        now: deps.now(),
      },
      finished,
    );
    const replanned = new Set(plan.steps.map((step) => step.step_id));
    const carried = Object.fromEntries(Object.entries(left.carried).filter(([id]) => !replanned.has(id)));
    const { result, rationale } = reply.value;
    return { document: { plan, result, rationale, carried, source: reply.source }, events: [reply.event] };
  }

  /** A plan given by the caller; run again, only its unfinished steps are left. */
  async function givenPlan(check: ClaimCheck, event: PlannerEvent, history: History): Promise<PlanDocument> {
    const given = await deps.claims.checkOut(check, planSchema);
    const { carried } = await reports(event, event.subtask_id, history);
    const open = given.steps.filter((step) => !(step.step_id in carried));
    const steps = (open.length > 0 ? open : given.steps).map((step) => ({
      ...step,
      dependencies: step.dependencies.filter((id) => !(id in carried)),
    }));
    const plan: Plan = { ...given, task_id: event.task_id, steps };
    return {
      plan,
      result: {},
      rationale: 'Given with the task.',
      carried,
      source: { provider: 'caller', model: 'none' },
    };
  }

  return {
    /**
     * Plans the next iteration of a subtask.
     * @throws PlanningStuckError and what the router throws
     */
    async plan(event: PlannerEvent): Promise<PlannerResult> {
      const key: TaskKey = { tenant_id: event.tenant_id, task_id: event.task_id };
      const context = await deps.claims.checkOut(event.context, taskContextSchema);
      const subtask = await deps.claims.checkOut(event.subtask, subtaskSchema);
      const again = event.previous.iteration > 0 || event.resume;
      const events = again || subtask.prerequisites.length > 0 ? await deps.log.list(key) : [];
      const history = again ? historyOf(events, event.subtask_id) : EMPTY_HISTORY;
      const iteration = Math.max(event.previous.iteration, history.iterations) + 1;
      const first = event.previous.first_iteration ?? iteration;

      const drafted =
        context.given_plan === null
          ? await draftPlan(event, context, iteration, history, events)
          : { document: await givenPlan(context.given_plan, event, history), events: [] };
      const { document } = drafted;
      const stepsHash = hashOfSteps(document.plan.steps);
      if (history.turnedDown.has(stepsHash)) {
        await deps.log.append(key, drafted.events);
        throw new PlanningStuckError(
          `There is no other plan than the one turned down: ${history.feedback.at(-1) ?? ''}`,
        );
      }

      const planHash = canonicalHash(document.plan);
      await deps.log.append(
        key,
        [...drafted.events, createdEvent(event.subtask_id, iteration, document, planHash, stepsHash)],
        [
          {
            sk: sortKey.plan(event.subtask_id, iteration),
            body: {
              iteration,
              plan_hash: planHash,
              document: await deps.claims.checkIn(key, document, STORED_PLAN_BYTES),
            },
          },
        ],
      );
      return {
        iteration,
        first_iteration: first,
        plan_hash: planHash,
        gate: `${event.subtask_id}#${iteration}`,
        document: await deps.claims.checkIn(key, document),
        iterations_left: iteration - first + 1 < event.max_iterations,
        steps: stepItems(document.plan.steps),
      };
    },
  };
}

/** An item of DynamoDB holds 400 KB. */
const STORED_PLAN_BYTES = 100_000;

function createdEvent(
  subtask_id: string,
  iteration: number,
  document: PlanDocument,
  planHash: string,
  stepsHash: string,
): NewEvent {
  const { plan } = document;
  return {
    type: 'plan.created',
    status: 'validating',
    subtask_id,
    iteration,
    message: `Plan generated with ${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}`,
    data: {
      plan_hash: planHash,
      steps_hash: stepsHash,
      confidence: plan.confidence ?? null,
      steps: plan.steps.map(({ step_id, action, dependencies }) => ({ step_id, action, dependencies })),
    },
  };
}
