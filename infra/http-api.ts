import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface HttpApiProps {
  readonly officeName: string;
  readonly receptionist: lambda.IFunction;
  /** Requests a second over all callers, and how many may come at once; each key has its own limit besides. */
  readonly throttle: { readonly rate: number; readonly burst: number };
}

/** The HTTP interface: every request goes to the receptionist, which knows the callers by key or token. */
export class HttpApi extends Construct {
  readonly api: apigatewayv2.HttpApi;
  readonly stage: apigatewayv2.HttpStage;

  constructor(scope: Construct, id: string, { officeName, receptionist, throttle }: HttpApiProps) {
    super(scope, id);
    this.api = new apigatewayv2.HttpApi(this, 'Api', {
      apiName: officeName,
      description: 'The HTTP interface of the intelligent office',
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('Receptionist', receptionist, {
        payloadFormatVersion: apigatewayv2.PayloadFormatVersion.VERSION_2_0,
      }),
    });
    const log = new logs.LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/apigateway/${officeName}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const context = apigateway.AccessLogField;
    this.stage = new apigatewayv2.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(log),
        // Neither headers nor bodies: keys are in the one and people's words in the other.
        format: apigateway.AccessLogFormat.custom(
          JSON.stringify({
            request_id: context.contextRequestId(),
            at: context.contextRequestTime(),
            ip: context.contextIdentitySourceIp(),
            method: context.contextHttpMethod(),
            path: '$context.path',
            status: context.contextStatus(),
            bytes: context.contextResponseLength(),
            milliseconds: context.contextResponseLatency(),
            integration_error: context.contextIntegrationErrorMessage(),
          }),
        ),
      },
    });
  }

  get url(): string {
    return `https://${this.api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`;
  }
}
