// Invokes a function of the synthesized template with its sample event: npm run sam -- <function> [--event FILE].
// "npm run sam -- api" serves the HTTP interface with "sam local start-api". Needs Docker and the SAM command line;
// tables and queues are those of AWS_ENDPOINT_URL, for example of "npm run ministack".
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { bundleSources } from '../infra/bundling/bundle.ts';
import { stackName } from '../infra/office-stack.ts';
import { bundleForDeployment, cdk, DeploymentError, root } from './deployment/cdk.ts';

const events = join(root, 'test', 'events');
const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

function needs(program: string, parameters: string[], advice: string): void {
  const tried = spawnSync(program, parameters, { stdio: 'ignore' });
  if (tried.error === undefined && tried.status === 0) return;
  throw new DeploymentError(
    `${advice} Without it: npm run demo, or npm run ministack and npm run deploy:local.`,
  );
}

/** The logical id of a function by its folder's name. */
function logicalId(template: string, name: string): string {
  const { Resources } = templateSchema.parse(JSON.parse(readFileSync(template, 'utf8')));
  const found = Object.entries(Resources).find(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' && Properties?.['FunctionName'] === `office-${name}`,
  );
  if (found === undefined) throw new DeploymentError(`The template has no function "${name}".`);
  return found[0];
}

async function sam(): Promise<number> {
  const [name, flag, given] = process.argv.slice(2);
  const names = bundleSources.map((source) => source.name);
  if (name === undefined || (name !== 'api' && !names.includes(name))) {
    throw new DeploymentError(`Which function? One of api, ${names.join(', ')}.`);
  }
  const file = flag === '--event' && given !== undefined ? given : join(events, `${name}.json`);
  if (name !== 'api' && !existsSync(file)) {
    const known = readdirSync(events).map((each) => basename(each, '.json'));
    throw new DeploymentError(`There is no event ${file}; there are samples for ${known.join(', ')}.`);
  }
  needs(
    'sam',
    ['--version'],
    'The AWS SAM command line is missing: https://docs.aws.amazon.com/serverless-application-model.',
  );
  needs('docker', ['info'], 'Docker is missing or not running; SAM runs functions in containers.');
  await bundleForDeployment((line) => console.error(line));
  await cdk(['synth', '--quiet'], process.env);
  const template = join(root, 'cdk.out', `${stackName('office')}.template.json`);
  const parameters =
    name === 'api'
      ? ['local', 'start-api', '--template', template]
      : ['local', 'invoke', logicalId(template, name), '--template', template, '--event', file];
  return spawnSync('sam', parameters, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

sam().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof DeploymentError ? error.message : error);
    process.exitCode = 2;
  },
);
