import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Priority } from '../schemas/task.ts';
import { roles } from './functions.ts';

/** Six times the consumer's limit, as Lambda asks for; a batch may be retried while it is invisible. */
const VISIBILITY = Duration.seconds(6 * roles.dispatcher.timeoutSeconds);
/** Longer than any outage that should not lose a task's place; the tasks themselves are in DynamoDB. */
const RETENTION = Duration.days(14);

/**
 * Accepted tasks by priority, each with its own dead letter queue for messages that the dispatcher could not take,
 * and the queue of failed tasks. Their names end in the priority: the dispatcher reads it from there.
 */
export class Queues extends Construct {
  readonly byPriority: Readonly<Record<Priority, sqs.Queue>>;
  readonly undeliverable: sqs.Queue;
  readonly deadLetters: sqs.Queue;
  /** Reminders of webhooks that are to be told of a task's end. */
  readonly webhooks: sqs.Queue;

  constructor(scope: Construct, id: string, props: { readonly name: string }) {
    super(scope, id);
    const queue = (purpose: string, more: sqs.QueueProps = {}): sqs.Queue =>
      new sqs.Queue(this, purpose, {
        queueName: `${props.name}-${purpose}`,
        encryption: sqs.QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: RETENTION,
        removalPolicy: RemovalPolicy.DESTROY,
        ...more,
      });
    this.undeliverable = queue('undeliverable');
    this.deadLetters = queue('dead-letters');
    const priority = (name: Priority): sqs.Queue =>
      queue(name, {
        visibilityTimeout: VISIBILITY,
        // The dispatcher itself puts back what must wait; these are messages that it failed on.
        deadLetterQueue: { queue: this.undeliverable, maxReceiveCount: 5 },
      });
    this.webhooks = queue('webhooks', {
      visibilityTimeout: Duration.seconds(6 * roles.notifier.timeoutSeconds),
      deadLetterQueue: { queue: this.undeliverable, maxReceiveCount: 5 },
    });
    this.byPriority = { high: priority('high'), normal: priority('normal'), low: priority('low') };
  }
}
