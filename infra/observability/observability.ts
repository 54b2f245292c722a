import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { OfficeService } from '../service.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { Queries } from './queries.ts';

export interface ObservabilityProps {
  readonly officeName: string;
  readonly alarmEmail: string | undefined;
  readonly fullMonitoring: boolean;
  readonly service: OfficeService;
}

/** What a person needs to see how the office does: a dashboard, alarms that are sent to a topic, saved queries. */
export class Observability extends Construct {
  readonly topic: sns.Topic;

  constructor(
    scope: Construct,
    id: string,
    { officeName, alarmEmail, fullMonitoring, service }: ObservabilityProps,
  ) {
    super(scope, id);
    const key = new kms.Key(this, 'TopicKey', {
      description: 'Alarms of the intelligent office on their way to people',
      enableKeyRotation: true,
    });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    );
    this.topic = new sns.Topic(this, 'Alarms', {
      topicName: `${officeName}-alarms`,
      displayName: 'Alarms of the intelligent office',
      masterKey: key,
      enforceSSL: true,
    });
    if (alarmEmail !== undefined) this.topic.addSubscription(new subscriptions.EmailSubscription(alarmEmail));
    const { all: alarms } = new Alarms(this, 'AlarmSet', {
      officeName,
      service,
      topic: this.topic,
      full: fullMonitoring,
    });
    new Dashboard(this, 'Page', { officeName, service, alarms });
    if (!fullMonitoring) return;
    const functions = [...Object.values(service.roles), ...Object.values(service.tools)];
    new Queries(this, 'Queries', { officeName, groups: functions.map(({ name }) => `/aws/lambda/${name}`) });
  }
}
