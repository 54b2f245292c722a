import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { FunctionHost } from './function-host.ts';

export interface PolledQueue {
  readonly url: string;
  /** The function that takes its messages. */
  readonly functionName: string;
  readonly arn: string;
  /** Batches at work at once: what makes one queue faster than another. */
  readonly concurrency: number;
}

export interface QueuePollers {
  /** Ends the polling and waits for the batches at work. */
  stop(): Promise<void>;
}

const BATCH = 10;
const LONGEST_POLL_SECONDS = 20;
const PAUSE_AFTER_ERROR_MS = 500;

const batchAnswerSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).optional() })
  .nullish();

/**
 * Hands the messages of queues to a function as Lambda's SQS event source does: long polling, batches,
 * partial batch responses. A message is deleted when the function has taken it; otherwise it comes again.
 */
export function startQueuePollers(options: {
  client: SQSClient;
  functions: FunctionHost;
  queues: readonly PolledQueue[];
  onError: (message: string) => void;
}): QueuePollers {
  const { client, functions, queues, onError } = options;
  const stopping = new AbortController();
  // One listener per poll, and one poll per place.
  setMaxListeners(0, stopping.signal);

  async function loop(queue: PolledQueue): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive(queue);
        if (messages.length > 0) await handle(queue, messages);
      } catch (error) {
        if (stopping.signal.aborted) return;
        onError(`Polling ${queue.arn} failed: ${error instanceof Error ? error.message : String(error)}`);
        await pause(PAUSE_AFTER_ERROR_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function receive(queue: PolledQueue): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: LONGEST_POLL_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await client.send(command, { abortSignal: stopping.signal });
    return Messages;
  }

  async function handle(queue: PolledQueue, messages: Message[]): Promise<void> {
    const { functionName } = queue;
    const event = { Records: messages.map((message) => toRecord(message, queue.arn)) };
    const answer = await functions.invoke(functionName, JSON.stringify(event));
    if (!answer.ok) {
      onError(`${functionName} failed on ${queue.arn}: ${answer.errorType}: ${answer.errorMessage}`);
      return;
    }
    const failures = batchAnswerSchema.parse(JSON.parse(answer.payload))?.batchItemFailures ?? [];
    const failed = new Set(failures.map((failure) => failure.itemIdentifier));
    const taken = messages.filter((message) => !failed.has(message.MessageId ?? ''));
    if (taken.length === 0) return;
    const Entries = taken.map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle ?? '',
    }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }

  const loops = queues.flatMap((queue) => Array.from({ length: queue.concurrency }, () => loop(queue)));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/** The record of Lambda's SQS event: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function toRecord(message: Message, eventSourceARN: string) {
  const messageAttributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    { stringValue: value.StringValue, dataType: value.DataType },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  };
}
