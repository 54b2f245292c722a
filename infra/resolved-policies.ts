import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import type { OfficeStack } from './office-stack.ts';

/** One statement with its ARNs written out; generated names are logical ids, account and region those of a local AWS. */
export interface ResolvedStatement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::URLSuffix': 'amazonaws.com',
};
const HERE = 'us-east-1:000000000000';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
type Resources = Readonly<Record<string, z.infer<typeof resourceSchema>>>;

function arnOf(resources: Resources, id: string): string {
  const resource = resources[id];
  const named = (property: string): string => {
    const value = resource?.Properties[property];
    return typeof value === 'string' ? value : id;
  };
  switch (resource?.Type) {
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:${HERE}:table/${id}`;
    case 'AWS::S3Vectors::VectorBucket':
      return `arn:aws:s3vectors:${HERE}:bucket/${id}`;
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${id}`;
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:${HERE}:${named('QueueName')}`;
    case 'AWS::Lambda::Function':
      return `arn:aws:lambda:${HERE}:function:${named('FunctionName')}`;
    case 'AWS::Logs::LogGroup':
      return `arn:aws:logs:${HERE}:log-group:${named('LogGroupName')}:*`;
    case 'AWS::IAM::Role':
      return `arn:aws:iam::000000000000:role/${id}`;
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${HERE}:key/${id}`;
    default:
      return `arn:aws:unknown:${HERE}:${id}`;
  }
}

function resolve(value: unknown, resources: Resources): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, resources));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const ref = fields['Ref'];
  if (typeof ref === 'string') return pseudo[ref] ?? ref;
  const attribute = fields['Fn::GetAtt'];
  if (Array.isArray(attribute)) return arnOf(resources, String(attribute[0]));
  const join = fields['Fn::Join'];
  if (Array.isArray(join)) {
    const parts = resolve(join[1], resources);
    return Array.isArray(parts) ? parts.join(String(join[0])) : '';
  }
  return Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, resolve(item, resources)]));
}

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policySchema = z.object({
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({ Effect: z.string(), Action: list, Resource: list, Condition: z.unknown().optional() }),
    ),
  }),
  Roles: z.array(z.string()),
});

/** The statements of every role of the stack by the role's logical id, and the role of every function by its name. */
export function resolvedPolicies(stack: OfficeStack): {
  readonly byRole: ReadonlyMap<string, readonly ResolvedStatement[]>;
  readonly roleOf: ReadonlyMap<string, string>;
  readonly workspaceRole: string;
} {
  const resources = z
    .object({ Resources: z.record(z.string(), resourceSchema) })
    .parse(Template.fromStack(stack).toJSON()).Resources;
  const byRole = new Map<string, ResolvedStatement[]>();
  const roleOf = new Map<string, string>();
  let workspaceRole = '';
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type === 'AWS::IAM::Policy') {
      const policy = policySchema.parse(resolve(Properties, resources));
      for (const role of policy.Roles) {
        byRole.set(role, [...(byRole.get(role) ?? []), ...policy.PolicyDocument.Statement]);
      }
    }
    if (Type === 'AWS::Lambda::Function') {
      const role = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).parse(Properties['Role']);
      roleOf.set(String(Properties['FunctionName']), role['Fn::GetAtt'][0]);
    }
    if (Type === 'AWS::IAM::Role' && id.includes('WorkspaceRole')) workspaceRole = id;
  }
  return { byRole, roleOf, workspaceRole };
}
