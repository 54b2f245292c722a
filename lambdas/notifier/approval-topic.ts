import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Approval } from '../shared/stores/approval-store.ts';

/** SNS takes 100 characters of a subject, without line breaks. */
const subjectOf = ({ kind, task_id }: Approval): string =>
  `${kind === 'approval' ? 'A plan needs your approval' : 'A result needs your verdict'}: task ${task_id}`;

/** Sends a question to a topic: mail, chat or a pager subscribes. Inputs of steps are not sent, only their names. */
export function publishTo(
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
): (approval: Approval) => Promise<void> {
  return async (approval) => {
    const { approval_id, tenant_id, reason, expires_at_time, steps } = approval;
    const message = [
      reason,
      `Steps: ${steps.map(({ step_id, action }) => `${step_id} (${action})`).join(', ')}`,
      `Tenant: ${tenant_id}. Nobody can answer after ${expires_at_time}.`,
      `To answer: npm run office -- approve ${approval_id}, or reject; or POST /approvals/${approval_id}`,
    ].join('\n');
    await client.send(
      new PublishCommand({ TopicArn: topicArn, Subject: subjectOf(approval), Message: message }),
    );
  };
}
