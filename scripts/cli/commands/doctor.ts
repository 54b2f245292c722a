import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { describeError, errorName } from '../../../lambdas/shared/errors.ts';
import { dataDirectory, isRunning, readConnection, resolveConnection } from '../connection.ts';
import { type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { exitCodes, reasonOf, UsageError } from '../failures.ts';
import { fit } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** `ok`; `absent`: optional and not there; `broken`: the office can't do its work without it. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
  /** What to do next, when there is something to do. */
  readonly next?: string;
}

/** First line a program prints, or null when it is missing or does not answer in time. */
export type Probe = (program: string, parameters: readonly string[]) => Promise<string | null>;

const PROBE_MS = 4_000;

const probeProgram: Probe = (program, parameters) =>
  new Promise((done) => {
    execFile(program, [...parameters], { timeout: PROBE_MS, encoding: 'utf8' }, (error, stdout) =>
      done(error === null ? (stdout.trim().split('\n')[0] ?? '') : null),
    );
  });

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node',
    state: enough ? 'ok' : 'broken',
    detail: `v${process.versions.node}`,
    ...(enough ? {} : { next: 'install Node 20.19 or newer from https://nodejs.org' }),
  };
}

function checkDependencies(root: string): Finding {
  const stamp = join(root, 'node_modules', '.office-stamp');
  const mode = existsSync(stamp)
    ? z.object({ mode: z.string() }).parse(JSON.parse(readFileSync(stamp, 'utf8'))).mode
    : null;
  const all = existsSync(join(root, 'node_modules', 'aws-cdk-lib'));
  return {
    name: 'Dependencies',
    state: 'ok',
    detail:
      mode === 'all' || all ? 'all, for development and deployment too' : 'what the office needs to run',
  };
}

function checkData(directory: string): Finding {
  let folder = directory;
  while (!existsSync(folder)) folder = dirname(folder);
  const next = 'set OFFICE_DATA_DIR to a folder that can be written';
  if (!statSync(folder).isDirectory())
    return { name: 'Data', state: 'broken', detail: `${folder} is not a folder`, next };
  try {
    accessSync(folder, constants.W_OK);
    return {
      name: 'Data',
      state: 'ok',
      detail: folder === directory ? directory : `${directory}, made at the first start`,
    };
  } catch (error) {
    return {
      name: 'Data',
      state: 'broken',
      detail: `${folder} can not be written (${(error as NodeJS.ErrnoException).code ?? describeError(error)})`,
      next,
    };
  }
}

const healthSchema = z.looseObject({
  status: z.string(),
  version: z.string().optional(),
  engine: z.string().optional(),
});

async function checkOffice(options: OfficeOptions, terminal: Terminal, directory: string): Promise<Finding> {
  const named = options.url ?? terminal.env['OFFICE_URL'];
  const local = readConnection(directory);
  const running = local !== null && isRunning(local.pid);
  if (!named && !running) {
    return { name: 'Office', state: 'absent', detail: 'none is running here', next: 'npm start' };
  }
  const name = 'Office';
  const key = options.key ?? (terminal.env['OFFICE_API_KEY'] || undefined);
  let url = named ?? '';
  try {
    ({ url } = resolveConnection(
      { ...options, key: key ?? local?.api_key ?? 'none' },
      terminal.env,
      terminal.root,
    ));
    const ask = (path: string) =>
      fetch(`${url}${path}`, {
        headers: { authorization: `Bearer ${key ?? 'none'}` },
        signal: AbortSignal.timeout(PROBE_MS),
      });
    const response = await ask('/health');
    const health = healthSchema.parse(await response.json());
    if (key !== undefined && (await ask('/tasks?limit=1')).status === 401) {
      const next = 'give another with --key, or change or unset OFFICE_API_KEY';
      return { name, state: 'broken', detail: `${url} refuses the API key`, next };
    }
    return {
      name,
      state: response.ok ? 'ok' : 'broken',
      detail: [url, health.status, health.version, health.engine].filter(Boolean).join(', '),
      ...(response.ok ? {} : { next: 'look at what it printed' }),
    };
  } catch (error) {
    if (error instanceof UsageError) return { name, state: 'broken', detail: error.message };
    const next = named
      ? 'check the address (--url, OFFICE_URL)'
      : `stop process ${local?.pid}, then npm start`;
    const reason =
      errorName(error) === 'TimeoutError' ? `within ${PROBE_MS / 1_000} s` : `(${reasonOf(error)})`;
    return { name, state: 'broken', detail: `${url} does not answer ${reason}`, next };
  }
}

/** Asks every configured provider whether it accepts its key; without one nothing leaves the machine. */
async function checkModels(): Promise<Finding[]> {
  const name = 'Models';
  const router = await import('../../../lambdas/shared/llm/from-environment.ts');
  const { roles, providers } = await router.configuredModels();
  const real = [
    ...new Set(
      Object.values(roles)
        .flat()
        .filter(({ provider }) => provider !== 'offline')
        .map(({ model }) => model),
    ),
  ];
  if (real.length === 0) {
    const settings = Object.values(providers).flatMap((status) =>
      !status.configured && /^[A-Z][A-Z0-9_]*$/.test(status.missing) ? [status.missing] : [],
    );
    const detail = 'none; the rule-based offline provider answers';
    return [
      {
        name,
        state: 'absent',
        detail,
        next: `set one of ${[...new Set(settings)].join(', ')}; or start Ollama`,
      },
    ];
  }
  const checks = await router.checkModelProviders();
  const failing = checks.flatMap((check): Finding[] =>
    check.state === 'answers'
      ? []
      : [{ name, state: 'broken', detail: `${check.provider}: ${check.reason}`, next: check.advice }],
  );
  return [...failing, { name, state: 'ok', detail: real.join(', ') }];
}

async function checkProgram(
  probe: Probe,
  name: string,
  [program, ...parameters]: readonly [string, ...string[]],
  purpose: string,
  next: string,
): Promise<Finding> {
  const answer = await probe(program, parameters);
  if (answer !== null) return { name, state: 'ok', detail: answer };
  return { name, state: 'absent', detail: `not there; only ${purpose} needs it`, next };
}

/** Where `npm run ministack` installs it, with its version beside. */
function checkMiniStack(root: string): Finding {
  const stamp = join(root, '.office', 'ministack', 'venv', '.version');
  if (existsSync(stamp))
    return { name: 'MiniStack', state: 'ok', detail: `${readFileSync(stamp, 'utf8').trim()}, installed` };
  const detail = 'not there; only a deployment on this machine needs it';
  return { name: 'MiniStack', state: 'absent', detail, next: 'npm run ministack installs it' };
}

function checkAws(env: NodeJS.ProcessEnv): Finding {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  const source = env['AWS_ACCESS_KEY_ID']
    ? 'AWS_ACCESS_KEY_ID'
    : env['AWS_PROFILE']
      ? `profile ${env['AWS_PROFILE']}`
      : existsSync(env['AWS_SHARED_CREDENTIALS_FILE'] || join(homedir(), '.aws', 'credentials'))
        ? 'the shared credentials file'
        : null;
  if (source === null) {
    const detail = 'no credentials; only a deployment to AWS needs them';
    return { name: 'AWS', state: 'absent', detail, next: 'aws configure, or set AWS_PROFILE' };
  }
  const detail = `credentials from ${source}${region ? `, region ${region}` : ''}`;
  return {
    name: 'AWS',
    state: 'ok',
    detail,
    ...(region ? {} : { next: 'set AWS_REGION before a deployment' }),
  };
}

/** Everything the office needs or could use, needed things first. */
export async function examine(
  options: OfficeOptions,
  terminal: Terminal,
  probe: Probe = probeProgram,
): Promise<Finding[]> {
  const directory = dataDirectory(terminal.env, terminal.root);
  const findings = await Promise.all([
    checkNode(),
    checkDependencies(terminal.root),
    checkData(directory),
    checkOffice(options, terminal, directory),
    checkModels(),
    checkProgram(
      probe,
      'Docker',
      ['docker', 'version', '--format', '{{.Server.Version}}'],
      '"sam local"',
      'install Docker and start it',
    ),
    checkProgram(probe, 'SAM', ['sam', '--version'], '"sam local"', 'pip install aws-sam-cli'),
    checkMiniStack(terminal.root),
    checkProgram(probe, 'Python', ['python3', '--version'], 'MiniStack', 'install Python 3.10 or newer'),
    checkAws(terminal.env),
  ]);
  return findings.flat();
}

/** `office doctor`: exit code 1 only when something the office needs is broken. */
export async function doctor(
  options: OfficeOptions,
  terminal: Terminal,
  probe: Probe = probeProgram,
): Promise<number> {
  const findings = await examine(options, terminal, probe);
  const broken = findings.some((finding) => finding.state === 'broken');
  if (options.json) printJson(terminal, { ok: !broken, checks: findings });
  else {
    const { colors } = terminal;
    const glyphs = { ok: colors.green('✔'), absent: colors.dim('○'), broken: colors.red('✖') };
    const columns = tableWidth(terminal);
    for (const { name, state, detail, next } of findings) {
      terminal.out(`${glyphs[state]} ${name.padEnd(13)} ${fit(detail, Math.max(40, columns - 18))}\n`);
      if (next !== undefined) terminal.out(`${' '.repeat(16)}${colors.cyan(`→ ${next}`)}\n`);
    }
    terminal.out(
      broken ? '\nSomething the office needs is broken (✖).\n' : '\nAll the office needs is here.\n',
    );
  }
  return broken ? exitCodes.failed : exitCodes.completed;
}
