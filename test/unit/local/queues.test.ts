import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openQueues, type Queues } from '../../../infra/local/queues.ts';

let queues: Queues;
/** The same queues over HTTP, and without. */
let usual: SQSClient;
let direct: SQSClient;

/** Tests run in any order, each on a queue of its own. */
async function aQueue(QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await usual.send(new CreateQueueCommand({ QueueName }));
  return QueueUrl;
}

beforeAll(async () => {
  queues = await openQueues();
  const settings = {
    endpoint: queues.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  };
  usual = new SQSClient(settings);
  direct = new SQSClient(settings);
  queues.askDirectly(direct);
});
afterAll(async () => {
  usual.destroy();
  direct.destroy();
  await queues.close();
});

const receive = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };

describe('queues in this process', () => {
  it('carry messages between those who ask without HTTP and those who use it', async () => {
    const QueueUrl = await aQueue('things');
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'é' } };
    await direct.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageAttributes }));
    await usual.send(new SendMessageCommand({ QueueUrl, MessageBody: 'two' }));
    const { Messages = [] } = await direct.send(
      new ReceiveMessageCommand({ QueueUrl, ...receive, MessageAttributeNames: ['All'] }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['one', 'two']);
    expect(Messages[0]?.MessageAttributes?.['kind']?.StringValue).toBe('é');
    expect(Messages[0]?.Attributes?.ApproximateReceiveCount).toBe('1');

    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    const gone = await direct.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(gone.Successful).toHaveLength(2);
    const { Attributes } = await direct.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('0');
  });

  it('wake a long poll when a message comes, and let go of one that is given up', async () => {
    const QueueUrl = await aQueue('awaited');
    const poll = direct.send(new ReceiveMessageCommand({ QueueUrl, ...receive, WaitTimeSeconds: 20 }));
    await direct.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
    expect((await poll).Messages?.map(({ Body }) => Body)).toEqual(['late']);

    const giveUp = new AbortController();
    const empty = direct.send(new ReceiveMessageCommand({ QueueUrl, ...receive, WaitTimeSeconds: 20 }), {
      abortSignal: giveUp.signal,
    });
    giveUp.abort();
    await expect(empty).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('answer errors with the SDK’s own exceptions', async () => {
    const nowhere = new SendMessageCommand({ QueueUrl: `${queues.url}/000000000000/none`, MessageBody: 'x' });
    await expect(direct.send(nowhere)).rejects.toBeInstanceOf(QueueDoesNotExist);
  });
});
