import { z } from 'zod';
import { type OfficeApi, segment, withQuery } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { readTask } from '../event-stream.ts';
import { age, count, fit, oneLine, table } from '../format.ts';
import { plainLine } from '../live/lines.ts';
import { styleFor, watchTask } from '../live/watch.ts';
import { exitCodeOf, figures, printResult } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { eventSchema, isFinalStatus, type TaskView, taskViewSchema } from '../views.ts';
import { size } from '../workspace-pack.ts';

const taskListSchema = z.looseObject({ tasks: z.array(taskViewSchema), cursor: z.string().nullish() });
const artifactsSchema = z.looseObject({
  artifacts: z.array(z.looseObject({ path: z.string(), size: z.number().nullish() })),
});
const logsSchema = z.looseObject({ events: z.array(eventSchema), cursor: z.string().nullish() });
const anySchema = z.looseObject({});

/** `office watch`: the live view of a task until it ends. */
export async function watch(id: string, options: OfficeOptions, terminal: Terminal): Promise<number> {
  const task = await watchTask(connect(terminal, options), id, terminal, styleFor(terminal, options));
  if (options.json) printJson(terminal, task);
  else printResult(task, terminal);
  return exitCodeOf(task);
}

export interface ListOptions extends OfficeOptions {
  readonly status?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `office tasks`: newest first. */
export async function listTasks(options: ListOptions, terminal: Terminal): Promise<number> {
  const { status, limit, cursor } = options;
  const page = await connect(terminal, options).get(
    withQuery('/tasks', { status, limit, cursor }),
    taskListSchema,
  );
  if (options.json) {
    printJson(terminal, page);
    return 0;
  }
  if (page.tasks.length === 0) {
    terminal.out('No tasks. Submit one: npm run office -- submit "What is 12 km in miles?"\n');
    return 0;
  }
  const now = Date.now();
  const rows = page.tasks.map((task) => [
    task.task_id,
    task.status,
    task.created_at ? age(task.created_at, now) : '',
    figures(task),
    task.description ?? '',
  ]);
  terminal.out(
    `${table(['task', 'status', 'created', 'time and cost', 'description'], rows, tableWidth(terminal)).join('\n')}\n`,
  );
  if (page.cursor) terminal.out(terminal.colors.dim(`More: --cursor ${page.cursor}\n`));
  return 0;
}

export interface ShowOptions extends OfficeOptions {
  readonly logs?: boolean;
  readonly plans?: boolean;
}

/** `office show`: one task with its subtasks, result and files; `--logs` and `--plans` add those. */
export async function show(id: string, options: ShowOptions, terminal: Terminal): Promise<number> {
  const api = connect(terminal, options);
  const task = await readTask(api, id);
  const plans = options.plans ? await api.get(`/tasks/${segment(id)}/plans`, z.unknown()) : undefined;
  if (options.json) {
    const events = options.logs ? { events: await readLog(api, id) } : {};
    printJson(terminal, { ...task, ...events, ...(plans === undefined ? {} : { plans }) });
    return 0;
  }
  printTask(task, terminal);
  await printArtifacts(api, task, terminal);
  if (plans !== undefined) terminal.out(`${JSON.stringify(plans, null, 2)}\n`);
  if (options.logs) {
    const events = await readLog(api, id);
    const since = Date.parse(events[0]?.at ?? '');
    for (const event of events) terminal.out(`${plainLine(event, since)}\n`);
  }
  return 0;
}

function printTask(task: TaskView, terminal: Terminal): void {
  const { colors } = terminal;
  terminal.out(`${colors.bold(task.task_id)}  ${task.status.replace('_', ' ')}\n`);
  if (task.description) terminal.out(`${oneLine(task.description)}\n`);
  const facts = isFinalStatus(task.status)
    ? []
    : [
        task.created_at ? `created ${age(task.created_at, Date.now())}` : '',
        task.current_step ? `at ${oneLine(task.current_step)}` : '',
        typeof task.progress === 'number' ? `${Math.round(task.progress * 100)} %` : '',
      ].filter(Boolean);
  if (facts.length > 0) terminal.out(colors.dim(`${facts.join(' · ')}\n`));
  for (const subtask of task.subtasks ?? []) {
    const text = `  ${subtask.status.padEnd(10)}  ${oneLine(subtask.description || subtask.subtask_id)}`;
    terminal.out(`${fit(text, tableWidth(terminal) - 1)}\n`);
  }
  if (task.execution_arn) terminal.out(colors.dim(`${task.execution_arn}\n`));
  if (isFinalStatus(task.status)) printResult(task, terminal);
  if (task.status === 'awaiting_approval')
    terminal.out(colors.dim('It waits for a person: npm run office -- approvals\n'));
}

async function printArtifacts(api: OfficeApi, task: TaskView, terminal: Terminal): Promise<void> {
  if (!isFinalStatus(task.status)) return;
  const { artifacts } = await api.get(`/tasks/${segment(task.task_id)}/artifacts`, artifactsSchema);
  if (artifacts.length === 0) return;
  terminal.out(`${count(artifacts.length, 'file')} written:\n`);
  for (const { path, size: bytes } of artifacts) {
    terminal.out(
      `  ${oneLine(path)}${typeof bytes === 'number' ? terminal.colors.dim(`  ${size(bytes)}`) : ''}\n`,
    );
  }
}

async function readLog(api: OfficeApi, id: string): Promise<z.infer<typeof eventSchema>[]> {
  const all: z.infer<typeof eventSchema>[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.get(withQuery(`/tasks/${segment(id)}/logs`, { cursor }), logsSchema);
    all.push(...page.events);
    // The cursor of the newest event is always given; an empty page is the end.
    cursor = page.events.length > 0 ? (page.cursor ?? undefined) : undefined;
  } while (cursor !== undefined);
  return all;
}

/** `office cancel`: stops a task that has not ended. */
export async function cancel(id: string, options: OfficeOptions, terminal: Terminal): Promise<number> {
  const answer = await connect(terminal, options).post(`/tasks/${segment(id)}/cancel`, undefined, anySchema);
  if (options.json) printJson(terminal, answer);
  else terminal.out(`${id} is being cancelled.\n`);
  return 0;
}

export interface FeedbackOptions extends OfficeOptions {
  readonly rating: number;
  readonly comment?: string;
  readonly plan?: string;
}

/** `office feedback`: rates what came of a task; remembered plans are ranked by it. */
export async function feedback(id: string, options: FeedbackOptions, terminal: Terminal): Promise<number> {
  const body = {
    rating: options.rating,
    ...(options.comment === undefined ? {} : { comment: options.comment }),
    ...(options.plan === undefined ? {} : { plan_id: options.plan }),
  };
  const answer = await connect(terminal, options).post(`/tasks/${segment(id)}/feedback`, body, anySchema);
  if (options.json) printJson(terminal, answer);
  else terminal.out(`Thank you: ${options.rating} of 5 is noted for ${id}.\n`);
  return 0;
}
