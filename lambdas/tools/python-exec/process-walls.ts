import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { RuntimeFiles } from './runtime-files.ts';

/** How to start one interpreter process behind every wall this machine offers. */
export interface Walls {
  readonly command: string;
  readonly args: readonly string[];
  /** Which walls stand, for logs and tests. */
  readonly names: readonly string[];
}

export interface InterpreterLimits {
  /** Linear memory of the interpreter. */
  readonly heap_bytes: number;
  /** What files of the program may hold. */
  readonly file_bytes: number;
  /** Seconds of processor time after which the kernel ends the process, whatever became of this one. */
  readonly cpu_seconds: number;
}

const SHELL = '/bin/sh';
/** No environment: the shell's own search path must not decide what is run. */
const PLACES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

function locate(program: string): string | undefined {
  return PLACES.map((place) => `${place}/${program}`).find((path) => existsSync(path));
}

function works(command: string, args: readonly string[]): boolean {
  const probe = spawnSync(command, args, { env: {}, stdio: 'ignore', timeout: 5_000 });
  return probe.status === 0;
}

/** Options of Node's permission model: `--permission` since 22.13 and 23.5, `--experimental-permission` on 20. */
export function permissionOptions(nodeVersion: string, files: RuntimeFiles): string[] {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const stable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return [
    stable ? '--permission' : '--experimental-permission',
    `--allow-fs-read=${files.pyodideDir}/*`,
    `--allow-fs-read=${files.sandboxDir}/*`,
  ];
}

let namespaces: { command: string; args: string[]; names: string[] }[] | undefined;

/** Namespaces and death signals differ by machine and are asked for once: a refused one is left out. */
function availablePrefixes(): { command: string; args: string[]; names: string[] }[] {
  if (namespaces) return namespaces;
  namespaces = [];
  const probe = '/bin/true';
  const unshare = locate('unshare');
  const truth = existsSync(probe) ? probe : locate('true');
  if (unshare && truth) {
    // New user namespace too, so that it needs no privilege and leaves none over the host's.
    const wanted: [string[], string[]][] = [
      [
        ['--map-root-user', '--net', '--ipc', '--uts'],
        ['network namespace', 'ipc namespace', 'uts namespace'],
      ],
      [['--map-root-user', '--net'], ['network namespace']],
      [['--net'], ['network namespace']],
    ];
    const allowed = wanted.find(([options]) => works(unshare, [...options, '--', truth]));
    if (allowed) namespaces.push({ command: unshare, args: [...allowed[0], '--'], names: allowed[1] });
  }
  const setpriv = locate('setpriv');
  if (setpriv && truth) {
    const wanted: [string[], string[]][] = [
      [
        ['--no-new-privs', '--bounding-set=-all', '--pdeathsig', 'KILL'],
        ['no new privileges', 'ends with its parent'],
      ],
      [
        ['--no-new-privs', '--pdeathsig', 'KILL'],
        ['no new privileges', 'ends with its parent'],
      ],
      [['--no-new-privs'], ['no new privileges']],
    ];
    const allowed = wanted.find(([options]) => works(setpriv, [...options, '--', truth]));
    if (allowed) namespaces.push({ command: setpriv, args: [...allowed[0], '--'], names: allowed[1] });
  }
  return namespaces;
}

/** The command line of one interpreter process, from the outermost wall inwards. */
export function wallsFor(files: RuntimeFiles, limits: InterpreterLimits): Walls {
  const node = [
    process.execPath,
    ...permissionOptions(process.version, files),
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    '--max-old-space-size=256',
    `${files.sandboxDir}/runner.mjs`,
    files.pyodideDir,
    String(limits.heap_bytes),
    String(limits.file_bytes),
  ];
  const prefixes = availablePrefixes();
  const names = ['permission model', 'no code from strings', ...prefixes.flatMap((prefix) => prefix.names)];
  let line = [...prefixes.flatMap(({ command, args }) => [command, ...args]), ...node];
  if (existsSync(SHELL)) {
    // No core dumps of other people's data, no files of any size, no endless processor time.
    const limit = `ulimit -c 0; ulimit -f 0; ulimit -t ${limits.cpu_seconds}; exec "$@"`;
    line = [SHELL, '-c', limit, 'sh', ...line];
    names.push('resource limits');
  }
  const [command = process.execPath, ...args] = line;
  return { command, args, names };
}
