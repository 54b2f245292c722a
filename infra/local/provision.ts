import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type IndexSpec, type TableSpec, tableKeys, tables } from '../tables.ts';

/** Which environment variable names which queue. */
export const queueNames = {
  QUEUE_HIGH_URL: 'office-high',
  QUEUE_NORMAL_URL: 'office-normal',
  QUEUE_LOW_URL: 'office-low',
  DEAD_LETTER_QUEUE_URL: 'office-dead-letters',
  WEBHOOK_QUEUE_URL: 'office-webhooks',
} as const;
export type QueueUrls = Record<keyof typeof queueNames, string>;

/** Longer than the dispatcher may take for a batch. */
const VISIBILITY_SECONDS = 60;

/** Creates the tables that aren't there yet. Returns their names by environment variable. */
export async function provisionTables(): Promise<Record<TableSpec['variable'], string>> {
  const client = new DynamoDBClient({});
  try {
    const { TableNames: existing = [] } = await client.send(new ListTablesCommand({}));
    const names = {} as Record<TableSpec['variable'], string>;
    for (const [name, spec] of Object.entries(tables)) {
      const table = `office-${name}`;
      names[spec.variable] = table;
      if (!existing.includes(table))
        await client.send(new CreateTableCommand(tableInput(table, spec.indexes)));
    }
    return names;
  } finally {
    client.destroy();
  }
}

function tableInput(table: string, indexes: readonly IndexSpec[]): CreateTableCommandInput {
  const keys = (partitionKey: string, sortKey: string): CreateTableCommandInput['KeySchema'] => [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
  const attributes = [tableKeys, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys(tableKeys.partitionKey, tableKeys.sortKey),
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keys(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: 'ALL' },
          })),
        }),
  };
}

/** Creates the queues; they are in memory, so none is there before. */
export async function provisionQueues(client: SQSClient): Promise<QueueUrls> {
  const urls = {} as QueueUrls;
  await Promise.all(
    Object.entries(queueNames).map(async ([variable, QueueName]) => {
      const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      urls[variable as keyof QueueUrls] = QueueUrl ?? '';
    }),
  );
  return urls;
}
