import {
  CloudFormationClient,
  DescribeStacksCommand,
  DescribeTypeCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Configuration } from '../../infra/configuration.ts';
import { stackName } from '../../infra/office-stack.ts';
import { DeploymentError } from './cdk.ts';

const named = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** Whose account this is. @throws DeploymentError without credentials or region */
export async function accountAndRegion(): Promise<{ account: string; region: string }> {
  const client = new STSClient({});
  let region: string;
  try {
    region = await client.config.region();
  } catch (cause) {
    throw new DeploymentError('No region is set: set AWS_REGION (for example eu-central-1).', { cause });
  }
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined) return { account: Account, region };
    throw new DeploymentError('AWS did not say whose account this is; check the credentials.');
  } catch (cause) {
    if (cause instanceof DeploymentError) throw cause;
    if (/Credentials|Token|Signature|AccessDenied|Unauthorized/.test(named(cause))) {
      throw new DeploymentError(
        `No usable AWS credentials were found (${named(cause)}): run "aws sso login" or "aws configure", or set AWS_PROFILE.`,
        { cause },
      );
    }
    throw new DeploymentError(
      `AWS does not answer in "${region}" (${named(cause)}): check AWS_REGION and the network.`,
      { cause },
    );
  }
}

interface StackState {
  readonly status: string | null;
}

async function stackState(client: CloudFormationClient, name: string): Promise<StackState> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return { status: Stacks?.[0]?.StackStatus ?? null };
  } catch (error) {
    if (named(error) === 'ValidationError') return { status: null };
    throw new DeploymentError(
      `CloudFormation refuses to describe ${name} (${named(error)}); check the permissions.`,
      {
        cause: error,
      },
    );
  }
}

async function checkSecrets(region: string, arns: readonly string[]): Promise<void> {
  const client = new SecretsManagerClient({ region });
  for (const arn of arns) {
    try {
      await client.send(new DescribeSecretCommand({ SecretId: arn }));
    } catch (cause) {
      throw new DeploymentError(
        `The secret ${arn} can't be read in ${region} (${named(cause)}): create it or correct its ARN.`,
        { cause },
      );
    }
  }
}

/** What not every region has, and what to do then. */
const NOT_EVERYWHERE: Readonly<Record<string, string>> = {
  'AWS::StepFunctions::StateMachine': 'choose another AWS_REGION',
  'AWS::ApiGatewayV2::Api': 'choose another AWS_REGION',
  'AWS::S3Vectors::VectorBucket': 'set OFFICE_VECTORS=none, or choose another AWS_REGION',
};

/** Asks CloudFormation, which would find out half way through. Returns what it would not say. */
async function checkServices(
  client: CloudFormationClient,
  region: string,
  types: readonly string[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const type of types) {
    try {
      await client.send(new DescribeTypeCommand({ Type: 'RESOURCE', TypeName: type }));
    } catch (cause) {
      const service = type.split('::')[1];
      if (named(cause) === 'TypeNotFoundException') {
        throw new DeploymentError(`${region} does not have ${service} (${type}): ${NOT_EVERYWHERE[type]}.`, {
          cause,
        });
      }
      notes.push(`Whether ${region} has ${service} could not be checked (${named(cause)}).`);
    }
  }
  return notes;
}

/**
 * What stands in the way of a deployment, before anything is touched.
 * @throws DeploymentError for a missing secret, a service that the region lacks, or a stack that is being changed
 */
export async function checkAccount(target: {
  readonly account: string;
  readonly region: string;
  readonly configuration: Configuration;
}): Promise<{ bootstrapped: boolean; notes: string[] }> {
  const { region, configuration } = target;
  const client = new CloudFormationClient({ region });
  const name = stackName(configuration.name);
  const [toolkit, office] = [await stackState(client, 'CDKToolkit'), await stackState(client, name)];
  await checkSecrets(region, [
    ...Object.values(configuration.modelSecrets),
    ...Object.values(configuration.searchSecrets),
  ]);
  const types = Object.keys(NOT_EVERYWHERE).filter(
    (type) => configuration.keepsVectors || !type.startsWith('AWS::S3Vectors'),
  );
  const notes = await checkServices(client, region, types);
  if (toolkit.status === null) notes.push('The region is not bootstrapped for the CDK; that is done first.');
  if (office.status?.endsWith('_IN_PROGRESS')) {
    throw new DeploymentError(
      `The stack ${name} is being changed (${office.status}): wait until that has ended, then run the command again.`,
    );
  }
  if (office.status === 'ROLLBACK_COMPLETE' || office.status === 'ROLLBACK_FAILED') {
    notes.push('An earlier first deployment was interrupted; what is left of it is replaced.');
  }
  if (office.status === null) notes.push('This is the first deployment here.');
  return { bootstrapped: toolkit.status !== null, notes };
}
