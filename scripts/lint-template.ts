// Checks the synthesized template with cfn-lint, from a virtual environment under .office/: npm run lint:template.
// Ends with one line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackName } from '../infra/office-stack.ts';
import { bundleForDeployment, cdk, root } from './deployment/cdk.ts';
import { findPython, inVirtualEnvironment } from './local-aws/python.ts';

const VERSION = '1.58.0';
/** The CDK names dependencies that CloudFormation would find by itself. */
const LEFT_OUT = ['W3005'];

const home = join(root, '.office', 'cfn-lint');
const stamp = join(home, '.version');

function install(): void {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === VERSION) return;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(root, '.office'), { recursive: true });
  for (const [command, parameters] of [
    [findPython(), ['-m', 'venv', home]],
    [
      inVirtualEnvironment(home, 'python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `cfn-lint==${VERSION}`],
    ],
  ] as const) {
    const done = spawnSync(command, [...parameters], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (done.status !== 0)
      throw new Error(`cfn-lint ${VERSION} could not be installed; check Python and the network.`);
  }
  writeFileSync(stamp, VERSION);
}

let failed = 1;
try {
  install();
  await bundleForDeployment((line) => console.error(line));
  await cdk(['synth', '--quiet'], process.env);
  const template = join(root, 'cdk.out', `${stackName('office')}.template.json`);
  const parameters = [template, '--ignore-checks', ...LEFT_OUT];
  const done = spawnSync(inVirtualEnvironment(home, 'cfn-lint'), parameters, { stdio: 'inherit' });
  failed = done.status === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
}
console.log(failed === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exitCode = failed;
