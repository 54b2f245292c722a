import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ConfigurationError, readConfiguration } from '../../infra/configuration.ts';
import { officeStack } from '../helpers/synthesized.ts';

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gemini-AbCdEf';
const issuer = 'https://acme.eu.auth0.com/';

describe('settings of a deployment', () => {
  it.each([
    [{ OFFICE_NAME: 'My Office' }, 'OFFICE_NAME is wrong: must be 2 to 21 lower-case letters'],
    [{ OFFICE_DATA: 'keep' }, 'OFFICE_DATA is wrong'],
    [{ OFFICE_ALARM_EMAIL: 'me' }, 'OFFICE_ALARM_EMAIL is wrong'],
    [{ OFFICE_THROTTLE_RATE: '0' }, 'OFFICE_THROTTLE_RATE is wrong'],
    [{ GEMINI_API_KEY: 'a-key' }, 'GEMINI_API_KEY is set, and a key is not deployed in plain text'],
    [{ GEMINI_API_KEY_SECRET_ARN: 'my-secret' }, 'GEMINI_API_KEY_SECRET_ARN is not the ARN of a secret'],
    [{ OIDC_ISSUER: issuer }, 'OIDC_ISSUER and OIDC_AUDIENCE belong together'],
    [{ OIDC_ISSUER: 'http://plain.example', OIDC_AUDIENCE: 'me' }, 'OIDC_ISSUER is wrong: must be an https'],
  ])('%j are refused with what is wrong', (environment, message) => {
    expect(() => readConfiguration(environment)).toThrow(ConfigurationError);
    expect(() => readConfiguration(environment)).toThrow(message);
  });

  it('never say the value of a key that they refuse', () => {
    expect(() => readConfiguration({ OPENAI_API_KEY: 'sk-very-secret' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('sk-very-secret') }),
    );
  });

  it('reach the functions that ask for them, and no others', () => {
    const { stack } = officeStack({
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: 'https://office.example',
      OIDC_TENANT_CLAIM: 'https://office.example/tenant',
      GEMINI_API_KEY_SECRET_ARN: secret,
      OFFICE_VECTORS: 'none',
      OFFICE_PII_SERVICE: 'comprehend',
      BEDROCK_REGION: 'eu-west-1',
      BEDROCK_GUARDRAIL_ID: 'abc123',
    });
    const template = Template.fromStack(stack);
    const holders = (variable: string, value: unknown) =>
      Object.values(
        template.findResources('AWS::Lambda::Function', {
          Properties: { Environment: { Variables: Match.objectLike({ [variable]: value }) } },
        }) as Record<string, { Properties: { FunctionName: string } }>,
      ).map(({ Properties }) => Properties.FunctionName);
    for (const [variable, value] of [
      ['OIDC_ISSUER', issuer],
      ['OIDC_AUDIENCE', 'https://office.example'],
      ['OIDC_TENANT_CLAIM', 'https://office.example/tenant'],
    ] as const) {
      expect(holders(variable, value)).toEqual(['office-receptionist']);
    }
    const callers = holders('GEMINI_API_KEY_SECRET_ARN', secret);
    expect(callers).toContain('office-planner');
    for (const name of ['office-gate', 'office-python-exec', 'office-http-client', 'office-executor']) {
      expect(callers).not.toContain(name);
    }
    expect(holders('OFFICE_PII_SERVICE', 'comprehend')).toEqual(callers);
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain('comprehend:DetectPiiEntities');
    expect(policies).toContain(':guardrail/abc123');
    template.resourceCountIs('AWS::S3Vectors::VectorBucket', 0);
    // Synthesizes the stack.
  }, 120_000);
});
