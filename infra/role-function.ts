import { basename, join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { arnStart } from './data-stores.ts';
import type { FunctionSpec } from './functions.ts';

/** What all functions of a deployment have in common. */
export interface FunctionDefaults {
  readonly officeName: string;
  /** Folder with one bundle per function. */
  readonly bundles: string;
  readonly logLevel: string;
}

export interface RoleFunctionProps {
  readonly defaults: FunctionDefaults;
  readonly spec: FunctionSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly function?: Partial<lambda.FunctionProps>;
}

/** The function's name in the console: the office's name and the folder's. */
export const functionName = (officeName: string, spec: FunctionSpec): string =>
  `${officeName}-${basename(spec.folder)}`;

/**
 * One Lambda function with its own role and its own log group. The role starts with nothing but that log group and
 * the trace; everything else is granted by name.
 */
export class RoleFunction extends Construct {
  readonly name: string;
  readonly role: iam.Role;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: RoleFunctionProps) {
    super(scope, id);
    const { defaults, spec } = props;
    this.name = functionName(defaults.officeName, spec);
    const logGroup = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${this.name}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      // Their names are fixed: a kept one would stand in the way of the next deployment.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${this.name} may do`,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    const { environment: more, ...rest } = props.function ?? {};
    this.function = new lambda.Function(this, 'Function', {
      functionName: this.name,
      description: spec.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(join(defaults.bundles, basename(spec.folder))),
      memorySize: spec.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds),
      role: this.role,
      logGroup,
      tracing: lambda.Tracing.ACTIVE,
      ...rest,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: basename(spec.folder),
        POWERTOOLS_METRICS_NAMESPACE: 'IntelligentOffice',
        POWERTOOLS_LOG_LEVEL: defaults.logLevel,
        // Names the function in CloudTrail's user agent, and in every recorded call of a test.
        AWS_SDK_UA_APP_ID: this.name,
        ...props.environment,
        ...more,
      },
    });
    if (props.function?.vpc !== undefined) this.#allowNetworkInterfaces();
  }

  /** Allows actions on resources, in one statement. */
  allow(
    actions: readonly string[],
    resources: readonly string[],
    conditions?: Record<string, Record<string, string>>,
  ): void {
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  }

  /**
   * Lambda itself puts a function's network interfaces into a network, with the function's role. The code must not:
   * the second statement denies these actions to whatever runs inside of the function.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  #allowNetworkInterfaces(): void {
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    this.allow(actions, ['*']);
    this.role.addToPolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions,
        resources: ['*'],
        conditions: {
          ArnEquals: {
            'lambda:SourceFunctionArn': `${arnStart(Stack.of(this), 'lambda')}:function:${this.name}`,
          },
        },
      }),
    );
  }
}
