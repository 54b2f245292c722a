import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../../infra/configuration.ts';
import { accountAndRegion, checkAccount } from '../../scripts/deployment/account.ts';
import { type LoopbackHttp, startLoopbackHttp } from '../helpers/loopback-http.ts';

/** What the account looks like: a stack's status by its name, and resource types that the region lacks. */
interface Account {
  stacks: Record<string, string>;
  lacks: string[];
  identity: boolean;
  secrets: boolean;
}
const variables = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_MAX_ATTEMPTS: '1',
};
const before = { ...process.env };
let account: Account;
let aws: LoopbackHttp;

const failure = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
const result = (action: string, inner: string) =>
  `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;

beforeEach(async () => {
  account = { stacks: {}, lacks: [], identity: true, secrets: true };
  aws = await startLoopbackHttp(({ body, headers }, response) => {
    const say = (status: number, text: string) => {
      response.statusCode = status;
      response.end(text);
    };
    if (headers['x-amz-target'] !== undefined) {
      const type = { __type: 'ResourceNotFoundException', message: 'no' };
      return account.secrets ? say(200, '{}') : say(400, JSON.stringify(type));
    }
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    if (action === 'GetCallerIdentity') {
      return account.identity
        ? say(200, result(action, '<Account>123456789012</Account>'))
        : say(403, failure('InvalidClientTokenId'));
    }
    if (action === 'DescribeType') {
      return account.lacks.includes(form.get('TypeName') ?? '')
        ? say(404, failure('TypeNotFoundException'))
        : say(200, result(action, ''));
    }
    const name = form.get('StackName') ?? '';
    const status = account.stacks[name];
    if (status === undefined) return say(400, failure('ValidationError'));
    const time = '<CreationTime>2026-01-01T00:00:00Z</CreationTime>';
    const stack = `<member><StackName>${name}</StackName>${time}<StackStatus>${status}</StackStatus></member>`;
    return say(200, result(action, `<Stacks>${stack}</Stacks>`));
  });
  Object.assign(process.env, variables, { AWS_ENDPOINT_URL: aws.url });
});
afterEach(async () => {
  for (const name of [...Object.keys(variables), 'AWS_ENDPOINT_URL']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await aws.close();
});

const check = (environment: NodeJS.ProcessEnv = {}) =>
  checkAccount({
    account: '123456789012',
    region: 'eu-west-1',
    configuration: readConfiguration(environment),
  });
const secret = {
  GEMINI_API_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gemini-AbCdEf',
};

describe('before a deployment', () => {
  it('says whose account it is', async () => {
    expect(await accountAndRegion()).toEqual({ account: '123456789012', region: 'eu-west-1' });
  });

  it('asks for credentials that AWS takes', async () => {
    account.identity = false;
    await expect(accountAndRegion()).rejects.toMatchObject({
      name: 'DeploymentError',
      message: expect.stringContaining('No usable AWS credentials were found (InvalidClientTokenId)'),
    });
  });

  it('says where AWS does not answer', async () => {
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
    await expect(accountAndRegion()).rejects.toThrow('AWS does not answer in "eu-west-1"');
  });

  it('knows a region that is new to the CDK and to the office', async () => {
    const { bootstrapped, notes } = await check();
    expect(bootstrapped).toBe(false);
    expect(notes).toEqual([
      'The region is not bootstrapped for the CDK; that is done first.',
      'This is the first deployment here.',
    ]);
    account.stacks = { CDKToolkit: 'CREATE_COMPLETE', IntelligentOffice: 'UPDATE_COMPLETE' };
    expect(await check()).toEqual({ bootstrapped: true, notes: [] });
  });

  it('waits for a change that is under way, and replaces what an interrupted one left', async () => {
    account.stacks = { CDKToolkit: 'CREATE_COMPLETE', IntelligentOffice: 'UPDATE_IN_PROGRESS' };
    await expect(check()).rejects.toThrow('is being changed (UPDATE_IN_PROGRESS): wait');
    account.stacks['IntelligentOffice'] = 'ROLLBACK_COMPLETE';
    expect((await check()).notes).toEqual([expect.stringContaining('was interrupted')]);
  });

  it('names the secret that is missing', async () => {
    account.secrets = false;
    await expect(check(secret)).rejects.toThrow(
      `The secret ${secret.GEMINI_API_KEY_SECRET_ARN} can't be read in eu-west-1 (ResourceNotFoundException)`,
    );
  });

  it('names the service that the region lacks, and the way around it', async () => {
    account.lacks = ['AWS::S3Vectors::VectorBucket'];
    await expect(check()).rejects.toThrow(
      'eu-west-1 does not have S3Vectors (AWS::S3Vectors::VectorBucket): set OFFICE_VECTORS=none',
    );
    expect((await check({ OFFICE_VECTORS: 'none' })).notes).toHaveLength(2);
  });
});
