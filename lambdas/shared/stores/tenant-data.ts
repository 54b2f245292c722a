import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { BatchWriteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { OfficeError } from '../errors.ts';

/** The tenant has tasks that have not ended: erasing under them would leave pieces behind. */
export class TenantActiveError extends OfficeError {
  override readonly name = 'TenantActiveError';
}

export interface TenantItem {
  /** Which table, by its role: `tasks`, `accounts`, `registry`, `memory`. */
  readonly table: string;
  readonly item: Record<string, unknown>;
}
export interface ErasedData {
  readonly items: number;
  readonly files: number;
}

/** Everything the office holds of one tenant, found by the tenant in its keys. */
export interface TenantData {
  items(tenantId: string): AsyncGenerator<TenantItem>;
  /** Keys below the tenant's prefix, with sizes in bytes. */
  files(tenantId: string): AsyncGenerator<{ key: string; bytes: number }>;
  read(key: string): Promise<Uint8Array>;
  /**
   * Deletes files first and items last, so that an erasure that was interrupted is found and finished by the next.
   * @throws TenantActiveError
   */
  erase(tenantId: string): Promise<ErasedData>;
}

export const tenantFiles = (tenantId: string): string => `tenants/${tenantId}/`;
const BATCH = 25;
const OBJECTS = 1_000;

/**
 * Reads whole tables: there is no list of a tenant's partitions, and what is asked once in years needs none. A table of
 * a million items of 1 KB is 125,000 read units, about 0.03 USD.
 */
export function createTenantData(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly tables: Readonly<Record<string, string>>;
  readonly s3: () => S3Client;
  readonly bucket: string;
}): TenantData {
  async function* items(tenantId: string): AsyncGenerator<TenantItem> {
    for (const [table, TableName] of Object.entries(deps.tables)) {
      let start: Record<string, unknown> | undefined;
      do {
        const page = await deps.client.send(
          new ScanCommand({
            TableName,
            FilterExpression:
              'begins_with(pk, :own) OR pk = :money OR tenant_id = :tenant OR (begins_with(pk, :slots) AND sk = :tenant)',
            ExpressionAttributeValues: {
              ':own': `T#${tenantId}#`,
              ':money': `TENANT#${tenantId}`,
              ':slots': 'SLOTS#',
              ':tenant': tenantId,
            },
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        for (const item of page.Items ?? []) yield { table, item };
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    }
  }

  async function* files(tenantId: string): AsyncGenerator<{ key: string; bytes: number }> {
    let token: string | undefined;
    do {
      const page = await deps.s3().send(
        new ListObjectsV2Command({
          Bucket: deps.bucket,
          Prefix: tenantFiles(tenantId),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key, Size } of page.Contents ?? []) if (Key) yield { key: Key, bytes: Size ?? 0 };
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async function eraseFiles(tenantId: string): Promise<number> {
    const keys: string[] = [];
    for await (const { key } of files(tenantId)) keys.push(key);
    for (let from = 0; from < keys.length; from += OBJECTS) {
      const Objects = keys.slice(from, from + OBJECTS).map((Key) => ({ Key }));
      await deps
        .s3()
        .send(new DeleteObjectsCommand({ Bucket: deps.bucket, Delete: { Objects, Quiet: true } }));
    }
    return keys.length;
  }

  async function eraseItems(found: readonly TenantItem[]): Promise<void> {
    for (const [table, TableName] of Object.entries(deps.tables)) {
      const own = found.filter((each) => each.table === table);
      for (let from = 0; from < own.length; from += BATCH) {
        let requests = own
          .slice(from, from + BATCH)
          .map(({ item: { pk, sk } }) => ({ DeleteRequest: { Key: { pk, sk } } }));
        while (requests.length > 0) {
          const answer = await deps.client.send(
            new BatchWriteCommand({ RequestItems: { [TableName]: requests } }),
          );
          requests = (answer.UnprocessedItems?.[TableName] ?? []) as typeof requests;
        }
      }
    }
  }

  return {
    items,
    files,
    async read(Key) {
      const answer = await deps.s3().send(new GetObjectCommand({ Bucket: deps.bucket, Key }));
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    },
    async erase(tenantId) {
      const found: TenantItem[] = [];
      for await (const each of items(tenantId)) found.push(each);
      const open = found.filter(({ item }) => item['sk'] === 'META' && item['stage'] !== 'ended');
      if (open.length > 0) {
        throw new TenantActiveError(
          `Tenant "${tenantId}" has ${open.length} tasks that have not ended; cancel them or wait for them first.`,
        );
      }
      const erased = await eraseFiles(tenantId);
      await eraseItems(found);
      return { items: found.length, files: erased };
    },
  };
}
