// The black-box suite against a deployed office: npm run test:deployed.
// OFFICE_BASE_URL and OFFICE_API_KEY name it. Without them MiniStack is started and the office deployed to it from
// nothing; then every AWS call that its functions made is held against their synthesized policies, too.
// Arguments go to jest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './deployment/cdk.ts';
import { startMiniStack, stopMiniStack } from './local-aws/ministack.ts';
import { normalizedCalls } from './local-aws/normalized-calls.ts';
import { permissionProblems } from './local-aws/permission-problems.ts';
import { startRecorder } from './local-aws/recorder.ts';

const deployedSchema = z.object({
  url: z.string(),
  api_key: z.string(),
  other_tenant_key: z.string(),
  reader_key: z.string(),
  seconds: z.number(),
});
interface OfficeUnderTest {
  readonly url: string;
  readonly api_key: string;
  readonly other_tenant_key?: string | undefined;
  readonly reader_key?: string | undefined;
}
const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});
const figures = { passed: 0, failed: 0, skipped: 0 };

function node(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, parameters, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** The last line that a program writes; all of it goes to standard error when it fails. */
function capture(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let output = '';
  let messages = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    messages += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output.trim().split('\n').at(-1) ?? '');
      else reject(new Error(`The deployment failed:\n${(messages + output).slice(-4_000)}`));
    });
  });
}

/** Files that start an embedded office of their own: they say nothing about a deployed one. */
function aboutEmbeddedOffices(): string[] {
  const folder = join(root, 'test', 'e2e');
  return readdirSync(folder).filter((file) =>
    /own-office|infra\/local/.test(readFileSync(join(folder, file), 'utf8')),
  );
}

/** Runs jest and adds its figures. */
async function runJest(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const report = join(mkdtempSync(join(tmpdir(), 'office-deployed-')), 'report.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const code = await node(
    [
      '--experimental-vm-modules',
      '--no-warnings',
      jest,
      '--config=jest.e2e.config.mjs',
      // One at a time: each task starts a dozen processes on the machine.
      '--maxWorkers=1',
      '--json',
      `--outputFile=${report}`,
      // First: behind a list of patterns jest takes them for more patterns.
      ...process.argv.slice(2),
      ...parameters,
    ],
    { ...process.env, ...environment },
  );
  if (!existsSync(report)) {
    figures.failed += 1;
    return code || 1;
  }
  const result = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  figures.passed += result.numPassedTests;
  figures.failed += failed;
  figures.skipped += result.numPendingTests;
  return failed > 0 ? 1 : code;
}

function runSuite(office: OfficeUnderTest): Promise<number> {
  console.error(`Black box, ${office.url}`);
  return runJest(
    aboutEmbeddedOffices().map((file) => `--testPathIgnorePatterns=/e2e/${file}`),
    {
      OFFICE_BASE_URL: office.url,
      OFFICE_API_KEY: office.api_key,
      ...(office.other_tenant_key === undefined ? {} : { OFFICE_OTHER_TENANT_KEY: office.other_tenant_key }),
      ...(office.reader_key === undefined ? {} : { OFFICE_READER_KEY: office.reader_key }),
    },
  );
}

/** What the office does through other services of MiniStack than those it is deployed to. */
function runBedrockSuite(url: string, modelPort: number): Promise<number> {
  console.error(`Bedrock, ${url}`);
  return runJest(['--testMatch=<rootDir>/test/ministack/*.ministack.ts', '--passWithNoTests'], {
    MINISTACK_URL: url,
    BEDROCK_MODEL_PORT: String(modelPort),
  });
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Starts MiniStack, deploys the office to it from nothing, runs the suite, checks what its functions did with AWS. */
async function runFromNothing(): Promise<number> {
  const [port, recorderPort, modelPort] = [await freePort(), await freePort(), await freePort()];
  const say = (line: string): void => console.error(line);
  const url = `http://127.0.0.1:${recorderPort}`;
  const recorder = await startRecorder({ port: recorderPort, target: `http://127.0.0.1:${port}` });
  try {
    // Where MiniStack's Bedrock asks for its answers; it adds /v1/chat/completions.
    const MINISTACK_BEDROCK_PROXY_URL = `http://127.0.0.1:${modelPort}`;
    await startMiniStack({ port, say, environment: { AWS_ENDPOINT_URL: url, MINISTACK_BEDROCK_PROXY_URL } });
    const environment = { ...process.env, AWS_ENDPOINT_URL: url };
    const deployment = await capture(
      ['--import', './scripts/typescript.mjs', 'scripts/deploy-local.ts', '--json'],
      environment,
    );
    const office = deployedSchema.parse(JSON.parse(deployment));
    say(`Deployed from nothing in ${office.seconds} s.`);
    const suites = [await runSuite(office), await runBedrockSuite(`http://127.0.0.1:${port}`, modelPort)];
    const code = Math.max(...suites);
    const recorded = await normalizedCalls(recorder.calls(), url);
    writeFileSync(join(root, '.office', 'aws-calls.json'), `${JSON.stringify(recorded, null, 1)}\n`);
    say(`${recorded.length} kinds of AWS calls recorded in .office/aws-calls.json.`);
    const problems = await permissionProblems(recorded);
    for (const problem of problems) say(problem);
    figures.passed += problems.length === 0 ? 1 : 0;
    figures.failed += problems.length === 0 ? 0 : 1;
    return problems.length > 0 ? 1 : code;
  } finally {
    await recorder.stop();
    await stopMiniStack(port);
  }
}

const { OFFICE_BASE_URL: url, OFFICE_API_KEY: api_key } = process.env;
try {
  process.exitCode = await (url && api_key ? runSuite({ url, api_key }) : runFromNothing());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  figures.failed += 1;
  process.exitCode = 1;
}
const skipped = figures.skipped > 0 ? `, ${figures.skipped} skipped` : '';
console.log(`${figures.passed} passed, ${figures.failed} failed${skipped}`);
