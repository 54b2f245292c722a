import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Aspects } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { roleNames, roles, toolFunctions } from '../../infra/functions.ts';
import { alarmsOf } from '../../infra/observability/alarms.ts';
import { tables } from '../../infra/tables.ts';
import { officeStack, officeTemplate } from '../helpers/synthesized.ts';

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}
const template = officeTemplate();
const of = (type: string): [string, Resource][] =>
  Object.entries(template.findResources(type) as Record<string, Resource>);
const text = (value: unknown): string => JSON.stringify(value);

describe('cdk-nag', () => {
  it('finds nothing in AwsSolutions, and every suppression has a reason', () => {
    const { stack } = officeStack();
    Aspects.of(stack).add(new AwsSolutionsChecks());
    for (const kind of ['findError', 'findWarning'] as const) {
      const found = Annotations.fromStack(stack)[kind]('*', Match.anyValue());
      expect(found.map(({ id, entry }) => `${id}: ${text(entry.data).slice(0, 120)}`)).toEqual([]);
    }
  });
});

describe('functions', () => {
  it('are one for each role and tool, with a role and a log group of its own', () => {
    const functions = of('AWS::Lambda::Function');
    expect(functions).toHaveLength(roleNames.length + Object.keys(toolFunctions).length);
    for (const own of ['Role', 'LoggingConfig']) {
      expect(new Set(functions.map(([, { Properties }]) => text(Properties[own]))).size).toBe(
        functions.length,
      );
    }
  });

  it('run on Node 24 on arm64 with tracing, source maps and the limits of their specifications', () => {
    for (const spec of [...Object.values(roles), ...Object.values(toolFunctions)]) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Description: spec.description,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: spec.memoryMb,
        Timeout: spec.timeoutSeconds,
        TracingConfig: { Mode: 'Active' },
        Environment: { Variables: Match.objectLike({ NODE_OPTIONS: '--enable-source-maps' }) },
      });
    }
  });

  it('keep their logs for a time that is set', () => {
    for (const [, { Properties }] of of('AWS::Logs::LogGroup'))
      expect(Properties['RetentionInDays']).toBe(90);
  });

  it('run code of tasks in a network without a way out, apart by tenant, and with no permission of use', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'office-python-exec',
      TenancyConfig: { TenantIsolationMode: 'PER_TENANT' },
      VpcConfig: Match.objectLike({ SubnetIds: Match.anyValue() }),
    });
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    const actions = of('AWS::IAM::Policy')
      .filter(([id]) => id.includes('ToolPythonExec'))
      .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as PolicyDocument).Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action);
    expect(new Set(actions.map((action) => action.split(':')[0]))).toEqual(new Set(['logs', 'xray', 'ec2']));
  });

  it('reach the internet only where that is their work', () => {
    const outside = of('AWS::Lambda::Function')
      .filter(([id, { Properties }]) => id.includes('Tool') && Properties['VpcConfig'] === undefined)
      .map(([, { Properties }]) => Properties['FunctionName']);
    // ai_tool calls providers of models; mcp calls the servers that a tenant registered.
    expect(outside.sort()).toEqual([
      'office-ai-tool',
      'office-http-client',
      'office-mcp',
      'office-web-search',
    ]);
  });

  it('hold no secret', () => {
    for (const [, { Properties }] of of('AWS::Lambda::Function')) {
      expect(text(Properties['Environment'])).not.toMatch(/_KEY"|PASSWORD|_SECRET"/);
    }
  });
});

interface PolicyDocument {
  readonly Statement: readonly { Effect: string; Action: string[]; Resource: unknown }[];
}

describe('data', () => {
  it('is in tables that are encrypted, restorable and kept', () => {
    const found = of('AWS::DynamoDB::Table');
    expect(found).toHaveLength(Object.keys(tables).length);
    for (const [, { Properties, DeletionPolicy }] of found) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      });
      expect(DeletionPolicy).toBe('Retain');
    }
  });

  it('is in buckets that nobody outside can read, over TLS only, with lifecycle rules', () => {
    for (const [, { Properties }] of of('AWS::S3::Bucket')) {
      expect(Properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties['LifecycleConfiguration']).toBeDefined();
    }
    for (const [, { Properties }] of of('AWS::S3::BucketPolicy')) {
      expect(text(Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });

  it('goes with the stack when that is asked for', () => {
    const { stack } = officeStack({ OFFICE_DATA: 'destroy' });
    expect(stack.service.stores.tables.tasks.node.defaultChild).toMatchObject({
      cfnOptions: { deletionPolicy: 'Delete' },
    });
  });
});

describe('state machines', () => {
  it('are Standard, traced, and logged without what travels between the states', () => {
    for (const [, { Properties }] of of('AWS::StepFunctions::StateMachine')) {
      expect(Properties).toMatchObject({
        StateMachineType: 'STANDARD',
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      });
    }
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  });
});

describe('alarms', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const names = alarmsOf(officeStack().stack.service).map(({ name }) => name);

  it.each(names)('%s has a runbook entry with description, investigation and resolution', (name) => {
    const entry = runbook.split(/^## /m).find((part) => part.startsWith(`${name}\n`));
    expect(entry).toBeDefined();
    for (const part of ['**Description**', '**Investigation**', '**Resolution**'])
      expect(entry).toContain(part);
  });

  it('are what the runbook is about, and nothing else', () => {
    const entries = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(entries.sort()).toEqual([...names].sort());
  });

  it('are all sent to the topic', () => {
    const found = of('AWS::CloudWatch::Alarm');
    expect(found).toHaveLength(names.length);
    for (const [, { Properties }] of found) expect(Properties['AlarmActions']).toHaveLength(1);
  });
});
