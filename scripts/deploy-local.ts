// The real cdk bootstrap and deploy against a local AWS: npm run deploy:local.
// AWS_ENDPOINT_URL names it (LocalStack, MiniStack); without it the MiniStack of "npm run ministack", which is
// started if need be. --json prints one line {url, api_key, seconds}.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackName } from '../infra/office-stack.ts';
import { bundleForDeployment, cdk, DeploymentError, deployStack, root } from './deployment/cdk.ts';
import { localEnvironment } from './local-aws/environment.ts';
import { DEFAULT_PORT, runningMiniStack, startMiniStack } from './local-aws/ministack.ts';

const say = (line: string): void => console.error(line);

async function endpointOf(): Promise<string> {
  const given = process.env['AWS_ENDPOINT_URL'];
  if (given !== undefined && given !== '') {
    if (!/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(given)) {
      throw new DeploymentError(
        `AWS_ENDPOINT_URL is ${given}, which is not on this machine; npm run deploy is for AWS.`,
      );
    }
    return given.replace(/\/$/, '');
  }
  return ((await runningMiniStack()) ?? (await startMiniStack({ port: DEFAULT_PORT, say }))).url;
}

async function deployLocally(): Promise<void> {
  const began = performance.now();
  const url = await endpointOf();
  const environment = localEnvironment(url, process.env);
  Object.assign(process.env, environment);
  await bundleForDeployment(say);
  await cdk(['bootstrap', 'aws://000000000000/us-east-1'], environment);
  const outputs = await deployStack(stackName(environment['OFFICE_NAME'] ?? 'office'), environment);
  const { seedKey } = await import('./deployment/seed-key.ts');
  const key = (name: string, options = {}) => seedKey(outputs.AccountsTable, name, options);
  const api_key = await key('deploy:local');
  const deployed = {
    // The host name of the output resolves nowhere; every local AWS serves the API under this path too.
    url: `${url}/_aws/execute-api/${outputs.ApiId}/$default`,
    api_key,
    // For tests: another tenant, and one who may only read.
    other_tenant_key: await key('deploy:local, other tenant', { tenant: 'other' }),
    reader_key: await key('deploy:local, reader', { scopes: ['tasks:read'] }),
    accounts_table: outputs.AccountsTable,
    endpoint: url,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
  mkdirSync(join(root, '.office'), { recursive: true });
  if (!process.argv.includes('--json'))
    writeFileSync(join(root, '.office', 'deployed.json'), `${JSON.stringify(deployed)}\n`, { mode: 0o600 });
  if (process.argv.includes('--json')) console.log(JSON.stringify(deployed));
  else {
    console.log(
      `\nDeployed in ${deployed.seconds} s.\n  OFFICE_BASE_URL='${deployed.url}'\n  OFFICE_API_KEY=${api_key}\nTry: npm run test:deployed`,
    );
  }
}

deployLocally().catch((error: unknown) => {
  const known =
    error instanceof Error &&
    /^(DeploymentError|ConfigurationError|MiniStackError|PythonMissingError)$/.test(error.name);
  console.error(known ? error.message : error);
  process.exitCode = 1;
});
