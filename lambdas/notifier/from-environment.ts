import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqsClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { createWebhookStore } from '../shared/stores/webhook-store.ts';
import { taskStore, taskTable } from '../shared/wiring.ts';
import { createHttpDelivery } from './http-delivery.ts';
import { createNotifier, type NotifierDeps } from './notifier.ts';

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

export function notifierFromEnvironment() {
  const { OFFICE_ALLOW_HOSTS } = readEnvironment(['OFFICE_ALLOW_HOSTS']);
  const now = () => new Date();
  return createNotifier({
    tasks: taskStore(),
    webhooks: createWebhookStore(taskTable()),
    deliver: createHttpDelivery({
      allowHosts: OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
      now,
    }),
    remind: remindFromEnvironment(),
    now,
    random: Math.random,
  });
}
