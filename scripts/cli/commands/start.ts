import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { SecondProcess } from '../../../infra/local/office.ts';
import {
  dataDirectory,
  isHeaderText,
  isRunning,
  readConnection,
  removeConnection,
  writeConnection,
} from '../connection.ts';
import { printJson } from '../context.ts';
import { exitCodes, UsageError } from '../failures.ts';
import { fileErrorCode } from '../files.ts';
import { duration } from '../format.ts';
import type { Terminal } from '../terminal.ts';

export interface StartOptions {
  readonly port?: number;
  readonly data?: string;
  readonly json?: boolean;
}

const DEFAULT_PORT = 8787;
const SHORTEST_KEY = 16;

/** One word for a POSIX shell, whatever it holds. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The port of the option, of `PORT`, or 8787. */
export function portFrom(option: number | undefined, env: NodeJS.ProcessEnv): number {
  const text = env['PORT'];
  if (option !== undefined) return option;
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`PORT is "${text}": give a number from 0 to 65535.`);
  }
  return port;
}

/** The key of `OFFICE_API_KEY`, when it is set. */
export function keyFrom(env: NodeJS.ProcessEnv): string | undefined {
  const key = env['OFFICE_API_KEY'];
  if (key === undefined || key === '') return undefined;
  if (key.length < SHORTEST_KEY) {
    throw new UsageError(`OFFICE_API_KEY has ${key.length} characters: at least ${SHORTEST_KEY} are needed.`);
  }
  if (!isHeaderText(key)) {
    throw new UsageError(
      'OFFICE_API_KEY holds characters that an HTTP header can not: use letters, digits and signs.',
    );
  }
  return key;
}

/** Where functions run, of `OFFICE_SECOND_PROCESS`: with one core, and when it is `never`, in the office's process only. */
export function secondProcessFrom(
  env: NodeJS.ProcessEnv,
  cores = availableParallelism(),
): SecondProcess | undefined {
  const text = env['OFFICE_SECOND_PROCESS'] || 'load';
  if (text === 'always') return { from: 0 };
  if (text === 'never') return undefined;
  if (text !== 'load')
    throw new UsageError(`OFFICE_SECOND_PROCESS is "${text}": give load, always or never.`);
  return cores > 1 ? {} : undefined;
}

/** Two offices on the same data would overwrite each other. */
function checkNotRunning(directory: string): void {
  const other = readConnection(directory);
  if (other !== null && other.pid !== process.pid && isRunning(other.pid)) {
    throw new UsageError(
      `An office already runs on ${directory} (${other.url}, process ${other.pid}): use that one, or set OFFICE_DATA_DIR for a second.`,
    );
  }
}

function welcome(url: string, key: string, took: number, terminal: Terminal): string {
  const { colors } = terminal;
  const bearer = shellQuote(`Authorization: Bearer ${key}`);
  const question = '{"description": "What is 12 km in miles?"}';
  return [
    `${colors.green('The office is open')} ${colors.dim(`(after ${duration(took)}; Ctrl-C closes it)`)}`,
    '',
    `  Address   ${colors.cyan(url)}`,
    `  API key   ${key}`,
    `  Docs      ${colors.cyan(`${url}/docs`)}`,
    '',
    'Hand in a task:',
    '',
    `  curl -s ${url}/tasks -H ${bearer} -H 'Content-Type: application/json' -d ${shellQuote(question)}`,
    '',
    'See what came of it:',
    '',
    `  curl -s ${url}/tasks -H ${bearer}`,
    '',
    colors.dim(
      'Or by the command line, in another terminal: npm run office -- submit "What is 12 km in miles?" --watch',
    ),
    '',
  ].join('\n');
}

/** What to do when the office can go on no longer because its data directory takes no more; null for any other end. */
export function lastWords(error: unknown, directory: string): string | null {
  const code = fileErrorCode(error);
  if (code === null || !['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(code)) return null;
  return `office: The data directory ${directory} takes no more (${code}), so the office is closed: make room, then start it again; tasks under way go on.\n`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

/** What `office keys` and `office tenant` need to reach this office's stores, as the runtime set it for the functions. */
function accountSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = [
    'ACCOUNTS_TABLE',
    'TASKS_TABLE',
    'REGISTRY_TABLE',
    'MEMORY_TABLE',
    'WORKSPACE_BUCKET',
    'AWS_ENDPOINT_URL_S3',
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_REGION',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** `office start`: an office on this machine until Ctrl-C. */
export async function start(options: StartOptions, terminal: Terminal): Promise<number> {
  const began = Date.now();
  // Read before the office opens, so that a signal closes it whenever it comes.
  const { interrupted } = terminal;
  const directory =
    options.data === undefined
      ? dataDirectory(terminal.env, terminal.root)
      : resolve(terminal.cwd, options.data);
  const port = portFrom(options.port, terminal.env);
  const apiKey = keyFrom(terminal.env);
  const secondProcess = secondProcessFrom(terminal.env);
  checkNotRunning(directory);
  const { OfficeStartError, startOffice } = await import('../../../infra/local/office.ts');
  const office = await startOffice({
    dataDir: directory,
    port,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(secondProcess === undefined ? {} : { secondProcess }),
    log: (line) => terminal.err(`${line}\n`),
  }).catch((error: unknown) => {
    // A taken port or an unwritable folder: the settings are wrong, not the office.
    throw error instanceof OfficeStartError ? new UsageError(error.message, { cause: error }) : error;
  });
  const connection = { url: office.url, api_key: office.apiKey, pid: process.pid };
  process.on('uncaughtExceptionMonitor', (error) => {
    const said = lastWords(error, directory);
    if (said === null) return;
    terminal.err(said);
    process.exit(exitCodes.failed);
  });
  writeConnection(directory, { ...connection, environment: accountSettings(process.env) });
  if (options.json) printJson(terminal, connection);
  else terminal.out(`${welcome(office.url, office.apiKey, Date.now() - began, terminal)}\n`);
  await untilAborted(interrupted);
  if (!options.json) terminal.err('Closing; tasks under way go on at the next start.\n');
  removeConnection(directory, process.pid);
  await office.stop();
  return exitCodes.completed;
}
