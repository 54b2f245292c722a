import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askDirectly, askHere } from '../../../../infra/local/dynamodb/direct-client.ts';
import { type Dynamodb, openDynamodb } from '../../../../infra/local/dynamodb/dynamodb.ts';
import { openLines } from '../../../../infra/local/lines.ts';

const TableName = 'things';
const counted: string[] = [];
let directory: string;
let server: Server;
/** The same table over HTTP and the SDK, and over lines. */
let usual: DynamoDBDocumentClient;
let direct: DynamoDBDocumentClient;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'office-dynamodb-'));
  const dynamodb = await openDynamodb(join(directory, 'data'), () => undefined);
  server = dynamodb.server;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const overHttp = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
  });
  await overHttp.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists(
    { client: overHttp, minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 10 },
    { TableName },
  );
  const settings = {
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: Number },
  };
  usual = DynamoDBDocumentClient.from(overHttp, settings);
  direct = DynamoDBDocumentClient.from(overHttp, settings);
  const [near, far] = duplexPair();
  const answer = async ([operation, input]: Parameters<Dynamodb['answer']>) => {
    counted.push(operation);
    return dynamodb.answer(operation, input);
  };
  openLines(far, { dynamodb: answer }, 'gone');
  const lines = openLines(near, {}, 'gone');
  askDirectly(
    direct,
    askHere((...question) => lines.ask('dynamodb', question)),
  );
});
afterAll(async () => {
  usual.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

/** Numbers are DynamoDB's (magnitudes from 1e-130 to 1e126), and no object has another prototype. */
const storable = fc.jsonValue().map((value) =>
  JSON.parse(JSON.stringify(value), (key, item) => {
    if (key === '__proto__') return undefined;
    const isExtreme = typeof item === 'number' && Math.abs(Math.log10(Math.abs(item) || 1)) > 100;
    return isExtreme ? 1 : item;
  }),
);

describe('a document client that asks without HTTP', () => {
  it('stores and reads any JSON value as the SDK does', async () => {
    await fc.assert(
      fc.asyncProperty(storable, fc.boolean(), async (value, writesDirectly) => {
        const Item = { pk: 'json', sk: 'one', value: { inner: value }, nothing: undefined };
        await (writesDirectly ? direct : usual).send(new PutCommand({ TableName, Item }));
        const get = new GetCommand({ TableName, Key: { pk: 'json', sk: 'one' }, ConsistentRead: true });

        const [ours, theirs] = [await direct.send(get), await usual.send(get)];

        expect(ours.Item).toEqual(theirs.Item);
        expect(ours.Item).toEqual({ pk: 'json', sk: 'one', value: { inner: value } });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const Key = { pk: 'bytes', sk: 'one' };
    await direct.send(new PutCommand({ TableName, Item: { ...Key, bytes } }));
    for (const client of [direct, usual])
      expect((await client.send(new GetCommand({ TableName, Key }))).Item?.['bytes']).toEqual(bytes);
  });

  it('keeps sets of strings, which count concurrent members', async () => {
    const Key = { pk: 'sets', sk: 'strings' };
    const change = (verb: 'ADD' | 'DELETE', member: string) =>
      direct.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: `${verb} members :members`,
          ExpressionAttributeValues: { ':members': new Set([member]) },
        }),
      );
    const before = counted.length;
    await Promise.all(['a', 'b', 'c'].map((member) => change('ADD', member)));
    await change('DELETE', 'b');
    expect(counted.length).toBe(before + 4);
    for (const client of [direct, usual])
      expect((await client.send(new GetCommand({ TableName, Key }))).Item?.['members']).toEqual(
        new Set(['a', 'c']),
      );
  });

  it('leaves other sets to the SDK', async () => {
    const Key = { pk: 'sets', sk: 'numbers' };
    const before = counted.length;
    await direct.send(new PutCommand({ TableName, Item: { ...Key, set: new Set([1, 2]) } }));
    expect(counted.length).toBe(before);
    expect((await usual.send(new GetCommand({ TableName, Key }))).Item?.['set']).toEqual(new Set([1, 2]));
    const empty = new PutCommand({ TableName, Item: { ...Key, set: new Set() } });
    await expect(direct.send(empty)).rejects.toThrow('non-empty');
  });

  it('throws the SDK’s own exceptions', async () => {
    const Key = { pk: 'conditions', sk: 'one' };
    const create = new PutCommand({ TableName, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' });
    await direct.send(create);
    await expect(direct.send(create)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(direct.send(new GetCommand({ TableName: 'none', Key }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(direct.send(new GetCommand({ TableName, Key: { pk: 1 } }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('updates, counts up concurrently, deletes, and returns what was asked for', async () => {
    const Key = { pk: 'updates', sk: 'one' };
    const up = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #l = :l ADD #n :one',
      ExpressionAttributeNames: { '#n': 'n', '#l': 'last' },
      ExpressionAttributeValues: { ':one': 1, ':l': { at: 'now' } },
      ReturnValues: 'ALL_NEW',
    });
    const counts = await Promise.all(Array.from({ length: 50 }, () => direct.send(up)));
    expect(counts.map(({ Attributes }) => Attributes?.['n']).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    const gone = await direct.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
    expect(gone.Attributes).toEqual({ ...Key, n: 50, last: { at: 'now' } });
    expect((await direct.send(new GetCommand({ TableName, Key }))).Item).toBeUndefined();
  });

  it('writes and reads in batches and pages', async () => {
    const items = Array.from({ length: 25 }, (_, i) => ({ pk: 'pages', sk: String(i).padStart(2, '0'), i }));
    const written = await direct.send(
      new BatchWriteCommand({
        RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
    expect(written.UnprocessedItems).toEqual({});
    const got = await direct.send(
      new BatchGetCommand({
        RequestItems: { [TableName]: { Keys: items.slice(0, 2).map(({ pk, sk }) => ({ pk, sk })) } },
      }),
    );
    expect(got.Responses?.[TableName]).toHaveLength(2);

    const found: unknown[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await direct.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk >= :from',
          ExpressionAttributeValues: { ':pk': 'pages', ':from': '05' },
          Limit: 7,
          ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
        }),
      );
      found.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    expect(found).toEqual(items.slice(5));
    const { Items = [] } = await direct.send(new ScanCommand({ TableName }));
    expect(Items.filter(({ pk }) => pk === 'pages')).toHaveLength(25);
  });

  it('fails by the service’s fault when the store can’t write, so that the client’s caller tries again', async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
    askDirectly(
      client,
      askHere(() => Promise.reject(new Error('no space left'))),
    );
    const put = new PutCommand({ TableName, Item: { pk: 'full', sk: 'disk' } });
    await expect(client.send(put)).rejects.toMatchObject({
      name: 'InternalServerError',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    });
  });
});
