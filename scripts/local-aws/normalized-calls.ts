import { z } from 'zod';
import { stackName } from '../../infra/office-stack.ts';
import type { AwsCall } from './aws-call.ts';

const XML_MEMBER = /<member>([\s\S]*?)<\/member>/g;
const field = (member: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(member)?.[1] ?? '';

/** Physical names by logical id, as CloudFormation tells them. */
async function physicalNames(endpoint: string): Promise<Map<string, string>> {
  const parameters = new URLSearchParams({
    Action: 'DescribeStackResources',
    Version: '2010-05-15',
    StackName: stackName('office'),
  });
  const answer = await fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: parameters.toString(),
  });
  const text = z.string().parse(await answer.text());
  const names = new Map<string, string>();
  for (const [, member = ''] of text.matchAll(XML_MEMBER)) {
    const type = field(member, 'ResourceType');
    // Only these have generated names; the others are named by the stack.
    if (!['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::IAM::Role'].includes(type)) continue;
    names.set(field(member, 'PhysicalResourceId'), field(member, 'LogicalResourceId'));
  }
  return names;
}

/** Recorded calls with logical ids where generated names were, so that they mean the same in every deployment. */
export async function normalizedCalls(calls: readonly AwsCall[], endpoint: string): Promise<AwsCall[]> {
  const names = [...(await physicalNames(endpoint))].sort((a, b) => b[0].length - a[0].length);
  const unique = new Map<string, AwsCall>();
  for (const call of calls) {
    const resource = names.reduce(
      (text, [physical, logical]) => text.replaceAll(physical, logical),
      call.resource,
    );
    unique.set(`${call.caller} ${call.action} ${resource} ${call.session ?? ''}`, { ...call, resource });
  }
  return [...unique].sort(([a], [b]) => a.localeCompare(b)).map(([, call]) => call);
}
