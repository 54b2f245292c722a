import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Dynamodb, openDynamodb } from '../../../../infra/local/dynamodb/dynamodb.ts';
import { WriteLog } from '../../../../infra/local/dynamodb/write-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'office-tables-'));
const path = join(directory, 'dynamodb');
let tables: Dynamodb | undefined;
afterEach(async () => {
  await tables?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(
  url: string,
  operation: string,
  input: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': 'now',
      authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c',
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: await response.json() };
}

describe('tables of an office that was killed while it made them', () => {
  it('are made again by the next one', async () => {
    const table = {
      TableName: 'things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    };
    const log = new WriteLog(`${path}-log`);
    log.append(new Map([['table~things', JSON.stringify({ ...table, TableStatus: 'CREATING' })]]));
    log.close();

    tables = await openDynamodb(path, () => undefined);
    const url = await tables.listen();

    expect(await ask(url, 'ListTables', {})).toEqual({ status: 200, body: { TableNames: [] } });
    expect((await ask(url, 'CreateTable', table)).status).toBe(200);
    expect(await ask(url, 'ListTables', {})).toEqual({ status: 200, body: { TableNames: ['things'] } });
  });
});
