import type { Stack } from 'aws-cdk-lib';
import { NagSuppressions } from 'cdk-nag';
import type { OfficeService } from './service.ts';

const IAM5 = 'AwsSolutions-IAM5';

/** Why each finding of cdk-nag that stays is right. Nothing is suppressed by kind: every one names its resource. */
export function explainFindings(stack: Stack, service: OfficeService): void {
  const at = (path: string, id: string, reason: string, appliesTo?: string[]): void =>
    NagSuppressions.addResourceSuppressionsByPath(stack, `/${stack.stackName}/Office/${path}`, [
      { id, reason, ...(appliesTo === undefined ? {} : { appliesTo }) },
    ]);
  const policies = [...Object.values(service.roles), ...Object.values(service.tools)].map(
    ({ node }) => `${node.id}/Role/DefaultPolicy/Resource`,
  );
  const bucket = stack.getLogicalId(service.stores.workspaces.node.defaultChild as never);
  for (const policy of policies) {
    at(
      policy,
      IAM5,
      'X-Ray and task tokens have no resources to name; for functions in the sealed network Lambda also places interfaces, which have no names beforehand, and the same actions are denied to the code inside.',
      ['Resource::*'],
    );
    at(
      policy,
      IAM5,
      'Objects of tasks come and go; the prefix is that of all tenants, and the code adds the tenant.',
      [`Resource::<${bucket}.Arn>/tenants/*`],
    );
    at(policy, IAM5, 'Executions of this one machine: they are named after tasks.', [
      { regex: '/^Resource::.*:execution:[a-z0-9-]+-task:\\*$/' } as never,
    ]);
    at(
      policy,
      IAM5,
      "Functions that a tenant's administrators register as tools; the prefix is theirs to choose.",
      [{ regex: '/^Resource::.*:function:[a-z0-9-]+-tool-\\*$/' } as never],
    );
    at(policy, IAM5, 'An index of vectors for each encoder, made by the archivist.', [
      { regex: '/^Resource::<OfficeVectors.*>/index/\\*$/' } as never,
    ]);
    at(
      policy,
      IAM5,
      'Models are data that changes without a deployment; configured only when Bedrock is used.',
      [{ regex: '/^Resource::arn:.*:bedrock:.*$/' } as never],
    );
  }
  at(
    'WorkspaceRole/Role/DefaultPolicy/Resource',
    IAM5,
    'Never used as it is: each session is narrowed to one prefix.',
    [`Resource::<${bucket}.Arn>/tenants/*`],
  );
  for (const machine of ['Task', 'Subtask']) {
    at(
      `Machines/${machine}Role/DefaultPolicy/Resource`,
      IAM5,
      'The delivery of logs and traces by Step Functions has no resources to name.',
      ['Resource::*'],
    );
  }
  at('Machines/TaskRole/DefaultPolicy/Resource', IAM5, 'Child executions are named after task and subtask.', [
    { regex: '/^Resource::.*:execution:[a-z0-9-]+-subtask:\\*$/' } as never,
  ]);
  at(
    'Queues/dead-letters/Resource',
    'AwsSolutions-SQS3',
    'It is itself the queue of dead letters: the morgue writes to it and people read it.',
  );
  at(
    'Network/Vpc/Resource',
    'AwsSolutions-VPC7',
    'No route leads out of or into this network but the one to S3, whose accesses the bucket logs.',
  );
  at(
    'Http/Api/DefaultRoute/Resource',
    'AwsSolutions-APIG4',
    'The receptionist authenticates every request itself: keys and tokens share a header, and rates are per key.',
  );
}
