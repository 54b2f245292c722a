// Every test that needs nothing but Node: the fast suites first, then the black-box suite against an
// embedded office on a free port (or against OFFICE_BASE_URL with OFFICE_API_KEY). Arguments go to jest.
// Ends with one line "N passed, N failed" and exit code 0 when none failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const temporary = mkdtempSync(join(tmpdir(), 'office-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const children = new Set();

function node(parameters, options = {}) {
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: 'inherit', ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const ended = (child) =>
  new Promise((done) => child.once('exit', (code, signal) => done(code ?? (signal === null ? 1 : 128))));

/** Runs jest and adds its figures to the total. A suite that could not run counts as one failure. */
async function runJest(name, config, folders, env = {}) {
  const present = folders.filter((folder) => existsSync(join(root, 'test', folder)));
  if (present.length === 0) return;
  console.error(`\n${name}`);
  const report = join(temporary, `${total.passed + total.failed + total.skipped}-${folders[0]}.json`);
  const code = await ended(
    node(
      [
        '--experimental-vm-modules',
        '--no-warnings',
        jest,
        ...process.argv.slice(2),
        `--config=${config}`,
        '--maxWorkers=2',
        '--passWithNoTests',
        '--json',
        `--outputFile=${report}`,
        ...present.map((folder) => `--roots=${join(root, 'test', folder)}`),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } },
    ),
  );
  if (!existsSync(report)) {
    console.error(`${name}: jest ended with code ${code} and left no report.`);
    total.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += result.numPendingTests + result.numTodoTests;
  if (code !== 0 && result.success) {
    console.error(`${name}: jest ended with code ${code} although every test passed.`);
    total.failed += 1;
  }
  console.error(
    `${name}: ${result.numPassedTests} passed, ${result.numFailedTests + result.numRuntimeErrorTestSuites} failed`,
  );
}

/** An embedded office on a free port; resolves with its address and key once it is open. */
function openOffice() {
  const child = node(
    ['scripts/office.mjs', 'start', '--port', '0', '--data', join(temporary, 'office'), '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // The whole suite is one caller: the usual 600 requests a minute are for one person.
      env: { REQUESTS_PER_MINUTE: '6000', ...process.env },
    },
  );
  return new Promise((done, failed) => {
    child.once('exit', (code) => failed(new Error(`The office ended with code ${code} before it was open.`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const { url, api_key } = JSON.parse(line);
      done({ child, env: { OFFICE_BASE_URL: url, OFFICE_API_KEY: api_key } });
    });
  });
}

/** Another key for the embedded office, made as a person would make it. */
async function makeKey(...options) {
  const child = node(['scripts/office.mjs', 'keys', 'create', '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OFFICE_DATA_DIR: join(temporary, 'office') },
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  await ended(child);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')).api_key;
}

async function runBlackBox() {
  const name = 'Black box';
  const config = 'jest.e2e.config.mjs';
  if (process.env.OFFICE_BASE_URL && process.env.OFFICE_API_KEY) {
    await runJest(`${name}, ${process.env.OFFICE_BASE_URL}`, config, ['e2e']);
    return;
  }
  let office;
  try {
    office = await openOffice();
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    total.failed += 1;
    return;
  }
  const keys = {
    OFFICE_OTHER_TENANT_KEY: await makeKey('--tenant', 'other'),
    OFFICE_READER_KEY: await makeKey('--tenant', 'local', '--scope', 'tasks:read'),
  };
  await runJest(`${name}, embedded office`, config, ['e2e'], { ...office.env, ...keys });
  const closed = ended(office.child);
  office.child.kill('SIGTERM');
  const code = await closed;
  if (code !== 0) {
    console.error(`${name}: the office ended with code ${code} when it was closed.`);
    total.failed += 1;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    rmSync(temporary, { recursive: true, force: true });
    process.exit(130);
  });
}

const own = ['e2e', 'faults'];
const folders = readdirSync(join(root, 'test'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !own.includes(entry.name))
  .map((entry) => entry.name);
await runJest('Units, contracts, infrastructure', 'jest.config.mjs', folders);
await runBlackBox();
await runJest('Faults', 'jest.config.mjs', ['faults']);
rmSync(temporary, { recursive: true, force: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
