// Deploys the office to AWS: npm run deploy. Prints account, region and cost first and asks once; --yes answers.
import { createInterface } from 'node:readline/promises';
import { readConfiguration } from '../infra/configuration.ts';
import { stackName } from '../infra/office-stack.ts';
import { accountAndRegion, checkAccount } from './deployment/account.ts';
import { bundleForDeployment, cdk, DeploymentError, deployStack } from './deployment/cdk.ts';
import { costLines } from './deployment/cost.ts';

const say = (line: string): void => console.error(line);

async function agreed(question: string): Promise<boolean> {
  if (process.argv.includes('--yes')) return true;
  if (!process.stdin.isTTY) {
    throw new DeploymentError('Nobody is there to answer; add --yes to deploy without a question.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function deploy(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const { account, region } = await accountAndRegion();
  const findings = await checkAccount({ account, region, configuration });
  say(`Account ${account}, region ${region}, stack ${stackName(configuration.name)}.`);
  for (const line of costLines()) say(line);
  for (const line of findings.notes) say(line);
  if (!(await agreed('Deploy?'))) {
    say('Nothing was changed.');
    return;
  }
  const environment = { ...process.env, AWS_REGION: region, AWS_DEFAULT_REGION: region };
  await bundleForDeployment(say);
  if (!findings.bootstrapped) await cdk(['bootstrap', `aws://${account}/${region}`], environment);
  const outputs = await deployStack(stackName(configuration.name), environment);
  console.log(
    `\nThe office answers at ${outputs.ApiUrl}\nMake a key: ACCOUNTS_TABLE=${outputs.AccountsTable} npm run office -- keys create`,
  );
}

deploy().catch((error: unknown) => {
  const known = error instanceof Error && /^(DeploymentError|ConfigurationError)$/.test(error.name);
  console.error(known ? error.message : error);
  process.exitCode = 1;
});
