import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findPython, inVirtualEnvironment } from './python.ts';

/** The version that the deployment is proven with. */
export const MINISTACK_VERSION = '1.5.33';
const root = fileURLToPath(new URL('../../', import.meta.url));
const home = join(root, '.office', 'ministack');
const stateFile = (port: number): string => join(home, `running-${port}.json`);
export const DEFAULT_PORT = 4566;
const START_MS = 60_000;

const stateSchema = z.object({ pid: z.int(), url: z.string() });
export type MiniStack = z.infer<typeof stateSchema>;

/** MiniStack can't be installed or started; the message says what to do. */
export class MiniStackError extends Error {
  override readonly name = 'MiniStackError';
}

const inEnvironment = (program: string): string => inVirtualEnvironment(join(home, 'venv'), program);

function run(command: string, parameters: readonly string[]): { code: number | null; output: string } {
  const done = spawnSync(command, [...parameters], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return { code: done.error ? null : done.status, output: `${done.stdout ?? ''}${done.stderr ?? ''}` };
}

function install(say: (line: string) => void): void {
  const stamp = join(home, 'venv', '.version');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === MINISTACK_VERSION) return;
  const python = findPython();
  say(`Installing MiniStack ${MINISTACK_VERSION} into .office/ministack …`);
  rmSync(join(home, 'venv'), { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const made = run(python, ['-m', 'venv', join(home, 'venv')]);
  if (made.code !== 0) {
    throw new MiniStackError(
      `Python could not make a virtual environment (${made.output.trim().split('\n').at(-1)}); on Debian and Ubuntu: apt install python3-venv.`,
    );
  }
  const parameters = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const installed = run(inEnvironment('python'), [...parameters, `ministack==${MINISTACK_VERSION}`]);
  if (installed.code !== 0) {
    throw new MiniStackError(
      `pip could not install ministack ${MINISTACK_VERSION}; check the network or the proxy. ${installed.output.trim().split('\n').at(-1)}`,
    );
  }
  writeFileSync(stamp, MINISTACK_VERSION);
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok;
  } catch {
    // Nobody listens there yet, or any more.
    return false;
  }
}

/** The MiniStack that this checkout has started on the port, if it still runs. */
export async function runningMiniStack(port = DEFAULT_PORT): Promise<MiniStack | null> {
  if (!existsSync(stateFile(port))) return null;
  const state = stateSchema.parse(JSON.parse(readFileSync(stateFile(port), 'utf8')));
  return (await isHealthy(state.url)) ? state : null;
}

export interface StartOptions {
  readonly port: number;
  readonly say: (line: string) => void;
  /** Further settings of MiniStack. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Installs the pinned version if need be, starts it on loopback in the background and waits until it answers.
 * @throws MiniStackError
 */
export async function startMiniStack(options: StartOptions): Promise<MiniStack & { version: string }> {
  const url = `http://127.0.0.1:${options.port}`;
  const running = await runningMiniStack(options.port);
  if (running !== null) return { ...running, version: MINISTACK_VERSION };
  if (await isHealthy(url)) {
    throw new MiniStackError(`Another MiniStack answers at ${url}; stop it or choose another --port.`);
  }
  install(options.say);
  mkdirSync(home, { recursive: true });
  const logFile = join(home, `ministack-${options.port}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(inEnvironment('python'), ['-m', 'ministack'], {
    cwd: home,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      GATEWAY_PORT: String(options.port),
      BIND_HOST: '127.0.0.1',
      // Part of the API's host name, where an IP address would make an invalid one.
      MINISTACK_HOST: 'localhost',
      AWS_ENDPOINT_URL: url,
      LOG_LEVEL: process.env['MINISTACK_LOG_LEVEL'] ?? 'WARNING',
      // Doors of services that the office doesn't use.
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      S3_DATA_DIR: join(home, `s3-${options.port}`),
      STATE_DIR: join(home, `state-${options.port}`),
      ...options.environment,
    },
  });
  closeSync(log);
  child.unref();
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && !ended; await pause(200)) {
    if (child.pid === undefined || !(await isHealthy(url))) continue;
    const state = { pid: child.pid, url };
    writeFileSync(stateFile(options.port), `${JSON.stringify(state)}\n`);
    return { ...state, version: MINISTACK_VERSION };
  }
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-5) : [];
  throw new MiniStackError(`MiniStack did not start on port ${options.port}.\n${lines.join('\n')}`);
}

const STOP_MS = 5_000;

/** The signal reaches MiniStack and the functions that it runs: they are one group. False when they are gone. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Ends the MiniStack that this checkout has started, and waits for it: asked politely it waits for its own pollers,
 * sometimes for ever. False when there was none.
 */
export async function stopMiniStack(port = DEFAULT_PORT): Promise<boolean> {
  const running = await runningMiniStack(port);
  rmSync(stateFile(port), { force: true });
  if (running === null) return false;
  signalGroup(running.pid, 'SIGTERM');
  for (const deadline = Date.now() + STOP_MS; signalGroup(running.pid, 0); await pause(100)) {
    if (Date.now() > deadline) signalGroup(running.pid, 'SIGKILL');
  }
  return true;
}
