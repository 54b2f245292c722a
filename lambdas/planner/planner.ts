import type { z } from 'zod';
import { type PlannerBrief, plannerAnswerSchema } from '../../schemas/briefs.ts';
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
import { costSchema, type Priority, type Subtask, subtaskSchema, type TaskKey } from '../../schemas/task.ts';
import { canonicalHash } from '../shared/canonical.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { ModelRouter } from '../shared/llm/provider.ts';
import { kindOfWork } from '../shared/llm/task-kind.ts';
import type { Archives, Work } from '../shared/memory/archives.ts';
import { askModel } from '../shared/model-call.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import type { PlanStore } from '../shared/stores/plan-store.ts';
import { glanceAt } from '../shared/tools/glance.ts';
import { offerTools, type ToolRegistry } from '../shared/tools/shelf.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import { composePlan, hashOfSteps, stepChains } from './compose.ts';
import { createdEvent } from './created-event.ts';
import { filesMayHaveChanged, informed, noted, type Sketch, sketchOf, workOf } from './drafting.ts';
import { EMPTY_HISTORY, type History, historyOf, type Leftovers, leftoversOf } from './history.ts';
import { plannerInstructions } from './prompt.ts';
import { blameMemories, pitfallsOf } from './remembering.ts';

/** The planner came up with a plan that was turned down before; asking again would not help. */
export class PlanningStuckError extends OfficeError {
  override readonly name = 'PlanningStuckError';
}

export type PlannersArchives = Pick<
  Archives,
  'reuse' | 'following' | 'recall' | 'note' | 'expect' | 'blame' | 'knownFailures'
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
    // In the order the task names them, whichever ended first.
    for (const id of subtask.prerequisites) {
      const finished = events.findLast(
        (event) => event.type === 'subtask.finished' && event.subtask_id === id,
      );
      if (finished !== undefined) results[id] = await open(claimCheckSchema.parse(finished.data?.['result']));
    }
    return results;
  }

  const leftOf = async (key: TaskKey, subtaskId: string, history: History): Promise<Leftovers> =>
    leftoversOf(history, history.outcomes.size === 0 ? [] : await deps.plans.list(key, subtaskId), open);

  /** The model's plan, with everything it should know. */
  async function askPlanner(
    event: PlannerEvent,
    context: TaskContext,
    iteration: number,
    history: History,
    brief: PlannerBrief,
  ): Promise<Sketch> {
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
      work: { kind: kindOfWork(brief.subtask.tool_hints), rejections: history.feedback.length },
    });
    const cost = costSchema.parse(reply.event.data?.['cost']);
    return { draft: reply.value, source: reply.source, reused: null, events: [reply.event], cost };
  }

  async function remembered(work: Work, offered: ReadonlySet<string>) {
    const [recalled, known_failures] = await Promise.all([
      deps.archives.recall(work),
      deps.archives.knownFailures(work.tenant_id, offered),
    ]);
    return { recalled, ...(known_failures.length === 0 ? {} : { known_failures }) };
  }

  async function draftPlan(
    event: PlannerEvent,
    context: TaskContext,
    subtask: Subtask,
    iteration: number,
    history: History,
    events: readonly TaskEvent[],
  ): Promise<{ document: PlanDocument; events: NewEvent[]; recalled: number }> {
    const [shelf, left, results] = await Promise.all([
      deps.registry.shelf(event.tenant_id),
      leftOf(event, event.subtask_id, history),
      prerequisiteResults(subtask, events),
    ]);
    const pitfalls = pitfallsOf(history, left.failed);
    await blameMemories(deps.archives, event.tenant_id, history, pitfalls);
    const stale = iteration > 1 || subtask.prerequisites.length > 0;
    const workspace =
      stale && filesMayHaveChanged(events, shelf.manifests)
        ? await glanceAt(deps.workspaceOf(event))
        : context.workspace;
    const work = workOf(event, context, subtask, workspace);
    const offer = offerTools(shelf, context.allowed_tools);
    const offered = new Set(offer.tools.map((tool) => tool.name));
    // What came out of earlier subtasks or iterations is not in a remembered plan.
    const reused = stale ? null : await deps.archives.reuse(work, offered);
    const memories = reused === null ? await remembered(work, offered) : null;
    const sketch =
      reused !== null
        ? sketchOf(reused)
        : await askPlanner(event, context, iteration, history, {
            role: 'planner',
            task: { description: context.description, criteria: context.criteria },
            subtask,
            prerequisite_results: results,
            ...offer,
            workspace,
            iteration,
            feedback: history.feedback,
            finished_steps: left.finished,
            failed_steps: left.failed,
            ...(memories ?? { recalled: [] }),
          });
    const composed = composePlan(
      sketch.draft,
      {
        task_id: event.task_id,
        subtask_id: event.subtask_id,
        iteration,
        priority: priorityNumber[context.priority],
        now: deps.now(),
      },
      left.finishedSteps,
    );
    const plan = await informed(deps.archives, work, composed, reused !== null);
    const replanned = new Set(plan.steps.map((step) => step.step_id));
    const carried = Object.fromEntries(Object.entries(left.carried).filter(([id]) => !replanned.has(id)));
    const { result, rationale, confidence } = sketch.draft;
    const document = { plan, result, rationale, carried, source: sketch.source };
    return {
      document: noted(deps.archives, work, document, history, left, {
        ...sketch,
        stated_confidence: reused === null ? confidence : null,
        follows: stale || reused !== null ? null : await deps.archives.following(work, plan.steps),
      }),
      events: sketch.events,
      recalled: memories === null ? 1 : memories.recalled.length + (memories.known_failures?.length ?? 0),
    };
  }

  /** A plan given by the caller; run again, only its unfinished steps are left. */
  async function givenPlan(
    check: ClaimCheck,
    event: PlannerEvent,
    context: TaskContext,
    subtask: Subtask,
    history: History,
  ): Promise<PlanDocument> {
    const given = await deps.claims.checkOut(check, planSchema);
    const left = await leftOf(event, event.subtask_id, history);
    const { carried } = left;
    const isDone = (id: string): boolean => Object.hasOwn(carried, id);
    const open = given.steps.filter(({ step_id }) => !isDone(step_id));
    const steps = (open.length > 0 ? open : given.steps).map((step) => ({
      ...step,
      dependencies: step.dependencies.filter((id) => !isDone(id)),
    }));
    const plan: Plan = { ...given, task_id: event.task_id, steps };
    const document: PlanDocument = {
      plan,
      result: {},
      rationale: 'Given with the task.',
      carried,
      source: { provider: 'caller', model: 'none' },
    };
    const work = workOf(event, context, subtask, context.workspace);
    return noted(deps.archives, work, document, history, left, {
      reused: null,
      follows: null,
      cost: { usd: 0, tokens: 0 },
      stated_confidence: null,
    });
  }

  return {
    /**
     * Plans the next iteration of a subtask.
     * @throws PlanningStuckError and what the router throws
     */
    async plan(event: PlannerEvent): Promise<PlannerResult> {
      const key: TaskKey = { tenant_id: event.tenant_id, task_id: event.task_id };
      const [context, subtask] = await Promise.all([
        deps.claims.checkOut(event.context, taskContextSchema),
        deps.claims.checkOut(event.subtask, subtaskSchema),
      ]);
      const again = event.previous.iteration > 0 || event.resume;
      const events = again || subtask.prerequisites.length > 0 ? await deps.log.list(key) : [];
      const history = again ? historyOf(events, event.subtask_id) : EMPTY_HISTORY;
      const iteration = Math.max(event.previous.iteration, history.iterations) + 1;
      const first = event.previous.first_iteration ?? iteration;

      const drafted =
        context.given_plan === null
          ? await draftPlan(event, context, subtask, iteration, history, events)
          : {
              document: await givenPlan(context.given_plan, event, context, subtask, history),
              events: [],
              recalled: 0,
            };
      const { document, recalled } = drafted;
      const stepsHash = hashOfSteps(document.plan.steps);
      if (history.turnedDown.has(stepsHash)) {
        await deps.log.append(key, drafted.events);
        throw new PlanningStuckError(
          `There is no other plan than the one turned down: ${history.feedback.at(-1) ?? ''}`,
        );
      }

      const planHash = canonicalHash(document.plan);
      const travelling = await deps.claims.checkIn(key, document);
      await deps.log.append(
        key,
        [
          ...drafted.events,
          createdEvent(event.subtask_id, iteration, document, { planHash, stepsHash, recalled }),
        ],
        [
          {
            sk: sortKey.plan(event.subtask_id, iteration),
            body: {
              iteration,
              plan_hash: planHash,
              // What is short enough for the state is so for an item.
              document:
                'inline' in travelling
                  ? travelling
                  : await deps.claims.checkIn(key, document, STORED_PLAN_BYTES),
            },
          },
        ],
      );
      return {
        iteration,
        first_iteration: first,
        plan_hash: planHash,
        gate: `${event.execution ?? event.subtask_id}#${iteration}`,
        document: travelling,
        iterations_left: iteration - first + 1 < event.max_iterations,
        chains: stepChains(document.plan.steps),
      };
    },
  };
}

/** An item of DynamoDB holds 400 KB. */
const STORED_PLAN_BYTES = 100_000;
