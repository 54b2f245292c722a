import type { OfficeApi } from '../api.ts';
import { followTask, readFinalTask, readTask } from '../event-stream.ts';
import type { Terminal } from '../terminal.ts';
import { isFinalStatus, type TaskView } from '../views.ts';
import { plainLine } from './lines.ts';
import { render } from './render.ts';
import { applyEvent, newState } from './state.ts';

export type WatchStyle = 'tree' | 'lines' | 'json' | 'silent';

/** How to show a task: programs get JSON, terminals the tree, pipes one line an event. */
export function styleFor(
  terminal: Terminal,
  options: { json?: boolean | undefined; quiet?: boolean },
): WatchStyle {
  if (options.quiet) return 'silent';
  if (options.json) return 'json';
  return terminal.interactive ? 'tree' : 'lines';
}

/**
 * Shows a task until it ends, or until the terminal is interrupted.
 * @returns the task as it is then; not final when interrupted
 */
export async function watchTask(
  api: OfficeApi,
  taskId: string,
  terminal: Terminal,
  style: WatchStyle,
): Promise<TaskView> {
  if (style === 'tree') await watchTree(api, taskId, terminal);
  else await watchLines(api, taskId, terminal, style);
  if (terminal.interrupted.aborted) return readTask(api, taskId);
  return readFinalTask(api, taskId, terminal.interrupted);
}

async function watchLines(
  api: OfficeApi,
  taskId: string,
  terminal: Terminal,
  style: WatchStyle,
): Promise<void> {
  let since: number | null = null;
  const events = followTask(api, taskId, {
    signal: terminal.interrupted,
    onConnection: (problem) => {
      if (problem !== null) terminal.err(`${problem}; trying again.\n`);
    },
  });
  for await (const event of events) {
    since ??= Date.parse(event.at);
    if (style === 'json') terminal.out(`${JSON.stringify(event)}\n`);
    if (style === 'lines') terminal.out(`${plainLine(event, since)}\n`);
  }
}

async function watchTree(api: OfficeApi, taskId: string, terminal: Terminal): Promise<void> {
  const [{ createLogUpdate }, { default: spinners }] = await Promise.all([
    import('log-update'),
    import('cli-spinners'),
  ]);
  const { frames, interval } = spinners.dots;
  const first = await readTask(api, taskId);
  const state = newState(taskId, first.description ?? '', first.created_at ?? '');
  const started = Date.now();
  let clock = 0;
  let lost = '';
  const draw = createLogUpdate(process.stdout);
  const show = () => {
    const frame = frames[Math.floor((Date.now() - started) / interval) % frames.length] ?? '·';
    const picture = render(state, {
      now: Date.now() + clock,
      frame,
      colors: terminal.colors,
      ...terminal.size(),
    });
    draw(lost === '' ? picture : `${picture}\n${terminal.colors.yellow(lost)}`);
  };
  const timer = setInterval(show, interval);
  try {
    const events = followTask(api, taskId, {
      signal: terminal.interrupted,
      onConnection: (problem) => {
        lost = problem === null ? '' : 'The connection is lost; trying again.';
      },
      onClock: (difference) => {
        clock = difference;
      },
    });
    for await (const event of events) applyEvent(state, event);
    const last = await readTask(api, taskId);
    if (isFinalStatus(last.status)) {
      if (last.completed_at) state.endedAt = Date.parse(last.completed_at);
      state.costUsd = last.cost?.usd ?? state.costUsd;
      state.tokens = last.cost?.tokens ?? state.tokens;
    }
  } finally {
    clearInterval(timer);
    show();
    draw.done();
    terminal.out('\n');
  }
}
