// Takes the office down: npm run destroy. Data stores and their key stay; --data deletes them too. --yes answers.
import { createInterface } from 'node:readline/promises';
import { readConfiguration } from '../infra/configuration.ts';
import { stackName } from '../infra/office-stack.ts';
import { accountAndRegion } from './deployment/account.ts';
import { bundleForDeployment, cdk, DeploymentError, deployStack } from './deployment/cdk.ts';

async function destroy(): Promise<void> {
  const { account, region } = await accountAndRegion();
  const stack = stackName(readConfiguration(process.env).name);
  const withData = process.argv.includes('--data');
  const what = withData
    ? 'Tables, files and keys of all tenants are deleted for good.'
    : 'Tables, files and the key are kept; "--data" deletes them too.';
  console.error(`Account ${account}, region ${region}: the stack ${stack} is deleted. ${what}`);
  if (!process.argv.includes('--yes')) {
    if (!process.stdin.isTTY) throw new DeploymentError('Nobody is there to answer; add --yes.');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`Type ${stack} to go on: `);
    terminal.close();
    if (answer.trim() !== stack) {
      console.error('Nothing was changed.');
      return;
    }
  }
  const environment = { ...process.env, AWS_REGION: region, AWS_DEFAULT_REGION: region };
  await bundleForDeployment((line) => console.error(line));
  if (withData) {
    // The stack itself is told first that its data may go; a bucket that still holds files stops the deletion.
    const outputs = await deployStack(stack, { ...environment, OFFICE_DATA: 'destroy' });
    console.error(
      `Empty the bucket if the deletion stops at it: aws s3 rm --recursive s3://${outputs.WorkspaceBucket}`,
    );
  }
  await cdk(
    ['destroy', stack, '--force'],
    withData ? { ...environment, OFFICE_DATA: 'destroy' } : environment,
  );
}

destroy().catch((error: unknown) => {
  const known = error instanceof Error && /^(DeploymentError|ConfigurationError)$/.test(error.name);
  console.error(known ? error.message : error);
  process.exitCode = 1;
});
