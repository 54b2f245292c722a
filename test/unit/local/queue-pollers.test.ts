import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createFunctionHost } from '../../../infra/local/function-host.ts';
import { startQueuePollers } from '../../../infra/local/queue-pollers.ts';

/** A queue that hands out its batches one after another and then makes its pollers wait. */
function fakeQueue(batches: Message[][]) {
  const deleted: string[] = [];
  const client = {
    send: (command: unknown, options: { abortSignal?: AbortSignal } = {}) => {
      if (command instanceof DeleteMessageBatchCommand) {
        deleted.push(...(command.input.Entries ?? []).map((entry) => entry.ReceiptHandle ?? ''));
        return Promise.resolve({});
      }
      if (!(command instanceof ReceiveMessageCommand)) return Promise.reject(new Error('unexpected'));
      const Messages = batches.shift();
      if (Messages !== undefined) return Promise.resolve({ Messages });
      return new Promise((_resolve, reject) => {
        options.abortSignal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    },
  };
  return { client: client as unknown as SQSClient, deleted };
}

const message = (id: string): Message => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: `{"id":"${id}"}`,
});
const settle = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

function poll(
  batches: Message[][],
  handler: (event: { Records: { messageId: string; body: string }[] }) => unknown,
) {
  const queue = fakeQueue(batches);
  const errors: string[] = [];
  const load = async () => (event: unknown) => handler(event as Parameters<typeof handler>[0]);
  const pollers = startQueuePollers({
    client: queue.client,
    functions: createFunctionHost({ dispatcher: { timeoutSeconds: 5, memoryMb: 128, load } }),
    queues: [{ url: 'http://queue', functionName: 'dispatcher', arn: 'arn:queue', concurrency: 1 }],
    onError: (line) => errors.push(line),
  });
  return { ...queue, errors, pollers };
}

describe('queue pollers', () => {
  it('hand batches over as Lambda does and delete what was taken', async () => {
    const seen: unknown[] = [];
    const { deleted, pollers } = poll([[message('a'), message('b')]], (event) => {
      seen.push(...event.Records);
    });

    await settle(() => deleted.length === 2);
    await pollers.stop();

    expect(seen).toEqual([
      expect.objectContaining({
        messageId: 'a',
        body: '{"id":"a"}',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:queue',
      }),
      expect.objectContaining({ messageId: 'b' }),
    ]);
    expect(deleted).toEqual(['handle-a', 'handle-b']);
  });

  it('keep the messages that the function names as failed', async () => {
    const { deleted, pollers } = poll([[message('a'), message('b')]], () => ({
      batchItemFailures: [{ itemIdentifier: 'a' }],
    }));

    await settle(() => deleted.length === 1);
    await pollers.stop();

    expect(deleted).toEqual(['handle-b']);
  });

  it('keep the whole batch when the function fails, say so and go on', async () => {
    const { deleted, errors, pollers } = poll([[message('a')], [message('b')]], (event) => {
      if (event.Records[0]?.messageId === 'a') throw new Error('not now');
    });

    await settle(() => deleted.length === 1);
    await pollers.stop();

    expect(deleted).toEqual(['handle-b']);
    expect(errors).toEqual(['dispatcher failed on arn:queue: Error: not now']);
  });
});
