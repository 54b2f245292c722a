/**
 * The command line's surface: every command, option and help text. What a command does is imported when it is
 * called, so that help and bad usage answer at once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OfficeError } from '../../lambdas/shared/errors.ts';
import { approvalStatuses } from '../../schemas/http.ts';
import { taskStatuses } from '../../schemas/task.ts';
import { awsFailure, CommandError, exitCodes } from './failures.ts';
import { type Finish, officeCommand } from './office-command.ts';
import { addPolicyCommands, addToolCommands } from './plugin-commands.ts';
import { addTenantCommands } from './tenant-commands.ts';
import type { Terminal } from './terminal.ts';

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function numberBetween(min: number, max: number, integer: boolean): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (value.trim() === '' || !(parsed >= min && parsed <= max) || (integer && !Number.isInteger(parsed))) {
      throw new InvalidArgumentError(`Give a ${integer ? 'whole ' : ''}number from ${min} to ${max}.`);
    }
    return parsed;
  };
}

const IN_QUOTES = ' Put the text in quotes.\n';

const examples = `
Examples:
  npm run office -- submit "Trace the calls from main to process_data in ./src" --workspace . --watch
  npm run office -- tasks
  npm run -s office -- show ID --json      (-s keeps npm's own lines out of the output)

An office is found by --url and --key, else OFFICE_URL and OFFICE_API_KEY, else the one "npm start" runs here.
Exit codes: 0 done (the task completed); 1 the task failed or was cancelled, or no office answers; 2 bad usage, or
the office refuses the request; 130 interrupted, the task goes on.
`;

function addTaskCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const office = officeCommand(program);
  office('submit <text>', 'hand in a task; - reads its text from standard input')
    .option('-w, --workspace <folder>', 'send the files of this folder with the task')
    .option('--criteria <text>', 'what the result must meet (repeatable)', collect)
    .option('--allow-tool <name>', 'let the task use only the tools named so (repeatable)', collect)
    .addOption(new Option('--priority <priority>', 'how urgent it is').choices(['low', 'normal', 'high']))
    .option('--max-cost <usd>', 'spend at most this many dollars', numberBetween(0.000001, 10_000, false))
    .option('--max-duration <seconds>', 'end after at most this time', numberBetween(1, 86_400, true))
    .option('--max-iterations <n>', 'plan each subtask at most this often', numberBetween(1, 10, true))
    .option('--idempotency-key <key>', 'submitting again with the same key runs the task once')
    .option('--dry-run', 'plan, check and price it without running it')
    .option('--watch', 'show it live until it ends')
    .option('--wait', 'wait for the end and print only the result')
    .action(async (text, options) =>
      finish((await import('./commands/submit.ts')).submit(text, options, terminal)),
    );
  office('watch <id>', 'show a task live until it ends').action(async (id, options) =>
    finish((await import('./commands/tasks.ts')).watch(id, options, terminal)),
  );
  office('tasks', 'list tasks, newest first')
    .addOption(new Option('--status <status>', 'only those with this status').choices(taskStatuses))
    .option('--limit <n>', 'at most this many', numberBetween(1, 100, true))
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options) => finish((await import('./commands/tasks.ts')).listTasks(options, terminal)));
  office('show <id>', 'one task: status, subtasks, result, files')
    .option('--logs', 'with its events')
    .option('--plans', 'with the plans of every iteration')
    .action(async (id, options) => finish((await import('./commands/tasks.ts')).show(id, options, terminal)));
  office('cancel <id>', 'stop a task').action(async (id, options) =>
    finish((await import('./commands/tasks.ts')).cancel(id, options, terminal)),
  );
  office('feedback <id>', 'rate the result of a task')
    .requiredOption('--rating <1-5>', '5 is best', numberBetween(1, 5, true))
    .option('--comment <text>', 'in your own words')
    .option('--plan <id>', 'about one plan of the task')
    .action(async (id, options) =>
      finish((await import('./commands/tasks.ts')).feedback(id, options, terminal)),
    );
}

function addDecisionCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const office = officeCommand(program);
  office('approvals', 'list what waits for a decision')
    .addOption(
      new Option('--status <status>', 'those decided so').choices(approvalStatuses).default('pending'),
    )
    .option('--limit <n>', 'at most this many', numberBetween(1, 1_000, true))
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options) =>
      finish((await import('./commands/approvals.ts')).listApprovals(options, terminal)),
    );
  for (const decision of ['approve', 'reject'] as const) {
    office(`${decision} <id>`, `${decision} a plan, or the result of an escalated review`)
      .option('--comment <text>', 'why; it is kept in the audit trail')
      .action(async (id, options) =>
        finish((await import('./commands/approvals.ts')).decide(id, decision, options, terminal)),
      );
  }
  office('dead-letters', 'list the tasks that failed for good')
    .option('--limit <n>', 'at most this many', numberBetween(1, 100, true))
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options) =>
      finish((await import('./commands/dead-letters.ts')).listDeadLetters(options, terminal)),
    );
  office('redrive <id>', 'run a failed task again')
    .addOption(
      new Option('--mode <mode>', 'with the same plan, a new plan, or another input')
        .choices(['retry', 'replan', 'edit'])
        .default('retry'),
    )
    .option(
      '--input <json>',
      'for --mode edit: {"description", "criteria", "constraints", "plan"} that change; @file reads a file',
    )
    .option('--add-budget <usd>', 'raise what the task may spend', numberBetween(0.000001, 10_000, false))
    .option('--watch', 'show it live until it ends')
    .action(async (id, options) =>
      finish((await import('./commands/dead-letters.ts')).redrive(id, options, terminal)),
    );
}

function addHouseCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const office = officeCommand(program);
  addToolCommands(program, terminal, finish);
  addPolicyCommands(program, terminal, finish);
  office('usage', 'tokens and cost by day, model and role')
    .option('--from <date>', 'first day, YYYY-MM-DD')
    .option('--to <date>', 'last day, YYYY-MM-DD')
    .action(async (options) => finish((await import('./commands/usage.ts')).usage(options, terminal)));
  const keys = program.command('keys').description('API keys: create, list, revoke');
  // Keys are made in the office's own table, not over HTTP: neither address nor key.
  const keyCommand = (usage: string, description: string) =>
    keys.command(usage).description(description).option('--json', 'print machine-readable output only');
  keyCommand('create', 'make a key; it is shown once')
    .option('--tenant <id>', 'whose tasks it reaches')
    .option('--scope <scope>', 'what it may do (repeatable)', collect)
    .option('--name <text>', 'what it is for')
    .action(async (options) => finish((await import('./commands/keys.ts')).createKey(options, terminal)));
  keyCommand('list', 'all keys, without their secrets').action(async (options) =>
    finish((await import('./commands/keys.ts')).listKeys(options, terminal)),
  );
  keyCommand('revoke <id>', 'a revoked key is refused from then on').action(async (id, options) =>
    finish((await import('./commands/keys.ts')).revokeKey(id, options, terminal)),
  );
  addTenantCommands(program, terminal, finish);
}

function addLocalCommands(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('start')
    .description('run an office on this machine until Ctrl-C')
    .option(
      '--port <port>',
      'where to listen; else PORT, else 8787; 0 picks a free one',
      numberBetween(0, 65_535, true),
    )
    .option('--data <folder>', 'where to keep its data; else OFFICE_DATA_DIR, else .office')
    .option('--json', 'print address, key and process id as one line of JSON')
    .action(async (options) => finish((await import('./commands/start.ts')).start(options, terminal)));
  program
    .command('demo')
    .description('run the example task on an office of its own and check the answer')
    .option('--json', 'print machine-readable output only')
    .action(async (options) => finish((await import('./commands/demo.ts')).demo(options, terminal)));
  program
    .command('deploy')
    .description('deploy the office to AWS; arguments are passed on to "npm run deploy"')
    .allowUnknownOption()
    .argument('[arguments...]')
    .action(async (list) => finish((await import('./commands/deploy.ts')).deploy(list, terminal)));
  officeCommand(program)('doctor', 'what is installed, configured and reachable, and what to do next').action(
    async (options) => finish((await import('./commands/doctor.ts')).doctor(options, terminal)),
  );
  program
    .command('redact')
    .description('find personal data and secrets in standard input, one text a line')
    .option('--json', 'one line each of {"text","spans":[{"start","end","type"}]}')
    .action(async (options) => finish((await import('./commands/redact.ts')).redact(options, terminal)));
}

export function buildProgram(terminal: Terminal, finish: Finish): Command {
  const { version } = JSON.parse(readFileSync(join(terminal.root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('office')
    .description('The Intelligent Office: hand in tasks in plain language and watch them done.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) =>
        write(/^error: too many arguments for 'submit'/.test(text) ? text.trimEnd() + IN_QUOTES : text),
      getOutHelpWidth: () => terminal.size().columns,
      getErrHelpWidth: () => terminal.size().columns,
    })
    .showSuggestionAfterError()
    // Options after a command are that command's own, also where a command has commands ("tools add-mcp … --json").
    .enablePositionalOptions()
    .addHelpText('after', examples);
  addTaskCommands(program, terminal, finish);
  addDecisionCommands(program, terminal, finish);
  addHouseCommands(program, terminal, finish);
  addLocalCommands(program, terminal, finish);
  return program;
}

/**
 * Runs one command line.
 * @param argv what follows the program's name
 * @returns the exit code; problems are told in one line on standard error
 */
export async function runOffice(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.completed;
  const program = buildProgram(terminal, async (code) => {
    exitCode = await code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; everything else commander refuses is bad usage, already explained.
      return error.exitCode === 0 ? 0 : exitCodes.usage;
    }
    const failure = error instanceof OfficeError ? error : awsFailure(error);
    if (failure === null) throw error;
    terminal.err(`${terminal.colors.red('office:')} ${failure.message}\n`);
    if (failure instanceof CommandError) return failure.exitCode;
    // A setting that is missing or wrong is a mistake of usage as an option is.
    return failure.name === 'EnvironmentError' ? exitCodes.usage : exitCodes.failed;
  }
}
