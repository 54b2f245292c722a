import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How to start one sandboxed Node process behind every wall this machine offers. */
export interface Walls {
  readonly command: string;
  readonly args: readonly string[];
  /** Which walls stand, for logs and tests. */
  readonly names: readonly string[];
}

export interface SandboxedProgram {
  /** The JavaScript file to run, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** Folders it may read; nothing else of the file system, and nothing may be written. */
  readonly readable: readonly string[];
  /** Limit of the JavaScript heap. */
  readonly js_heap_mb: number;
  /** Seconds of processor time after which the kernel ends the process, whatever became of its parent. */
  readonly cpu_seconds: number;
}

interface Prefix {
  readonly command: string;
  readonly args: readonly string[];
  readonly names: readonly string[];
}

const SHELL = '/bin/sh';
/** No environment: the shell's own search path must not decide what is run. */
const PLACES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

function locate(program: string): string | undefined {
  return PLACES.map((place) => `${place}/${program}`).find((path) => existsSync(path));
}

/** The first way of calling the program that this machine allows. */
function firstAllowed(program: string, ways: readonly (readonly [string[], string[]])[]): Prefix | undefined {
  const command = locate(program);
  const nothing = locate('true');
  if (!command || !nothing) return undefined;
  const allowed = ways.find(([options]) => {
    const probe = spawnSync(command, [...options, '--', nothing], {
      env: {},
      stdio: 'ignore',
      timeout: 5_000,
    });
    return probe.status === 0;
  });
  return allowed && { command, args: [...allowed[0], '--'], names: allowed[1] };
}

let probed: readonly Prefix[] | undefined;

/** Namespaces and death signals differ by machine and are asked for once: a refused one is left out. */
function availablePrefixes(): readonly Prefix[] {
  probed ??= [
    // A user namespace too, so that it needs no privilege and leaves none over the host's.
    firstAllowed('unshare', [
      [
        ['--map-root-user', '--net', '--ipc', '--uts'],
        ['network namespace', 'ipc namespace', 'uts namespace'],
      ],
      [['--map-root-user', '--net'], ['network namespace']],
      [['--net'], ['network namespace']],
    ]),
    firstAllowed('setpriv', [
      [
        ['--no-new-privs', '--bounding-set=-all', '--pdeathsig', 'KILL'],
        ['no new privileges', 'ends with its parent'],
      ],
      [
        ['--no-new-privs', '--pdeathsig', 'KILL'],
        ['no new privileges', 'ends with its parent'],
      ],
      [['--no-new-privs'], ['no new privileges']],
    ]),
  ].filter((prefix) => prefix !== undefined);
  return probed;
}

/** The switch of Node's permission model: `--permission` since 22.13 and 23.5, `--experimental-permission` before. */
export function permissionSwitch(nodeVersion: string): string {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const stable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return stable ? '--permission' : '--experimental-permission';
}

/** The command line of one sandboxed process, from the outermost wall inwards. Start it with an empty environment. */
export function wallsAround(program: SandboxedProgram): Walls {
  const node = [
    process.execPath,
    permissionSwitch(process.version),
    ...program.readable.map((folder) => `--allow-fs-read=${folder}/*`),
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${program.js_heap_mb}`,
    program.script,
    ...program.args,
  ];
  const prefixes = availablePrefixes();
  const names = ['permission model', 'no code from strings', ...prefixes.flatMap((prefix) => prefix.names)];
  const line = [...prefixes.flatMap(({ command, args }) => [command, ...args]), ...node];
  if (!existsSync(SHELL)) {
    const [command = process.execPath, ...args] = line;
    return { command, args, names };
  }
  // No core dumps of other people's data, no written files, no endless processor time.
  const limits = `ulimit -c 0; ulimit -f 0; ulimit -t ${program.cpu_seconds}; exec "$@"`;
  return { command: SHELL, args: ['-c', limits, 'sh', ...line], names: [...names, 'resource limits'] };
}
