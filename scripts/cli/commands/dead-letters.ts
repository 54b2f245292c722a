import { resolve } from 'node:path';
import { z } from 'zod';
import { segment, withQuery } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { UsageError } from '../failures.ts';
import { readNamedFile } from '../files.ts';
import { age, table } from '../format.ts';
import { styleFor, watchTask } from '../live/watch.ts';
import { exitCodeOf, printResult } from '../result.ts';
import type { Terminal } from '../terminal.ts';

const text = z.string().nullish();
const deadLettersSchema = z.looseObject({
  dead_letters: z.array(
    z.looseObject({
      task_id: z.string(),
      class: text,
      failed_at: text,
      status: text,
      error: z.looseObject({ name: text, message: text }).nullish(),
    }),
  ),
  cursor: text,
});
const redrivenSchema = z.looseObject({ task_id: z.string().optional(), status: text });

/** `office dead-letters`: tasks that failed for good, with the reason. */
export async function listDeadLetters(
  options: OfficeOptions & { limit?: number; cursor?: string },
  terminal: Terminal,
): Promise<number> {
  const api = connect(terminal, options);
  const answer = await api.get(
    withQuery('/dead-letters', { limit: options.limit, cursor: options.cursor }),
    deadLettersSchema,
  );
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  if (answer.dead_letters.length === 0) {
    terminal.out('No dead letters.\n');
    return 0;
  }
  const now = Date.now();
  const rows = answer.dead_letters.map((each) => [
    each.task_id,
    each.status ?? '',
    each.class ?? each.error?.name ?? '',
    age(each.failed_at ?? '', now),
    each.error?.message ?? '',
  ]);
  terminal.out(
    `${table(['task', 'status', 'class', 'failed', 'why'], rows, tableWidth(terminal)).join('\n')}\n`,
  );
  if (answer.cursor) terminal.out(terminal.colors.dim(`More: --cursor '${answer.cursor}'\n`));
  terminal.out(terminal.colors.dim('Run one again: npm run office -- redrive ID --mode retry|replan|edit\n'));
  return 0;
}

export interface RedriveOptions extends OfficeOptions {
  readonly mode: string;
  readonly input?: string;
  readonly addBudget?: number;
  readonly watch?: boolean;
}

/** JSON from the command line, or from a file when it starts with `@`. */
function readInput(input: string, terminal: Terminal): unknown {
  const name = input.slice(1);
  const text = input.startsWith('@') ? readNamedFile(resolve(terminal.cwd, name), name) : input;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`--input is not JSON: ${error.message}.`);
    throw error;
  }
}

/** `office redrive`: runs a failed task again, as it was, with a new plan, or with another input. */
export async function redrive(id: string, options: RedriveOptions, terminal: Terminal): Promise<number> {
  const api = connect(terminal, options);
  const body = {
    mode: options.mode,
    ...(options.input === undefined ? {} : { input: readInput(options.input, terminal) }),
    ...(options.addBudget === undefined ? {} : { add_budget_usd: options.addBudget }),
  };
  const answer = await api.post(`/dead-letters/${segment(id)}/redrive`, body, redrivenSchema);
  const taskId = answer.task_id ?? id;
  if (!options.watch) {
    if (options.json) printJson(terminal, answer);
    else terminal.out(`${taskId} runs again. Watch it with: npm run office -- watch ${taskId}\n`);
    return 0;
  }
  const task = await watchTask(api, taskId, terminal, styleFor(terminal, options));
  if (options.json) printJson(terminal, task);
  else printResult(task, terminal);
  return exitCodeOf(task);
}
