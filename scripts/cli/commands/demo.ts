import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { OfficeApi } from '../../cli/api.ts';
import { faultOf, knownPath } from '../../demo/known-path.ts';
import { printJson } from '../context.ts';
import { exitCodes } from '../failures.ts';
import { duration } from '../format.ts';
import { styleFor, watchTask } from '../live/watch.ts';
import { figures, pathLines, printResult } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { submittedSchema, type TaskView } from '../views.ts';
import { packWorkspace } from '../workspace-pack.ts';

export interface DemoOptions {
  readonly json?: boolean;
}

const START = 'main';
const END = 'process_data';
const DESCRIPTION = `Analyze the Python files in ./src and create a call graph from ${START}() to ${END}()`;

/** The task takes about a second; after this many it is given up, so that nobody waits for ever. */
const LONGEST_SECONDS = 180;

/**
 * `office demo`: an office of its own with temporary data, the example task, the live view, and a check of the
 * answer against the path computed from the sample project.
 * @returns 0 when the answer is right, 1 when not
 */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const project = join(terminal.root, 'scripts', 'demo', 'project');
  const known = knownPath(project, START, END);
  // Read before anything is made that must be taken away again.
  const ctrlC = terminal.interrupted;
  const dataDir = await mkdtemp(join(tmpdir(), 'office-demo-'));
  const say = (text: string) => (options.json ? terminal.err(text) : terminal.out(text));
  try {
    const began = Date.now();
    const { startOffice } = await import('../../../infra/local/office.ts');
    const office = await startOffice({ dataDir, port: 0 });
    try {
      const { colors } = terminal;
      const packed = packWorkspace(project);
      const took = duration(Date.now() - began);
      say(`${colors.dim(`An office of its own opened in ${took}: ${office.url}, temporary data`)}\n`);
      say(
        `${colors.dim(`The workspace: ${packed.files.length} files of ${relative(terminal.root, project)}`)}\n\n`,
      );
      const api = new OfficeApi({ url: office.url, key: office.apiKey });
      const submitted = await api.post(
        '/tasks',
        {
          description: DESCRIPTION,
          constraints: { max_duration: LONGEST_SECONDS },
          workspace: {
            files: packed.files.map(({ path, content, encoding }) => ({ path, content, encoding })),
          },
        },
        submittedSchema,
      );
      const interrupted = AbortSignal.any([ctrlC, AbortSignal.timeout(LONGEST_SECONDS * 1_000)]);
      const style = styleFor(terminal, options);
      const task = await watchTask(api, submitted.task_id, { ...terminal, interrupted }, style);
      if (options.json) printJson(terminal, task);
      return tell(task, known, options, terminal);
    } finally {
      await office.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function tell(
  task: TaskView,
  known: Parameters<typeof faultOf>[0],
  options: DemoOptions,
  terminal: Terminal,
): number {
  const { colors } = terminal;
  if (terminal.interrupted.aborted) return exitCodes.interrupted;
  if (task.status !== 'completed') {
    if (!options.json) printResult(task, terminal);
    terminal.err(`The demo failed: the task is ${task.status}.\n`);
    return exitCodes.failed;
  }
  const { path = [], locations = [] } = task.final_result ?? {};
  const fault = faultOf(known, { path, locations });
  if (!options.json) {
    terminal.out(
      `\nThe calls from ${START} to ${END}:\n\n${pathLines(path, locations, terminal).join('\n')}\n\n`,
    );
  }
  if (fault !== null) {
    terminal.err(`${colors.red('The answer is wrong.')} ${fault}\n`);
    return exitCodes.failed;
  }
  if (!options.json) {
    terminal.out(
      `${colors.green('The answer is right')} ${colors.dim(`(checked against the sample project) · ${figures(task)}`)}\n`,
    );
    terminal.out(
      colors.dim(
        'Your own task next: npm start, then npm run office -- submit "…" --workspace FOLDER --watch\n',
      ),
    );
  }
  return exitCodes.completed;
}
