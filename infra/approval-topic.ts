import type { Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { arnStart } from './data-stores.ts';

/** Its ARN is known before it is there, as functions are told of it. */
export const approvalTopicArn = (stack: Stack, officeName: string): string =>
  `${arnStart(stack, 'sns')}:${officeName}-approvals`;

/** Questions to people, for whoever subscribes: mail, chat, a pager. */
export class ApprovalTopic extends Construct {
  constructor(scope: Construct, id: string, props: { readonly officeName: string; readonly key: kms.IKey }) {
    super(scope, id);
    new sns.Topic(this, 'Questions', {
      topicName: `${props.officeName}-approvals`,
      displayName: 'Questions of the intelligent office to people',
      masterKey: props.key,
      enforceSSL: true,
    });
  }
}
