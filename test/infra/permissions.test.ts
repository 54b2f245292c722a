import { describe, expect, it } from '@jest/globals';
import { rolePermissions, toolPermissions } from '../../infra/permissions.ts';
import { type AwsCall, callOf } from '../../scripts/local-aws/aws-call.ts';
import { permissionProblems } from '../../scripts/local-aws/permission-problems.ts';
import { emptyBundles } from '../helpers/synthesized.ts';

const signed = (service: string, key = 'AKIA') =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const request = (more: { headers?: object; url?: string; method?: string; body?: unknown }) => ({
  method: 'POST',
  url: '/',
  ...more,
  headers: { 'user-agent': 'aws-sdk-js/3 app/office-gate', ...more.headers },
  body: Buffer.from(typeof more.body === 'string' ? more.body : JSON.stringify(more.body ?? {})),
});

describe('a recorded call', () => {
  it.each([
    [
      'an item of a table',
      request({
        headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
        body: { TableName: 'tasks' },
      }),
      'dynamodb:GetItem',
      'arn:aws:dynamodb:us-east-1:000000000000:table/tasks',
    ],
    [
      'an index of a table',
      request({
        headers: { 'x-amz-target': 'DynamoDB_20120810.Query' },
        body: { TableName: 'tasks', IndexName: 'by_time' },
      }),
      'dynamodb:Query',
      'arn:aws:dynamodb:us-east-1:000000000000:table/tasks/index/by_time',
    ],
    [
      'an object',
      request({
        method: 'GET',
        url: '/bucket/tenants/acme/task/file.txt?x-id=GetObject',
        headers: { authorization: signed('s3') },
      }),
      's3:GetObject',
      'arn:aws:s3:::bucket/tenants/acme/…',
    ],
    [
      'a function',
      request({ url: '/2015-03-31/functions/office-mcp/invocations' }),
      'lambda:InvokeFunction',
      'arn:aws:lambda:us-east-1:000000000000:function:office-mcp',
    ],
    [
      'a role',
      request({
        headers: { authorization: signed('sts') },
        body: 'Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr',
      }),
      'sts:AssumeRole',
      'arn:aws:iam::1:role/r',
    ],
  ])('of %s has the action and the resource that IAM knows', (_what, sent, action, resource) => {
    expect(callOf(sent)).toEqual([{ caller: 'office-gate', action, resource }]);
  });

  it('with the credentials of a run says so; one of nobody is none', () => {
    const headers = { authorization: signed('s3', 'ASIA') };
    expect(callOf(request({ method: 'PUT', url: '/b/k', headers }))[0]?.session).toBe(true);
    expect(callOf(request({ headers: { 'user-agent': 'aws-cli/2' } }))).toEqual([]);
  });
});

describe('the check of permissions', () => {
  it('finds what a function may not do, and what it may and did not', async () => {
    const table = 'arn:aws:dynamodb:us-east-1:000000000000:table';
    const call = (caller: string, action: string, resource: string): AwsCall => ({
      caller,
      action,
      resource,
    });
    const problems = await permissionProblems(
      [
        call('office-gate', 'dynamodb:DeleteItem', `${table}/tasks`),
        call('office-gate', 'iam:CreateUser', 'arn:aws:iam::000000000000:user/me'),
        call('somebody', 'dynamodb:GetItem', `${table}/tasks`),
      ],
      emptyBundles(),
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        `Denied: office-gate dynamodb:DeleteItem on ${table}/tasks`,
        'Denied: office-gate iam:CreateUser on arn:aws:iam::000000000000:user/me',
        'somebody is no function of the stack.',
        expect.stringMatching(/^Unused: office-gate dynamodb:UpdateItem on .*tasksTable/),
      ]),
    );
    // Its reason is written down.
    expect(problems.filter((line) => /office-gate states:SendTaskSuccess/.test(line))).toEqual([]);
    // Synthesizes the stack and loads IAM's rules.
  }, 120_000);

  it('has a whole sentence for every reason', () => {
    const all = [...Object.values(rolePermissions), ...Object.values(toolPermissions)].flat();
    const reasons = all.flatMap(({ unused }) => (unused === undefined ? [] : [unused]));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});
