import { createHash, randomBytes } from 'node:crypto';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { tenantIdSchema } from '../../../schemas/identifiers.ts';
import { OfficeError } from '../errors.ts';
import { tenantPartition } from './keys.ts';

/** What a key may do; `admin` implies the others. */
export const scopes = ['tasks:read', 'tasks:write', 'approvals', 'admin'] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;

/** An API key as the accounts table holds it. The key itself is nowhere: only its SHA-256. */
export const apiKeySchema = z.object({
  /** The first 16 hex digits of the key's SHA-256: names the key in lists, logs and audits. */
  key_id: z.string(),
  tenant_id: tenantIdSchema,
  name: z.string(),
  scopes: z.array(scopeSchema),
  created_at: z.iso.datetime(),
  /** Instant after which the key is refused; absent for none. */
  expires_at_time: z.iso.datetime().optional(),
  revoked_at: z.iso.datetime().optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export interface NewApiKey {
  readonly tenant_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires_at?: Date;
}

export class ApiKeyNotFoundError extends OfficeError {
  override readonly name = 'ApiKeyNotFoundError';
}

/** Shortest key that is accepted; made keys have 256 bits. */
export const MIN_KEY_LENGTH = 16;
const hashOf = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');

export interface AccountStore {
  /** Makes a key; `key` is shown once and can't be read again. */
  createKey(wanted: NewApiKey): Promise<{ key: string; record: ApiKey }>;
  /** Stores a key of the caller's choice (at least 16 characters); again with the same key changes nothing else. */
  seedKey(key: string, wanted: NewApiKey): Promise<ApiKey>;
  /** Every key of the tenant, oldest first, revoked ones included. */
  listKeys(tenantId: string): Promise<ApiKey[]>;
  /** @throws ApiKeyNotFoundError when the tenant has no key of this id */
  revokeKey(tenantId: string, keyId: string): Promise<ApiKey>;
  /** The key's record, also when it is revoked or expired (see `isUsable`); null for an unknown key. */
  findKey(key: string): Promise<ApiKey | null>;
}

export const isUsable = (key: ApiKey, now: Date): boolean =>
  key.revoked_at === undefined &&
  (key.expires_at_time === undefined || Date.parse(key.expires_at_time) > now.getTime());

export function createAccountStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
  now?: () => Date;
}): AccountStore {
  const { client, table } = deps;
  const now = deps.now ?? (() => new Date());
  const keyOf = (hash: string) => ({ pk: `KEY#${hash}`, sk: 'KEY' });

  async function store(key: string, wanted: NewApiKey): Promise<ApiKey> {
    if (key.length < MIN_KEY_LENGTH) {
      throw new TypeError(
        `An API key has at least ${MIN_KEY_LENGTH} characters; this one has ${key.length}.`,
      );
    }
    const hash = hashOf(key);
    const record = apiKeySchema.parse({
      key_id: hash.slice(0, 16),
      tenant_id: wanted.tenant_id,
      name: wanted.name,
      scopes: [...wanted.scopes],
      created_at: now().toISOString(),
      ...(wanted.expires_at === undefined ? {} : { expires_at_time: wanted.expires_at.toISOString() }),
    });
    // The listing first: a crash between the two writes leaves a line without a key, never a key nobody can see.
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { pk: tenantPartition(wanted.tenant_id, 'KEYS'), sk: record.key_id, hash },
      }),
    );
    await client.send(new PutCommand({ TableName: table, Item: { ...record, ...keyOf(hash) } }));
    return record;
  }

  async function listHashes(tenantId: string): Promise<string[]> {
    const hashes: string[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'KEYS') },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      hashes.push(...(page.Items ?? []).map((item) => z.string().parse(item['hash'])));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return hashes;
  }

  return {
    async createKey(wanted) {
      const key = `iok_${randomBytes(32).toString('base64url')}`;
      return { key, record: await store(key, wanted) };
    },

    async seedKey(key, wanted) {
      const known = await this.findKey(key);
      return known !== null && known.tenant_id === wanted.tenant_id && isUsable(known, now())
        ? known
        : store(key, wanted);
    },

    async listKeys(tenantId) {
      const hashes = await listHashes(tenantId);
      const records: ApiKey[] = [];
      // BatchGetItem takes at most 100 keys.
      for (let from = 0; from < hashes.length; from += 100) {
        let keys: Record<string, unknown>[] = hashes.slice(from, from + 100).map(keyOf);
        while (keys.length > 0) {
          const answer = await client.send(
            new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
          );
          records.push(...(answer.Responses?.[table] ?? []).map((item) => apiKeySchema.parse(item)));
          keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        }
      }
      return records.sort((a, b) => a.created_at.localeCompare(b.created_at));
    },

    async revokeKey(tenantId, keyId) {
      const hash = (await listHashes(tenantId)).find((each) => each.startsWith(keyId));
      if (hash === undefined || keyId.length !== 16) {
        throw new ApiKeyNotFoundError(
          `The tenant ${tenantId} has no API key ${keyId}; list them with "office keys list".`,
        );
      }
      const answer = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(hash),
          UpdateExpression: 'SET revoked_at = if_not_exists(revoked_at, :now)',
          ExpressionAttributeValues: { ':now': now().toISOString() },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return apiKeySchema.parse(answer.Attributes);
    },

    async findKey(key) {
      const answer = await client.send(new GetCommand({ TableName: table, Key: keyOf(hashOf(key)) }));
      return answer.Item === undefined ? null : apiKeySchema.parse(answer.Item);
    },
  };
}
