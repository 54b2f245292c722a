import { resolve } from 'node:path';
import { connect, type OfficeOptions, printJson } from '../context.ts';
import { UsageError } from '../failures.ts';
import { count } from '../format.ts';
import { handIn } from '../hand-in.ts';
import { styleFor, watchTask } from '../live/watch.ts';
import { exitCodeOf, printResult } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { type PackedFile, packWorkspace, size } from '../workspace-pack.ts';

export interface SubmitOptions extends OfficeOptions {
  readonly workspace?: string;
  readonly criteria?: readonly string[];
  readonly allowTool?: readonly string[];
  readonly priority?: string;
  readonly maxCost?: number;
  readonly maxDuration?: number;
  readonly maxIterations?: number;
  readonly idempotencyKey?: string;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly wait?: boolean;
}

/** The body of `POST /tasks` from the options, without the workspace. */
export function submissionFrom(description: string, options: SubmitOptions): object {
  if (description.trim() === '')
    throw new UsageError('The description is empty: say what the office should do.');
  const constraints = {
    ...(options.allowTool && options.allowTool.length > 0 ? { allowed_tools: options.allowTool } : {}),
    ...(options.maxCost === undefined ? {} : { max_cost_usd: options.maxCost }),
    ...(options.maxDuration === undefined ? {} : { max_duration: options.maxDuration }),
    ...(options.maxIterations === undefined ? {} : { max_iterations: options.maxIterations }),
  };
  return {
    description,
    ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
    ...(options.criteria && options.criteria.length > 0 ? { criteria: options.criteria } : {}),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.dryRun ? { dry_run: true } : {}),
  };
}

/** Reads the workspace folder; says on standard error what of it stays behind. */
function filesFrom(folder: string, terminal: Terminal): readonly PackedFile[] {
  const packed = packWorkspace(resolve(terminal.cwd, folder));
  for (const reason of packed.left_out) terminal.err(`Left out: ${reason}\n`);
  if (packed.files.length === 0) throw new UsageError(`The workspace folder ${folder} holds no files.`);
  terminal.err(
    terminal.colors.dim(`Workspace: ${count(packed.files.length, 'file')}, ${size(packed.bytes)}\n`),
  );
  return packed.files;
}

/** The text as it was given, or all of standard input for `-`. */
async function textFrom(text: string, terminal: Terminal): Promise<string> {
  if (text !== '-') return text;
  const lines: string[] = [];
  for await (const line of terminal.lines()) lines.push(line);
  return lines.join('\n');
}

/** `office submit`: hands in a task, and with `--watch` or `--wait` stays until it ends. */
export async function submit(text: string, options: SubmitOptions, terminal: Terminal): Promise<number> {
  const description = await textFrom(text, terminal);
  const api = connect(terminal, options);
  const files = options.workspace === undefined ? null : filesFrom(options.workspace, terminal);
  const submitted = await handIn(api, submissionFrom(description, options), files, options.idempotencyKey);
  const stays = options.watch === true || options.wait === true;
  if (!stays) {
    if (options.json) printJson(terminal, submitted);
    else {
      terminal.out(`${submitted.task_id}\n`);
      terminal.err(terminal.colors.dim(`Watch it with: npm run office -- watch ${submitted.task_id}\n`));
    }
    return 0;
  }
  const style = styleFor(terminal, { json: options.json, quiet: options.watch !== true });
  const task = await watchTask(api, submitted.task_id, terminal, style);
  if (options.json) printJson(terminal, task);
  else printResult(task, terminal);
  return exitCodeOf(task);
}
