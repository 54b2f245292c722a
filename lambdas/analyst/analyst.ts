import type { z } from 'zod';
import type { AnalystBrief } from '../../schemas/briefs.ts';
import type { NewEvent, TaskEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import type { AnalystResult, analystEventSchema, TaskContext } from '../../schemas/roles.ts';
import { decompositionSchema, type Subtask, type TaskKey } from '../../schemas/task.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { ModelRouter } from '../shared/llm/provider.ts';
import type { Archives } from '../shared/memory/archives.ts';
import { askModel } from '../shared/model-call.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskNotFoundError, type TaskStore } from '../shared/stores/task-store.ts';
import { glanceAt } from '../shared/tools/glance.ts';
import { offerTools, type ToolRegistry } from '../shared/tools/shelf.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import { inOrder, soundDecompositionSchema } from './decomposition.ts';
import { analystInstructions } from './prompt.ts';

/** The task ended (was cancelled, ran out of time) before its execution got going. */
export class TaskEndedError extends OfficeError {
  override readonly name = 'TaskEndedError';
}

/** The time the task was given is over. */
export class DeadlineExceededError extends OfficeError {
  override readonly name = 'DeadlineExceededError';
}

/** Twenty of them share one state document. */
const INLINE_SUBTASK_BYTES = 4_096;

export interface AnalystDeps {
  readonly tasks: Pick<TaskStore, 'get'>;
  readonly log: Pick<EventLog, 'append' | 'list'>;
  readonly claims: ClaimChecks;
  readonly router: ModelRouter;
  readonly registry: ToolRegistry;
  readonly archives: Pick<Archives, 'reuse'>;
  readonly workspaceOf: (key: TaskKey) => Workspace;
  readonly defaultMaxIterations: number;
  readonly now: () => Date;
}

/** What an earlier execution of a redriven task has settled. */
function settledBefore(events: readonly TaskEvent[]): { subtasks: Subtask[]; finished: Set<string> } | null {
  const decomposed = events.findLast((event) => event.type === 'task.decomposed');
  if (decomposed === undefined) return null;
  const { subtasks } = decompositionSchema.parse({ subtasks: decomposed.data?.['subtasks'] });
  const finished = events
    .filter((event) => event.type === 'subtask.finished')
    .map((event) => event.subtask_id ?? '');
  return { subtasks, finished: new Set(finished) };
}

/** With a plan given or remembered there is nothing to cut. */
const wholeTask = (record: TaskRecord): Subtask => ({
  subtask_id: 's1',
  description: record.description,
  prerequisites: [],
  tool_hints: [],
  criteria: [],
  critical: false,
});

export function createAnalyst(deps: AnalystDeps) {
  async function contextOf(record: TaskRecord): Promise<TaskContext> {
    const hasFiles = Object.keys(record.inputs).length > 0;
    return {
      tenant_id: record.tenant_id,
      task_id: record.task_id,
      description: record.description,
      criteria: record.criteria,
      priority: record.priority,
      allowed_tools: record.constraints.allowed_tools ?? null,
      max_iterations: record.constraints.max_iterations ?? deps.defaultMaxIterations,
      max_cost_usd: record.constraints.max_cost_usd ?? null,
      approval_timeout_seconds: record.constraints.approval_timeout_seconds ?? null,
      deadline: record.deadline,
      dry_run: record.dry_run,
      given_plan: record.plan,
      workspace: hasFiles ? await glanceAt(deps.workspaceOf(record)) : [],
      ...(record.metadata['shareable'] === 'true' ? { shareable: true } : {}),
    };
  }

  async function decompose(
    record: TaskRecord,
    context: TaskContext,
  ): Promise<{ subtasks: Subtask[]; events: NewEvent[] }> {
    if (context.given_plan !== null) return { subtasks: [wholeTask(record)], events: [] };
    const offer = offerTools(await deps.registry.shelf(record.tenant_id), context.allowed_tools);
    // A task whose plan is remembered as a whole need not be cut.
    const offered = new Set(offer.tools.map((tool) => tool.name));
    if ((await deps.archives.reuse(context, offered)) !== null)
      return { subtasks: [wholeTask(record)], events: [] };
    const brief: AnalystBrief = {
      role: 'analyst',
      task: { description: record.description, criteria: record.criteria },
      ...offer,
      workspace: context.workspace,
    };
    const reply = await askModel(deps, {
      place: { tenant_id: record.tenant_id, task_id: record.task_id, max_cost_usd: context.max_cost_usd },
      instructions: analystInstructions,
      brief,
      schema: { name: 'decomposition', zod: soundDecompositionSchema },
    });
    const [first, ...others] = inOrder(reply.value.subtasks);
    // What stays whole keeps the words it was asked in: by them it is found again.
    const subtasks =
      first !== undefined && others.length === 0
        ? [{ ...first, description: record.description }]
        : inOrder(reply.value.subtasks);
    return { subtasks, events: [reply.event] };
  }

  return {
    /**
     * Decomposes a task, or, when it is run again, continues with the subtasks that have not succeeded.
     * @throws TaskNotFoundError TaskEndedError DeadlineExceededError and what the router throws
     */
    async analyze(event: z.output<typeof analystEventSchema>): Promise<AnalystResult> {
      const key = { tenant_id: event.tenant_id, task_id: event.task_id };
      const record = await deps.tasks.get(key);
      if (record === null) throw new TaskNotFoundError(event.task_id);
      if (record.stage === 'ended')
        throw new TaskEndedError(`Task ${event.task_id} has ended: ${record.status}.`);
      const secondsLeft = Math.ceil((Date.parse(record.deadline) - deps.now().getTime()) / 1000);
      if (secondsLeft <= 0) {
        throw new DeadlineExceededError(`The task was not started before its deadline, ${record.deadline}.`);
      }

      const context = await contextOf(record);
      const settled = event.resume ? settledBefore(await deps.log.list(key)) : null;
      const finished = settled?.finished ?? new Set<string>();
      const { subtasks, events } =
        settled === null ? await decompose(record, context) : { ...settled, events: [] };
      if (settled === null) await deps.log.append(key, [...events, decomposedEvent(subtasks)]);

      const open = subtasks.filter((subtask) => !finished.has(subtask.subtask_id));
      return {
        context: await deps.claims.checkIn(key, context),
        max_iterations: context.max_iterations,
        seconds_left: secondsLeft,
        subtasks: await Promise.all(
          open.map(async (subtask) => {
            const prerequisites = subtask.prerequisites.filter((id) => !finished.has(id));
            return {
              subtask_id: subtask.subtask_id,
              gated: prerequisites.length > 0,
              prerequisites,
              has_dependents: open.some((other) => other.prerequisites.includes(subtask.subtask_id)),
              subtask: await deps.claims.checkIn(key, subtask, INLINE_SUBTASK_BYTES),
            };
          }),
        ),
      };
    },
  };
}

const decomposedEvent = (subtasks: readonly Subtask[]): NewEvent => ({
  type: 'task.decomposed',
  status: 'planning',
  message: subtasks.length === 1 ? 'The task is one subtask' : `Cut into ${subtasks.length} subtasks`,
  data: { subtasks: subtasks as unknown as Json },
});
