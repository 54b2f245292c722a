// The black-box suite against a deployed office: npm run test:deployed.
// OFFICE_BASE_URL and OFFICE_API_KEY name it; without them the office of the last "npm run deploy:local", and when
// nothing is deployed there, MiniStack is started and the office deployed to it first. Arguments go to jest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './deployment/cdk.ts';
import { runningMiniStack, stopMiniStack } from './local-aws/ministack.ts';

const deployedSchema = z.object({ url: z.string(), api_key: z.string(), endpoint: z.string() });
const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});
const deployedFile = join(root, '.office', 'deployed.json');

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

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(30_000) })).ok;
  } catch {
    // Nobody listens there any more.
    return false;
  }
}

async function deployed(): Promise<{ url: string; api_key: string } | null> {
  const { OFFICE_BASE_URL: url, OFFICE_API_KEY: api_key } = process.env;
  if (url && api_key) return { url, api_key };
  if (!existsSync(deployedFile)) return null;
  const found = deployedSchema.parse(JSON.parse(readFileSync(deployedFile, 'utf8')));
  return (await answers(found.url)) ? found : null;
}

/** Runs jest and prints the figures that a stage of the whole check ends with. */
async function runSuite(office: { url: string; api_key: string }): Promise<number> {
  console.error(`Black box, ${office.url}`);
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
      ...process.argv.slice(2),
    ],
    { ...process.env, OFFICE_BASE_URL: office.url, OFFICE_API_KEY: office.api_key },
  );
  if (!existsSync(report)) {
    console.log('0 passed, 1 failed');
    return code || 1;
  }
  const result = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests > 0 ? `, ${result.numPendingTests} skipped` : '';
  console.log(`${result.numPassedTests} passed, ${failed} failed${skipped}`);
  return failed > 0 ? 1 : code;
}

const before = await runningMiniStack();
let office = await deployed();
if (office === null) {
  const code = await node(['--import', 'tsx', 'scripts/deploy-local.ts'], process.env);
  if (code === 0) office = await deployed();
}
if (office === null) {
  console.error('The office could not be deployed; the messages above say why.');
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} else {
  process.exitCode = await runSuite(office);
}
// What this command has started, it ends; an office that was there before stays.
if (before === null && !process.env['OFFICE_BASE_URL']) await stopMiniStack();
