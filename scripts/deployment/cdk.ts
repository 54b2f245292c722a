import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bundleAll, oversized } from '../../infra/bundling/bundle.ts';
import { OfficeError } from '../../lambdas/shared/errors.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const outputsFile = join(root, '.office', 'outputs.json');

/** Something stands in the way of a deployment; the message says what to do about it. */
export class DeploymentError extends OfficeError {
  override readonly name = 'DeploymentError';
}

/** The real CDK command line, shown as it runs. @throws DeploymentError when it fails */
export function cdk(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const program = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...environment, CDK_DISABLE_CLI_TELEMETRY: '1' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new DeploymentError(
            `"cdk ${parameters[0]}" ended with code ${code}; its message is above. What it had begun is put back or finished by the next deployment: run the same command again when the cause is gone.`,
          ),
        );
    });
  });
}

/** Bundles every function. @throws DeploymentError when one is too big */
export async function bundleForDeployment(say: (line: string) => void): Promise<void> {
  const bundles = await bundleAll();
  const problems = oversized(bundles);
  if (problems.length > 0) throw new DeploymentError(`A function is too big.\n${problems.join('\n')}`);
  const largest = bundles.reduce((a, b) => (a.compressed > b.compressed ? a : b));
  say(
    `${bundles.length} functions bundled; the largest is ${largest.name} with ${Math.round(largest.compressed / 1000)} kB compressed.`,
  );
}

const outputsSchema = z.object({
  ApiUrl: z.string(),
  ApiId: z.string(),
  AccountsTable: z.string(),
  WorkspaceBucket: z.string(),
  TaskStateMachine: z.string(),
  AlarmTopic: z.string(),
});
export type Outputs = z.infer<typeof outputsSchema>;

/** Deploys the stack and returns its outputs. */
export async function deployStack(stack: string, environment: NodeJS.ProcessEnv): Promise<Outputs> {
  mkdirSync(dirname(outputsFile), { recursive: true });
  await cdk(
    ['deploy', stack, '--require-approval', 'never', '--outputs-file', outputsFile, '--progress', 'events'],
    environment,
  );
  if (!existsSync(outputsFile)) throw new DeploymentError(`The stack ${stack} has no outputs.`);
  const all = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(outputsFile, 'utf8')));
  return outputsSchema.parse(all[stack]);
}
