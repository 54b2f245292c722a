import { z } from 'zod';
import type { TaskEvent } from '../../schemas/events.ts';
import type { StepView, SubtaskView } from '../../schemas/http.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { type Cost, costSchema, isFinal, type TaskStatus } from '../../schemas/task.ts';
import { parse } from '../shared/parse.ts';
import { shareDone } from './share-done.ts';

/** What a task's events say about it. Any prefix of a log folds. */
export interface TaskProgress {
  readonly status: TaskStatus;
  readonly current_step: string | null;
  /** 0 to 1; within one run it never goes back. */
  readonly progress: number;
  readonly subtasks: SubtaskView[];
  readonly cost: Cost;
  readonly error: { name: string; message: string } | null;
}

interface Fold {
  status: TaskStatus;
  progress: number;
  cost: Cost;
  error: { name: string; message: string } | null;
  readonly subtasks: Map<string, SubtaskView>;
  /** Questions to people that are open: approval id to the plan it is about (`<subtask>:<iteration>`). */
  readonly questions: Map<string, string>;
  /** Places that wait for money. */
  readonly holds: Set<string>;
  latest: string | null;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
const objects = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value)
    ? value.filter(
        (each): each is JsonObject => typeof each === 'object' && each !== null && !Array.isArray(each),
      )
    : [];
const costOrNone = costSchema.catch({ usd: 0, tokens: 0 });
const costOf = (data: JsonObject): Cost => parse(costOrNone, data['cost']);
const add = (a: Cost, b: Cost): Cost => ({ usd: a.usd + b.usd, tokens: a.tokens + b.tokens });

function subtaskOf(fold: Fold, id: string): SubtaskView {
  const known = fold.subtasks.get(id);
  if (known !== undefined) return known;
  const made: SubtaskView = {
    subtask_id: id,
    description: '',
    status: 'waiting',
    prerequisites: [],
    iteration: 0,
    feedback: [],
    started_at: null,
    ended_at: null,
    cost: { usd: 0, tokens: 0 },
    steps: [],
  };
  fold.subtasks.set(id, made);
  return made;
}

function stepOf(subtask: SubtaskView, id: string): StepView {
  const known = subtask.steps.find((step) => step.step_id === id);
  if (known !== undefined) return known;
  const made: StepView = {
    step_id: id,
    action: '',
    status: 'waiting',
    dependencies: [],
    started_at: null,
    ended_at: null,
    message: '',
    cost: { usd: 0, tokens: 0 },
  };
  subtask.steps.push(made);
  return made;
}

type Change = (fold: Fold, event: TaskEvent, data: JsonObject) => void;
type SubtaskChange = (subtask: SubtaskView, event: TaskEvent, data: JsonObject, fold: Fold) => void;

const inSubtask =
  (change: SubtaskChange): Change =>
  (fold, event, data) => {
    if (event.subtask_id === undefined) return;
    const subtask = subtaskOf(fold, event.subtask_id);
    subtask.started_at ??= event.at;
    if (event.iteration !== undefined) subtask.iteration = Math.max(subtask.iteration, event.iteration);
    change(subtask, event, data, fold);
  };
const moveTo = (status: SubtaskView['status']): Change =>
  inSubtask((subtask) => {
    subtask.status = status;
  });
const endAs = (status: SubtaskView['status']): Change =>
  inSubtask((subtask, event) => {
    subtask.status = status;
    subtask.ended_at = event.at;
    if (status !== 'succeeded' && event.message !== '') subtask.feedback.push(event.message);
  });
const sentBack: Change = inSubtask((subtask, event) => {
  subtask.status = 'planning';
  subtask.feedback.push(event.message);
});

/** A run begins, the first one or a redrive: nobody waits any more, and progress counts from the start. */
const begin: Change = (fold) => {
  fold.questions.clear();
  fold.holds.clear();
  fold.progress = 0;
  fold.error = null;
};
const errorSchema = z.object({ name: z.string(), message: z.string() });
const end: Change = (fold, event, data) => {
  fold.questions.clear();
  fold.holds.clear();
  if (event.type === 'task.completed') fold.progress = 1;
  else {
    const error = errorSchema.safeParse(data['error']);
    fold.error = error.success ? error.data : { name: event.type, message: event.message };
  }
};

/** A new plan keeps the steps of earlier iterations that succeeded: they are not run again. */
const planned: Change = inSubtask((subtask, _event, data) => {
  subtask.status = 'validating';
  subtask.steps = subtask.steps.filter((step) => step.status === 'succeeded');
  for (const planned of objects(data['steps'])) {
    const id = text(planned['step_id']);
    if (id === '') continue;
    const step = stepOf(subtask, id);
    step.action = text(planned['action']);
    step.dependencies = texts(planned['dependencies']);
  }
});

const statusOrSucceeded = z.enum(['succeeded', 'failed', 'skipped', 'in_doubt']).catch('succeeded');
/** Executors report the outcome as `data.outcome.status` or `data.status`. */
function outcomeOf(data: JsonObject): z.infer<typeof statusOrSucceeded> {
  const outcome = data['outcome'];
  const nested =
    typeof outcome === 'object' && outcome !== null && !Array.isArray(outcome)
      ? outcome['status']
      : undefined;
  return parse(statusOrSucceeded, nested ?? data['status']);
}

const before = (at: string, milliseconds: number): string =>
  new Date(Date.parse(at) - Math.max(0, Math.min(milliseconds, 1e9))).toISOString();

const stepEnded = (status: 'skipped' | null): Change =>
  inSubtask((subtask, event, data) => {
    if (event.step_id === undefined) return;
    const step = stepOf(subtask, event.step_id);
    step.status = status ?? outcomeOf(data);
    step.ended_at = event.at;
    const duration = data['duration_ms'];
    // The start of a short step is not announced.
    step.started_at ??= typeof duration === 'number' ? before(event.at, duration) : event.at;
    step.message = event.message;
    step.cost = add(step.cost, costOf(data));
  });

const planOf = (event: TaskEvent): string => `${event.subtask_id ?? ''}:${event.iteration ?? 0}`;
const asked: Change = (fold, event, data) => {
  fold.questions.set(text(data['approval_id']) || planOf(event), planOf(event));
  moveTo('awaiting_approval')(fold, event, data);
};
const decided: Change = (fold, event, data) => {
  const id = text(data['approval_id']);
  // Expiry names no question: it closes all that are open about the plan.
  for (const [question, plan] of fold.questions) {
    if (question === id || (id === '' && plan === planOf(event))) fold.questions.delete(question);
  }
  const approved = text(data['outcome']) === 'approved';
  fold.status = approved ? 'executing' : 'planning';
  (approved ? moveTo('executing') : sentBack)(fold, event, data);
};
const placeOf = (event: TaskEvent, data: JsonObject): string =>
  text(data['place']) || (event.subtask_id ?? 'task');

const changes: Readonly<Partial<Record<TaskEvent['type'], Change>>> = {
  'task.submitted': begin,
  'task.started': begin,
  'task.decomposed': (fold, _event, data) => {
    for (const each of objects(data['subtasks'])) {
      const id = text(each['subtask_id']);
      if (id === '') continue;
      const subtask = subtaskOf(fold, id);
      subtask.description = text(each['description']);
      subtask.prerequisites = texts(each['prerequisites']);
    }
  },
  'subtask.started': moveTo('planning'),
  'plan.created': planned,
  'plan.validated': moveTo('validating'),
  'plan.rejected': sentBack,
  'plan.denied': sentBack,
  'plan.authorized': moveTo('executing'),
  'plan.priced': moveTo('validating'),
  'approval.requested': asked,
  'approval.decided': decided,
  'step.started': inSubtask((subtask, event) => {
    subtask.status = 'executing';
    if (event.step_id === undefined) return;
    const step = stepOf(subtask, event.step_id);
    step.status = 'running';
    step.started_at ??= event.at;
    step.ended_at = null;
  }),
  'step.finished': stepEnded(null),
  'step.skipped': stepEnded('skipped'),
  'review.finished': inSubtask((subtask, event, data) => {
    const verdict = text(data['verdict']);
    subtask.status = verdict === 'REVISE' ? 'planning' : 'reviewing';
    if (verdict !== 'APPROVE') subtask.feedback.push(text(data['feedback']) || event.message);
  }),
  'subtask.finished': endAs('succeeded'),
  'subtask.failed': endAs('failed'),
  'subtask.skipped': endAs('skipped'),
  'budget.exhausted': (fold, event, data) => {
    fold.holds.add(placeOf(event, data));
  },
  // A top-up wakes every hold that can be paid; those that can't say so again.
  'budget.resumed': (fold, event, data) => {
    if (text(data['place']) === '' && event.subtask_id === undefined) fold.holds.clear();
    else fold.holds.delete(placeOf(event, data));
  },
  'task.completed': end,
  'task.failed': end,
  'task.cancelled': end,
};

function currentStep(fold: Fold): string | null {
  if (isFinal(fold.status)) return null;
  for (const subtask of fold.subtasks.values()) {
    const step = subtask.steps.find((each) => each.status === 'running');
    if (step !== undefined) return `${subtask.subtask_id}/${step.step_id}`;
  }
  return fold.latest;
}

const waiting: ReadonlySet<TaskStatus> = new Set(['awaiting_approval', 'awaiting_budget']);

/** Folds a task's events, oldest first, into its state. */
export function foldTask(events: readonly TaskEvent[]): TaskProgress {
  const fold: Fold = {
    status: 'submitted',
    progress: 0,
    cost: { usd: 0, tokens: 0 },
    error: null,
    subtasks: new Map(),
    questions: new Map(),
    holds: new Set(),
    latest: null,
  };
  for (const event of events) {
    const data = event.data ?? {};
    changes[event.type]?.(fold, event, data);
    // Waiting is told by what is still open, not by the event that began it.
    if (event.status !== undefined && !waiting.has(event.status)) fold.status = event.status;
    if (event.type === 'model.called' || event.type === 'step.finished') {
      const cost = costOf(data);
      fold.cost = add(fold.cost, cost);
      if (event.subtask_id !== undefined) {
        const subtask = subtaskOf(fold, event.subtask_id);
        subtask.cost = add(subtask.cost, cost);
      }
    }
    if (event.message !== '') fold.latest = event.message;
    fold.progress = Math.max(fold.progress, shareDone([...fold.subtasks.values()]));
  }
  const open = !isFinal(fold.status);
  const waits = open && fold.questions.size > 0 ? 'awaiting_approval' : null;
  const holds = open && fold.holds.size > 0 ? 'awaiting_budget' : null;
  return {
    status: waits ?? holds ?? fold.status,
    current_step: currentStep(fold),
    progress: Math.round(fold.progress * 1000) / 1000,
    subtasks: [...fold.subtasks.values()],
    cost: fold.cost,
    error: fold.error,
  };
}
