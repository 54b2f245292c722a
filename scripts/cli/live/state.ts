import { taskStatusSchema } from '../../../schemas/task.ts';
import type { TaskEvent } from '../views.ts';

/** How far a line of the tree is. `held` waits for a person. */
export type Mark = 'waiting' | 'running' | 'held' | 'done' | 'failed' | 'skipped';

export interface StepState {
  readonly id: string;
  action: string;
  dependencies: string[];
  mark: Mark;
  startedAt: number | null;
  endedAt: number | null;
  costUsd: number;
  note: string;
}

export interface SubtaskState {
  readonly id: string;
  description: string;
  prerequisites: string[];
  mark: Mark;
  /** What is happening to it, in a word or three. */
  phase: string;
  iteration: number;
  startedAt: number | null;
  endedAt: number | null;
  costUsd: number;
  steps: StepState[];
  /** Why earlier iterations were sent back, newest last. */
  notes: string[];
}

export interface LiveState {
  readonly taskId: string;
  description: string;
  status: string;
  mark: Mark;
  startedAt: number | null;
  endedAt: number | null;
  costUsd: number;
  tokens: number;
  subtasks: SubtaskState[];
  /** Approvals somebody has to decide, by id. */
  approvals: Map<string, string>;
  /** The newest thing worth a line of its own, e.g. a budget hold. */
  notice: string;
}

/** @param createdAt when the task was handed in; else its first event is the start */
export function newState(taskId: string, description: string, createdAt = ''): LiveState {
  const start = Date.parse(createdAt);
  return {
    taskId,
    description,
    status: 'submitted',
    mark: 'running',
    startedAt: Number.isNaN(start) ? null : start,
    endedAt: null,
    costUsd: 0,
    tokens: 0,
    subtasks: [],
    approvals: new Map(),
    notice: '',
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const texts = (value: unknown): string[] => list(value).map(text).filter(Boolean);

/** A cost is a number of dollars or `{usd, tokens}`. */
const dollars = (value: unknown): number => number(value) || number(record(value)['usd']);

const tokensOf = (data: Record<string, unknown>): number =>
  number(record(data['cost'])['tokens']) || number(data['tokens']);

function spend(state: LiveState, event: TaskEvent, cost: number, tokens: number): void {
  state.costUsd += cost;
  state.tokens += tokens;
  if (event.subtask_id) subtaskOf(state, event.subtask_id).costUsd += cost;
}

function subtaskOf(state: LiveState, id: string): SubtaskState {
  const known = state.subtasks.find((subtask) => subtask.id === id);
  if (known !== undefined) return known;
  const made: SubtaskState = {
    id,
    description: '',
    prerequisites: [],
    mark: 'waiting',
    phase: '',
    iteration: 1,
    startedAt: null,
    endedAt: null,
    costUsd: 0,
    steps: [],
    notes: [],
  };
  state.subtasks.push(made);
  return made;
}

function stepOf(subtask: SubtaskState, id: string): StepState {
  const known = subtask.steps.find((step) => step.id === id);
  if (known !== undefined) return known;
  const made: StepState = {
    id,
    action: '',
    dependencies: [],
    mark: 'waiting',
    startedAt: null,
    endedAt: null,
    costUsd: 0,
    note: '',
  };
  subtask.steps.push(made);
  return made;
}

type Change = (state: LiveState, event: TaskEvent, at: number, data: Record<string, unknown>) => void;

const onSubtask =
  (
    change: (subtask: SubtaskState, event: TaskEvent, at: number, data: Record<string, unknown>) => void,
  ): Change =>
  (state, event, at, data) => {
    if (!event.subtask_id) return;
    const subtask = subtaskOf(state, event.subtask_id);
    subtask.startedAt ??= at;
    if (event.iteration) subtask.iteration = event.iteration;
    change(subtask, event, at, data);
  };

const phase = (name: string): Change =>
  onSubtask((subtask) => {
    subtask.mark = 'running';
    subtask.phase = name;
  });

const ended =
  (mark: Mark, status: string): Change =>
  (state, event, at) => {
    state.mark = mark;
    state.status = status;
    state.endedAt = at;
    state.approvals.clear();
    state.notice = status === 'completed' ? '' : text(event.message);
  };

/** A new plan keeps what earlier iterations finished: those steps keep their results and don't run again. */
const planned = onSubtask((subtask, _event, _at, data) => {
  subtask.phase = 'planned';
  subtask.mark = 'running';
  subtask.steps = subtask.steps.filter((step) => step.mark === 'done');
  for (const each of list(data['steps']).map(record)) {
    const id = text(each['step_id']);
    if (id === '') continue;
    const step = stepOf(subtask, id);
    step.action = text(each['action']) || step.action;
    step.dependencies = texts(each['dependencies']);
  }
});

const stepFinished = onSubtask((subtask, event, at, data) => {
  if (!event.step_id) return;
  const step = stepOf(subtask, event.step_id);
  const status = text(data['status']) || text(event.status);
  const failed = /fail|error|doubt/i.test(status);
  step.mark = failed ? 'failed' : /skip/i.test(status) ? 'skipped' : 'done';
  step.endedAt = at;
  if (typeof data['duration_ms'] === 'number') step.startedAt = at - data['duration_ms'];
  step.startedAt ??= at;
  step.costUsd = dollars(data['cost']);
  step.note = failed ? text(event.message) : '';
});

const changes: Readonly<Record<string, Change>> = {
  'task.submitted': (state, _event, at) => {
    state.startedAt ??= at;
  },
  'task.decomposed': (state, _event, _at, data) => {
    for (const each of list(data['subtasks']).map(record)) {
      const id = text(each['subtask_id']);
      if (id === '') continue;
      const subtask = subtaskOf(state, id);
      subtask.description = text(each['description']);
      subtask.prerequisites = texts(each['prerequisites']);
    }
  },
  'subtask.started': phase('planning'),
  'plan.created': planned,
  'plan.validated': phase('checked'),
  'plan.rejected': onSubtask((subtask, event) => {
    subtask.phase = 'planning again';
    subtask.notes.push(`plan ${subtask.iteration} rejected: ${text(event.message)}`);
  }),
  'plan.denied': onSubtask((subtask, event) => {
    subtask.phase = 'planning again';
    subtask.notes.push(`plan ${subtask.iteration} denied: ${text(event.message)}`);
  }),
  'plan.authorized': phase('authorised'),
  'approval.requested': (state, event, at, data) => {
    const id = text(data['approval_id']);
    if (id !== '') state.approvals.set(id, text(event.message));
    onSubtask((subtask) => {
      subtask.mark = 'held';
      subtask.phase = 'waits for approval';
    })(state, event, at, data);
  },
  'approval.decided': (state, event, at, data) => {
    state.approvals.delete(text(data['approval_id']));
    onSubtask((subtask) => {
      subtask.mark = 'running';
      subtask.phase = text(data['decision']) || 'decided';
    })(state, event, at, data);
  },
  'step.started': onSubtask((subtask, event, at) => {
    subtask.mark = 'running';
    subtask.phase = 'executing';
    if (!event.step_id) return;
    const step = stepOf(subtask, event.step_id);
    step.mark = 'running';
    step.startedAt = at;
    step.endedAt = null;
  }),
  'step.finished': (state, event, at, data) => {
    stepFinished(state, event, at, data);
    spend(state, event, dollars(data['cost']), tokensOf(data));
  },
  'step.skipped': onSubtask((subtask, event, at) => {
    if (!event.step_id) return;
    const step = stepOf(subtask, event.step_id);
    step.mark = 'skipped';
    step.endedAt = at;
    step.note = text(event.message);
  }),
  'review.finished': onSubtask((subtask, _event, _at, data) => {
    const verdict = text(data['verdict']).toUpperCase();
    subtask.phase =
      verdict === 'APPROVE' ? 'approved' : verdict === 'REVISE' ? 'planning again' : 'escalated';
    if (verdict === 'ESCALATE') subtask.mark = 'held';
    if (verdict !== 'APPROVE' && text(data['feedback']) !== '') {
      subtask.notes.push(`${verdict === 'REVISE' ? 'revise' : 'escalated'}: ${text(data['feedback'])}`);
    }
  }),
  'subtask.finished': onSubtask((subtask, event, at, data) => {
    const status = text(event.status) || text(data['status']);
    subtask.mark = /fail/i.test(status) ? 'failed' : /skip/i.test(status) ? 'skipped' : 'done';
    subtask.phase = subtask.mark === 'done' ? '' : status;
    subtask.endedAt = at;
  }),
  'subtask.skipped': onSubtask((subtask, event, at) => {
    subtask.mark = 'skipped';
    subtask.phase = text(event.message) || 'skipped';
    subtask.endedAt = at;
  }),
  'subtask.failed': onSubtask((subtask, event, at) => {
    subtask.mark = 'failed';
    subtask.phase = '';
    subtask.endedAt = at;
    if (text(event.message) !== '') subtask.notes.push(text(event.message));
  }),
  'task.completed': ended('done', 'completed'),
  'task.failed': ended('failed', 'failed'),
  'task.cancelled': ended('failed', 'cancelled'),
  'budget.exhausted': (state, event) => {
    state.notice = text(event.message) || 'The budget is used up: add to it and the task goes on.';
  },
  'budget.resumed': (state) => {
    state.notice = '';
  },
  'model.called': (state, event, _at, data) => {
    spend(state, event, dollars(data['cost']) || number(data['cost_usd']), tokensOf(data));
  },
};

/** Takes one event into the tree. Events of unknown types change only the status they carry. */
export function applyEvent(state: LiveState, event: TaskEvent): void {
  const parsed = Date.parse(event.at);
  const at = Number.isNaN(parsed) ? Date.now() : parsed;
  state.startedAt ??= at;
  // Also what happens to a subtask can change the status of the task.
  const status = taskStatusSchema.safeParse(event.status);
  if (status.success && state.endedAt === null) state.status = status.data;
  changes[event.type]?.(state, event, at, record(event.data));
}
