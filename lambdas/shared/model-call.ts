import type { z } from 'zod';
import type { Brief } from '../../schemas/briefs.ts';
import type { NewEvent } from '../../schemas/events.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { Batcher } from './llm/batch.ts';
import { costOfHops } from './llm/hop-cost.ts';
import {
  BudgetExhaustedError,
  type ModelAnswer,
  type ModelHop,
  type ModelRequest,
  type ModelRole,
  type ModelRouter,
  NoModelAnsweredError,
  PromptTooLongError,
  TaskCostLimitError,
} from './llm/provider.ts';
import type { TaskKind } from './llm/task-kind.ts';
import type { EventLog } from './stores/event-log.ts';

/** Where in a task a call is made. */
export interface CallPlace extends TaskKey {
  readonly subtask_id?: string;
  readonly iteration?: number;
  readonly max_cost_usd: number | null;
}

export interface Question<Answer> {
  readonly place: CallPlace;
  readonly instructions: string;
  /** Sent as the JSON of the user message; its role decides the route. */
  readonly brief: Brief;
  readonly schema: { readonly name: string; readonly zod: z.ZodType<Answer> };
  /** What the router's policy picks a tier by. */
  readonly work?: {
    readonly kind: TaskKind;
    /** The planner's own estimate of the plan that is judged. */
    readonly plan_confidence?: number;
    /** How often this work was sent back. */
    readonly rejections?: number;
  };
}

export interface Reply<Answer> {
  readonly value: Answer;
  readonly source: { provider: string; model: string };
  /** To be appended to the task's log together with what the answer led to. */
  readonly event: NewEvent;
}

function modelEvent(role: ModelRole, place: CallPlace, hops: readonly ModelHop[]): NewEvent {
  const answered = hops.findLast((hop) => hop.outcome === 'answered' || hop.outcome === 'cached');
  return {
    type: 'model.called',
    ...(place.subtask_id === undefined ? {} : { subtask_id: place.subtask_id }),
    ...(place.iteration === undefined ? {} : { iteration: place.iteration }),
    message: `The ${role} asked ${answered === undefined ? 'and no model answered' : `${answered.provider}/${answered.model}`}`,
    data: {
      role,
      cost: costOfHops(hops),
      hops: hops.map((hop) => ({ ...hop, reason: hop.reason ?? '' })),
    },
  };
}

type Log = Pick<EventLog, 'append'>;

const written = new WeakMap<object, string>();

/** Tools are most of a brief and the same in every one: their JSON is made once. */
function jsonOfTool(tool: object): string {
  let json = written.get(tool);
  if (json === undefined) {
    json = JSON.stringify(tool);
    written.set(tool, json);
  }
  return json;
}

/** What `JSON.stringify` makes of the brief. */
function jsonOf(brief: Brief): string {
  if (!('tools' in brief)) return JSON.stringify(brief);
  const members: string[] = [];
  for (const [name, value] of Object.entries(brief))
    if (name === 'tools') members.push(`"tools":[${brief.tools.map(jsonOfTool).join(',')}]`);
    else if (value !== undefined) members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${members.join(',')}}`;
}

const requestOf = <Answer>({
  place,
  brief,
  instructions,
  schema,
  work,
}: Question<Answer>): ModelRequest<Answer> => ({
  role: brief.role,
  purpose: {
    tenant_id: place.tenant_id,
    task_id: place.task_id,
    ...(place.subtask_id === undefined ? {} : { subtask_id: place.subtask_id }),
    ...(place.iteration === undefined ? {} : { iteration: place.iteration }),
    ...(place.max_cost_usd === null ? {} : { max_cost_usd: place.max_cost_usd }),
  },
  system: instructions,
  messages: [{ role: 'user', content: [{ type: 'text', text: jsonOf(brief) }] }],
  schema,
  ...policyInputs(work),
});

const replyTo = <Answer>({ brief, place }: Question<Answer>, answer: ModelAnswer<Answer>): Reply<Answer> => ({
  value: answer.value,
  source: { provider: answer.provider, model: answer.model },
  event: modelEvent(brief.role, place, answer.hops),
});

/** What was tried before a call failed ends up on the task at once, because then the caller appends nothing. */
async function recorded<Answered>(
  log: Log,
  { brief, place }: Question<unknown>,
  ask: () => Promise<Answered>,
): Promise<Answered> {
  try {
    return await ask();
  } catch (error) {
    const hops = hopsOf(error);
    if (hops.length > 0) await log.append(place, [modelEvent(brief.role, place, hops)]);
    throw error;
  }
}

/**
 * Asks a role's model through the router. Every hop ends up on the task: with the answer as an event for the caller
 * to append.
 * @throws what the router throws
 */
export const askModel = <Answer>(
  deps: { readonly router: ModelRouter; readonly log: Log },
  question: Question<Answer>,
): Promise<Reply<Answer>> =>
  recorded(deps.log, question, async () =>
    replyTo(question, await deps.router.complete(requestOf(question))),
  );

/**
 * Asks several small questions of one role, as many in one prompt as the role's route allows. Replies come in the order
 * of the questions; what a shared prompt cost stands on the first of them.
 * @throws what the router throws
 */
export async function askModelEach<Answer>(
  deps: { readonly batcher: Batcher; readonly log: Log },
  questions: readonly Question<Answer>[],
): Promise<Reply<Answer>[]> {
  const [first] = questions;
  if (first === undefined) return [];
  const answers = await recorded(deps.log, first, () => deps.batcher.completeAll(questions.map(requestOf)));
  return answers.map((answer, index) => replyTo(questions[index] ?? first, answer));
}

const policyInputs = (work: Question<unknown>['work']) => ({
  ...(work === undefined ? {} : { task_kind: work.kind }),
  ...(work?.plan_confidence === undefined ? {} : { plan_confidence: work.plan_confidence }),
  ...(work?.rejections === undefined ? {} : { rejections: work.rejections }),
});

/** What was tried, and perhaps paid, before the call failed. A refusal without a try is the budget's own event. */
function hopsOf(error: unknown): readonly ModelHop[] {
  if (error instanceof NoModelAnsweredError || error instanceof PromptTooLongError) return error.hops;
  if (error instanceof BudgetExhaustedError || error instanceof TaskCostLimitError)
    return error.hops.some((hop) => hop.outcome !== 'skipped') ? error.hops : [];
  return [];
}
