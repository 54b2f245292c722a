import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { unlessAborted } from '../../lambdas/shared/unless-aborted.ts';
import './promise-with-resolvers.ts';
import { HOST, KEEP_ALIVE_MS } from './loopback.ts';
import { shortCut } from './short-cut.ts';
import { RequestCounter } from './store-requests.ts';

export interface Queues {
  /** Where SQS's HTTP protocol is spoken. */
  readonly url: string;
  /** Lets a client ask without a socket for what every task needs; all else goes the usual way. */
  askDirectly(client: SQSClient): void;
  /** Requests by operation since the start. */
  counts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const COMMANDS = new Map<unknown, string>([
  [SendMessageCommand, 'SendMessage'],
  [ReceiveMessageCommand, 'ReceiveMessage'],
  [DeleteMessageBatchCommand, 'DeleteMessageBatch'],
]);

/** fauxqs inside: its actions are modules of their own and work on its stores. */
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Action = (input: object, store: Stores['sqsStore']) => object | Promise<object>;
type Class<T> = new () => T;

/** A module of fauxqs that it doesn't export. */
async function inside<Exported>(path: string): Promise<Exported> {
  const folders = createRequire(import.meta.url).resolve.paths('fauxqs') ?? [];
  const folder = folders.find((candidate) => existsSync(join(candidate, 'fauxqs'))) ?? '';
  return import(pathToFileURL(join(folder, 'fauxqs', 'dist', path)).href) as Promise<Exported>;
}

/** SQS (fauxqs), in memory and in this process. */
export async function openQueues(): Promise<Queues> {
  const [{ SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    inside<{ SqsStore: Class<Stores['sqsStore']> }>('sqs/sqsStore.js'),
    inside<{ SnsStore: Class<Stores['snsStore']> }>('sns/snsStore.js'),
    inside<{ S3Store: Class<Stores['s3Store']> }>('s3/s3Store.js'),
  ]);
  const actions = new Map(
    await Promise.all(
      [...COMMANDS.values()].map(async (operation): Promise<[string, Action]> => {
        const name = operation.charAt(0).toLowerCase() + operation.slice(1);
        const module = await inside<Record<string, Action>>(`sqs/actions/${name}.js`);
        return [operation, module[name] as Action];
      }),
    ),
  );
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1', stores });
  const requests = new RequestCounter();
  app.server.on('request', (request) => requests.countJson('sqs', request));
  await app.listen({ port: 0, host: HOST });
  app.server.keepAliveTimeout = KEEP_ALIVE_MS;
  const { port } = app.server.address() as AddressInfo;

  /** Null for an error: the client asks again then, over HTTP, and makes its own exception of the answer. */
  async function ask(action: Action, input: object): Promise<object | null> {
    try {
      return await action(input, stores.sqsStore);
    } catch (error) {
      if (error instanceof Error && error.name === 'SqsError') return null;
      throw error;
    }
  }

  return {
    url: `http://${HOST}:${port}`,
    askDirectly: (client) =>
      shortCut(client, async (command, options) => {
        const operation = COMMANDS.get(command.constructor) ?? '';
        const action = actions.get(operation);
        if (action === undefined) return null;
        requests.count('sqs', operation);
        const asked = ask(action, (command as { input: object }).input);
        const signal = options?.abortSignal;
        // A long poll is given up when the office closes.
        const answer = await (signal === undefined ? asked : unlessAborted(asked, signal));
        return answer && { $metadata: { httpStatusCode: 200 }, ...structuredClone(answer) };
      }),
    counts: () => requests.counts.sqs,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
