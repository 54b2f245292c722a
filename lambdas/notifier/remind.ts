import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqsClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import type { NotifierDeps } from './notifier.ts';

/** Sends reminders to the webhook queue. */
export function remindFromEnvironment(): NotifierDeps['remind'] {
  const { WEBHOOK_QUEUE_URL } = readEnvironment(['WEBHOOK_QUEUE_URL']);
  return async (reminder, delaySeconds) => {
    await sqsClient().send(
      new SendMessageCommand({
        QueueUrl: WEBHOOK_QUEUE_URL,
        MessageBody: JSON.stringify(reminder),
        DelaySeconds: delaySeconds,
      }),
    );
  };
}
