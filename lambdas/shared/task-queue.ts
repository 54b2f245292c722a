import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Priority, TaskKey } from '../../schemas/task.ts';
import { readEnvironment } from './environment.ts';

/** Sends a message to the queue of its priority. */
export type SendTask = (message: TaskKey, priority: Priority, delaySeconds: number) => Promise<void>;

/**
 * The queues of accepted tasks. Messages name their tenant as their group, which makes standard queues fair: SQS hands
 * out those of quiet tenants first while another one's are many.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export function taskQueuesFromEnvironment(client: () => SQSClient): SendTask {
  const names = ['QUEUE_HIGH_URL', 'QUEUE_NORMAL_URL', 'QUEUE_LOW_URL'] as const;
  const { QUEUE_HIGH_URL: high, QUEUE_NORMAL_URL: normal, QUEUE_LOW_URL: low } = readEnvironment(names);
  const urls: Readonly<Record<Priority, string>> = { high, normal, low };
  return async (message, priority, delaySeconds) => {
    await client().send(
      new SendMessageCommand({
        QueueUrl: urls[priority],
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.tenant_id,
        ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}),
      }),
    );
  };
}
