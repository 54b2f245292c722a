import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Dynamodb, openDynamodb } from '../../../../infra/local/dynamodb/dynamodb.ts';

type Request = readonly [operation: string, input: Record<string, unknown>];

const TableName = 'things';
const TABLE = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    ...['pk', 'sk', 'group', 'rank'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    { AttributeName: 'n', AttributeType: 'N' },
  ],
  KeySchema: keys('pk', 'sk'),
  GlobalSecondaryIndexes: [
    { IndexName: 'byRank', KeySchema: keys('group', 'rank'), Projection: { ProjectionType: 'ALL' } },
    { IndexName: 'byNumber', KeySchema: keys('group', 'n'), Projection: { ProjectionType: 'KEYS_ONLY' } },
  ],
};
const RANGE_KEYS = { things: 'sk', byRank: 'rank', byNumber: 'n' } as const;

function keys(hash: string, range: string) {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

let plain: ChildProcess;
let plainUrl: string;
let directory: string;
let own: Dynamodb;

beforeAll(async () => {
  plain = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../../helpers/programs/plain-dynalite.mjs', import.meta.url))],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: plain.stdout as NodeJS.ReadableStream });
  const port = await new Promise<string>((resolve) => lines.once('line', resolve));
  plainUrl = `http://127.0.0.1:${port}`;
  directory = mkdtempSync(join(tmpdir(), 'same-answers-'));
  for (const url of [plainUrl, await start()]) {
    await overHttp(url, ['CreateTable', TABLE]);
    let status = '';
    while (status !== 'ACTIVE') {
      const { body } = await overHttp(url, ['DescribeTable', { TableName }]);
      status = (body as { Table: { TableStatus: string } }).Table.TableStatus;
    }
  }
});
afterAll(async () => {
  const exited = new Promise((resolve) => plain.once('exit', resolve));
  plain.stdin?.end();
  await Promise.all([exited, own.close()]);
  rmSync(directory, { recursive: true });
});

async function start(): Promise<string> {
  own = await openDynamodb(join(directory, 'data'), () => undefined);
  return own.listen();
}

async function overHttp(url: string, [operation, input]: Request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20200101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

/** What earlier processes wrote, as a process finds it that starts after a kill: nothing was handed on in order. */
async function reopen(): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'same-answers-'));
  cpSync(directory, copy, { recursive: true });
  await own.close();
  rmSync(directory, { recursive: true });
  directory = copy;
  await start();
}

const S = (value: string) => ({ S: value });
const N = (value: number) => ({ N: String(value) });
const text = fc.constantFrom('a', 'b#1', 'é', '\t', '\n', '~').map(S);
const group = fc.constantFrom('g', 'h').map(S);
const tags = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }).map((SS) => ({ SS }));
const number = fc.integer({ min: -4, max: 4 }).map(N);
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(S),
  number,
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constantFrom(
    { NULL: true },
    { L: [S('1'), N(2)] },
    { SS: ['a', 'b'] },
    { M: { 'x.y': { L: [] }, a: N(1) } },
    { B: 'aMOp' },
  ),
);
const Key = fc.record({ pk: fc.constantFrom('p', 'q').map(S), sk: text });
const Item = fc
  .tuple(
    Key,
    fc.record(
      { group, rank: text, n: number, v: value, m: fc.constant({ M: { l: { L: [N(1)] } } }) },
      { requiredKeys: [] },
    ),
  )
  .map(([key, rest]) => ({ ...rest, ...key }));
const expression = (written: object, values: Record<string, fc.Arbitrary<object>> = {}) =>
  fc.record(values).map((given) => ({
    written,
    values: Object.keys(given).length === 0 ? {} : { ExpressionAttributeValues: given },
  }));
const condition = fc.oneof(
  { weight: 8, arbitrary: expression({}) },
  expression({ ConditionExpression: 'attribute_not_exists(pk)' }),
  expression({ ConditionExpression: 'n BETWEEN :low AND :high' }, { ':low': number, ':high': number }),
  expression({ ConditionExpression: 'n > :n OR v = :value' }, { ':n': number, ':value': value }),
  expression(
    { ConditionExpression: 'begins_with(rank, :text) AND size(v) < :n' },
    { ':text': text, ':n': number },
  ),
  expression({ ConditionExpression: 'v IN (:one, :two)' }, { ':one': value, ':two': value }),
  expression(
    { ConditionExpression: 'NOT attribute_type(v, :type)' },
    { ':type': fc.constantFrom(S('S'), S('N')) },
  ),
);
/** Names that are made for one request: another time the same expression is about other attributes. */
const madeNames = fc
  .uniqueArray(fc.constantFrom('v', 'rank', 'w.1', 'n', 'seen'), { minLength: 2, maxLength: 2 })
  .chain(([one, other]) =>
    expression(
      {
        UpdateExpression: 'SET #one = :value REMOVE #other',
        ExpressionAttributeNames: { '#one': one, '#other': other },
      },
      { ':value': value },
    ),
  );
const update = fc.oneof(
  madeNames,
  expression(
    { UpdateExpression: 'SET rank = if_not_exists(rank, :r), n = n - :k REMOVE v' },
    { ':r': text, ':k': number },
  ),
  expression({ UpdateExpression: 'SET w = v ADD tags :set' }, { ':set': tags }),
  expression({ UpdateExpression: 'DELETE tags :set ADD n :k' }, { ':set': tags, ':k': number }),
  expression(
    { UpdateExpression: 'SET list = list_append(if_not_exists(list, :none), :l)' },
    { ':none': fc.constant({ L: [] }), ':l': number.map((n) => ({ L: [n] })) },
  ),
  expression(
    { UpdateExpression: 'SET v = :v, n = if_not_exists(n, :z) + :z' },
    { ':v': value, ':z': number },
  ),
  expression(
    { UpdateExpression: 'REMOVE m.l[0], #g ADD n :k', ExpressionAttributeNames: { '#g': 'group' } },
    { ':k': number },
  ),
  expression(
    { UpdateExpression: 'SET m.l = list_append(m.l, :l), rank = :r' },
    { ':l': number.map((n) => ({ L: [n] })), ':r': text },
  ),
  expression(
    { UpdateExpression: 'SET #g = :g, m = :m', ExpressionAttributeNames: { '#g': 'group' } },
    { ':g': fc.oneof(group, value), ':m': value },
  ),
  expression({ UpdateExpression: 'DELETE v :set' }, { ':set': fc.constant({ SS: ['a'] }) }),
);
const returning = (...values: string[]) =>
  fc.constantFrom({}, {}, ...values.map((ReturnValues) => ({ ReturnValues })));

function merged(...parts: { written: object; values: { ExpressionAttributeValues?: object } }[]) {
  const values = Object.assign({}, ...parts.map((part) => part.values.ExpressionAttributeValues));
  const named = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
  return { TableName, ...Object.assign({}, ...parts.map((part) => part.written)), ...named };
}

const query = fc
  .record({
    of: fc.constantFrom('things' as const, 'byRank' as const, 'byNumber' as const),
    hash: fc.tuple(fc.constantFrom('p', 'q').map(S), group),
    compared: fc.constantFrom('', '>= :r', '< :r', 'BETWEEN :r AND :u', 'begins_with'),
    texts: fc.tuple(text, text),
    numbers: fc.tuple(number, number),
    options: fc.record(
      {
        Limit: fc.integer({ min: 1, max: 4 }),
        ScanIndexForward: fc.boolean(),
        // Refused for an index.
        ConsistentRead: fc.constantFrom(true, false, false),
      },
      { requiredKeys: [] },
    ),
    filter: fc.constantFrom(
      {},
      {},
      {},
      { FilterExpression: 'attribute_exists(v)' },
      { ProjectionExpression: 'sk, m.l[0], v' },
    ),
  })
  .map(({ of, hash, compared, texts, numbers, options, filter }): Request => {
    const range = RANGE_KEYS[of];
    const [r, u] = of === 'byNumber' ? numbers : texts;
    const test = compared === 'begins_with' ? `begins_with(${range}, :r)` : `${range} ${compared}`;
    return [
      'Query',
      {
        TableName,
        ...(of === 'things' ? {} : { IndexName: of }),
        KeyConditionExpression: compared === '' ? '#hash = :h' : `#hash = :h AND ${test}`,
        ExpressionAttributeNames: { '#hash': of === 'things' ? 'pk' : 'group' },
        ExpressionAttributeValues: {
          ':h': of === 'things' ? hash[0] : hash[1],
          ...(compared === '' ? {} : { ':r': r }),
          ...(compared.includes(':u') ? { ':u': u } : {}),
        },
        ...options,
        ...filter,
      },
    ];
  });

const request: fc.Arbitrary<Request> = fc.oneof(
  fc
    .tuple(Item, condition, returning('ALL_OLD'))
    .map(([item, test, wanted]): Request => ['PutItem', { ...merged(test), Item: item, ...wanted }]),
  fc
    .tuple(Key, update, condition, returning('ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'))
    .map(
      ([key, change, test, wanted]): Request => [
        'UpdateItem',
        { ...merged(change, test), Key: key, ...wanted },
      ],
    ),
  fc
    .tuple(Key, condition, returning('ALL_OLD'))
    .map(([key, test, wanted]): Request => ['DeleteItem', { ...merged(test), Key: key, ...wanted }]),
  Key.map((key): Request => ['GetItem', { TableName, Key: key }]),
  fc
    .uniqueArray(Item, { minLength: 1, maxLength: 5, selector: ({ pk, sk }) => `${pk.S} ${sk.S}` })
    .map(
      (items): Request => [
        'BatchWriteItem',
        { RequestItems: { [TableName]: items.map((item) => ({ PutRequest: { Item: item } })) } },
      ],
    ),
  query,
  fc
    .record({ Limit: fc.integer({ min: 1, max: 9 }) })
    .map((options): Request => ['Scan', { TableName, ...options }]),
);

/** Asks both for the same, and for the same again: what was valid once may be answered without dynalite. */
async function expectSameAnswers(requests: readonly (readonly [Request, times: number])[]): Promise<void> {
  for (const [[operation, input], times] of requests) {
    for (let time = 0; time < times; time++) {
      const expected = await overHttp(plainUrl, [operation, input]);
      const answer = await own.answer(operation, structuredClone(input));
      expect({ input, ...answer }).toEqual({ input, ...expected });
    }
  }
}

describe('the embedded DynamoDB', () => {
  it('answers as dynalite itself, with remembered requests, writes that LevelDB lacks, and after a kill', async () => {
    const answered = { fastPath: 0, dynalite: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(request, fc.integer({ min: 1, max: 3 })), { minLength: 10, maxLength: 20 }),
        fc.constantFrom('goes on', 'settles', 'is killed'),
        async (requests, then) => {
          const before = { ...own.answered };
          await expectSameAnswers(requests);
          answered.fastPath += own.answered.fastPath - before.fastPath;
          answered.dynalite += own.answered.dynalite - before.dynalite;
          if (then === 'settles') await own.settle();
          if (then === 'is killed') await reopen();
        },
      ),
      { numRuns: 20 },
    );
    expect(answered.fastPath).toBeGreaterThan(50);
    expect(answered.dynalite).toBeGreaterThan(50);
  }, 60_000);
});
