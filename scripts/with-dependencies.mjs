// Runs a command once the dependencies are in place:
//   node scripts/with-dependencies.mjs <runtime|all> -- <command> [arguments]
// Plain Node without dependencies, in syntax that Node 14 still parses, so that an old Node gets a
// sentence instead of a syntax error. Everything it says goes to standard error: standard output
// belongs to the command.
/* biome-ignore-all lint/style/useNodejsImportProtocol: Node 14 before 14.18 has no node: protocol */
/* biome-ignore-all lint/complexity/useOptionalChain: older Node versions must parse this file */
import { spawn } from 'child_process';
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import url from 'url';

const root = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), '..');
const lockFile = path.join(root, 'package-lock.json');
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.office-stamp');
const installLock = path.join(root, '.office', 'install.lock');

function say(text) {
  process.stderr.write(`${text}\n`);
}

function refuse(text) {
  say(text);
  process.exit(2);
}

function checkNode() {
  const parts = process.versions.node.split('.').map(Number);
  if (parts[0] > 20 || (parts[0] === 20 && parts[1] >= 19)) return;
  refuse(
    `Node 20.19 or newer is needed, this is v${process.versions.node}: get one from https://nodejs.org/en/download, or run "nvm install 24" if you use nvm.`,
  );
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** True when every package of the lock file that the mode needs is installed in the locked version. */
function installedMatches(mode, lock) {
  const hidden = readJson(path.join(modules, '.package-lock.json'));
  if (hidden === null || lock === null) return false;
  return Object.keys(lock.packages).every((key) => {
    const wanted = lock.packages[key];
    if (key === '' || wanted.optional || wanted.devOptional || wanted.peer || wanted.link) return true;
    if (mode === 'runtime' && wanted.dev) return true;
    const found = hidden.packages[key];
    return found !== undefined && found.version === wanted.version;
  });
}

function writeStamp(mode, hash) {
  fs.writeFileSync(stampFile, `${JSON.stringify({ lock: hash, mode: mode })}\n`);
}

/** Whether `npm ci` can be left out; an installation made by hand counts when it agrees with the lock file. */
function isReady(mode, text, hash) {
  const stamp = readJson(stampFile);
  if (stamp !== null && stamp.lock === hash && (stamp.mode === 'all' || stamp.mode === mode)) return true;
  const found = ['all', 'runtime'].filter((each) => mode === 'runtime' || each === 'all');
  for (const each of found) {
    if (installedMatches(each, JSON.parse(text))) {
      writeStamp(each, hash);
      return true;
    }
  }
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One installation at a time: a second command started on a fresh clone waits for the first one's. */
async function acquire() {
  let told = false;
  fs.mkdirSync(path.dirname(installLock), { recursive: true });
  for (;;) {
    try {
      fs.writeFileSync(installLock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(fs.existsSync(installLock) ? fs.readFileSync(installLock, 'utf8') : 0);
    if (holder === 0 || !isAlive(holder)) {
      fs.rmSync(installLock, { force: true });
    } else {
      if (!told) say('Another command is installing the dependencies; waiting for it.');
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

function npmCommand(parameters) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli))
    return [process.execPath, [cli].concat(parameters), false];
  return ['npm', parameters, process.platform === 'win32'];
}

/** Runs npm and shows the seconds that pass; resolves with its output when it failed, else null. */
function runNpm(parameters, what) {
  const [program, list, shell] = npmCommand(parameters);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let timer = null;
  if (process.stderr.isTTY) {
    const draw = () => process.stderr.write(`\r\u001b[KInstalling ${what} … ${seconds()} s`);
    draw();
    timer = setInterval(draw, 1000);
  }
  return new Promise((resolve) => {
    const child = spawn(program, list, { cwd: root, shell: shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-50000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (problem) => {
      if (timer !== null) {
        clearInterval(timer);
        process.stderr.write('\r\u001b[K');
      }
      if (problem === null) say(`Installed ${what} in ${seconds()} s.`);
      resolve(problem);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (code) => finish(code === 0 ? null : output || `npm ended with code ${code}`));
  });
}

/**
 * npm ci refuses to start when the registry has no build of an optional package for some other platform, although
 * nothing on this one needs it. It then complains of packages without a version only.
 */
function lacksForeignBuildsOnly(output) {
  const missing = output.match(/Missing: \S+ from lock file/g) || [];
  const other = /Invalid: lock file's/.test(output);
  return missing.length > 0 && !other && missing.every((line) => line.endsWith('@ from lock file'));
}

/** Resolves with what went wrong, or null. */
async function install(mode, lock) {
  const options = ['--no-audit', '--no-fund', '--progress=false', '--loglevel=error'];
  if (mode === 'runtime') options.push('--omit=dev');
  const what = mode === 'runtime' ? 'what the office needs to run' : 'all dependencies';
  if (!process.stderr.isTTY) say(`Installing ${what} (npm ci) …`);
  let problem = await runNpm(['ci'].concat(options), what);
  if (problem !== null && lacksForeignBuildsOnly(problem)) {
    // Installs the same locked versions, without writing package.json or the lock file.
    problem = await runNpm(['install', '--no-save'].concat(options), what);
    if (problem === null && !installedMatches(mode, lock))
      problem = 'npm installed other versions than package-lock.json names';
  }
  return problem;
}

/** npm's last lines, without the manual page it adds to some errors. */
function lastLines(output) {
  return output
    .split(/\nnpm (?:error|ERR!) *(?:Clean install|Usage:)/)[0]
    .trim()
    .split('\n')
    .slice(-12)
    .join('\n');
}

async function ensure(mode) {
  if (!fs.existsSync(lockFile))
    refuse(`${lockFile} is missing: restore it with "git checkout package-lock.json".`);
  const text = fs.readFileSync(lockFile, 'utf8');
  const hash = crypto.createHash('sha256').update(text).digest('hex');
  if (isReady(mode, text, hash)) return;
  await acquire();
  const release = () => fs.rmSync(installLock, { force: true });
  process.on('exit', release);
  const problem = isReady(mode, text, hash) ? null : await install(mode, JSON.parse(text));
  if (problem !== null) {
    say(lastLines(problem));
    refuse(
      'The dependencies could not be installed (npm failed, its last lines are above). Check the network or the proxy, then run the same command again.',
    );
  }
  writeStamp(mode, hash);
  release();
  process.removeListener('exit', release);
}

/** Ends as the command ends: same exit code, or 128 + signal number when a signal ended it. */
function run(program, parameters) {
  const node = program === 'node';
  const child = spawn(node ? process.execPath : program, parameters, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the whole group; a signal sent to this process alone must be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => refuse(`"${program}" could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGKILL: 9 };
    process.exit(code === null ? 128 + (numbers[signal] || 0) : code);
  });
}

const mode = process.argv[2];
const command = process.argv.slice(4);
checkNode();
if ((mode !== 'runtime' && mode !== 'all') || process.argv[3] !== '--' || command.length === 0) {
  refuse('usage: node scripts/with-dependencies.mjs <runtime|all> -- <command> [arguments]');
}
ensure(mode).then(
  () => run(command[0], command.slice(1)),
  (error) => refuse(`The dependencies could not be checked: ${error.message}`),
);
