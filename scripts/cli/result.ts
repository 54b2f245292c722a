import { exitCodes } from './failures.ts';
import { duration, manyLines, oneLine, usd } from './format.ts';
import type { Terminal } from './terminal.ts';
import type { Location, TaskView } from './views.ts';

/** 0 for a completed task, 1 for one that failed or was cancelled, 130 for one that still runs. */
export function exitCodeOf(task: TaskView): number {
  if (task.status === 'completed') return exitCodes.completed;
  return task.status === 'failed' || task.status === 'cancelled' ? exitCodes.failed : exitCodes.interrupted;
}

/** From creation to completion, in milliseconds; null while one of them is unknown. */
export function timeTaken(task: TaskView): number | null {
  const taken = Date.parse(task.completed_at ?? '') - Date.parse(task.created_at ?? '');
  return Number.isNaN(taken) ? null : taken;
}

/** `1.2 s · $0.0004 · 1,240 tokens`. */
export function figures(task: TaskView): string {
  const taken = timeTaken(task);
  const tokens = task.cost?.tokens ?? 0;
  return [
    taken === null ? '' : duration(taken),
    task.cost ? usd(task.cost.usd) : '',
    tokens > 0 ? `${tokens.toLocaleString('en-US')} tokens` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** One line a hop: its place in the path, the name, and where it is defined. */
export function pathLines(
  path: readonly string[],
  locations: readonly Location[],
  terminal: Terminal,
): string[] {
  const { colors } = terminal;
  const widest = Math.max(...path.map((name, depth) => name.length + depth * 2));
  return path.map((name, depth) => {
    const place =
      locations[depth]?.name === name ? locations[depth] : locations.find((each) => each.name === name);
    const arrow = depth === 0 ? '' : `${'  '.repeat(depth - 1)}└ `;
    const gap = ' '.repeat(widest - name.length - depth * 2 + 3);
    const where = place === undefined ? '' : gap + colors.cyan(`${oneLine(place.file)}:${place.line}`);
    return `  ${colors.dim(arrow)}${colors.bold(oneLine(name))}${where}`;
  });
}

/** What came of a task, for a person. */
export function printResult(task: TaskView, terminal: Terminal): void {
  const { colors } = terminal;
  if (task.status === 'completed') {
    const result = task.final_result;
    if (result?.summary) terminal.out(`${manyLines(result.summary).trimEnd()}\n`);
    if (result?.path && result.path.length > 0) {
      terminal.out(`${pathLines(result.path, result.locations ?? [], terminal).join('\n')}\n`);
    }
    terminal.out(`${colors.green('Completed')} ${colors.dim(figures(task))}\n`);
    return;
  }
  if (task.status === 'failed') {
    const name = task.error?.name ?? 'Error';
    terminal.out(
      `${colors.red('Failed')} ${colors.dim(figures(task))}\n${name}: ${manyLines(task.error?.message ?? 'no reason was recorded')}\n`,
    );
    terminal.out(colors.dim(`To run it again: npm run office -- redrive ${task.task_id}\n`));
    return;
  }
  if (task.status === 'cancelled') {
    terminal.out(`${colors.yellow('Cancelled')} ${colors.dim(figures(task))}\n`);
    return;
  }
  terminal.out(
    `The task is ${task.status.replace('_', ' ')} and goes on: npm run office -- watch ${task.task_id}\n`,
  );
}
