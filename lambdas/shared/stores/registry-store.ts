import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { type ToolManifest, toolManifestSchema } from '../../../schemas/tool.ts';
import { OfficeError } from '../errors.ts';
import { tenantPartition } from './keys.ts';

/** A tool's version is immutable: what a plan was authorised against must stay what it was. */
export class ToolVersionExistsError extends OfficeError {
  override readonly name = 'ToolVersionExistsError';
}

/**
 * The tools a tenant registered besides the built-in ones.
 *
 * Items (table REGISTRY_TABLE, `pk = T#<tenant>#TOOLS`): `LATEST#<name>` is what lists and plans see,
 * `VERSION#<name>#<version>` keeps every version.
 */
export interface RegistryStore {
  list(tenantId: string): Promise<ToolManifest[]>;
  /** The named version, or the latest; null when there is none. */
  get(tenantId: string, name: string, version?: string): Promise<ToolManifest | null>;
  /**
   * Registers a version and makes it the latest. The same manifest again changes nothing.
   * @throws ToolVersionExistsError when the version exists with another content
   */
  put(tenantId: string, manifest: ToolManifest): Promise<void>;
  /** Takes the tool out of lists and plans; its versions stay readable. False when it was not there. */
  remove(tenantId: string, name: string): Promise<boolean>;
}

/** The manifest is kept as JSON text: an item's maps nest 32 levels at most, schemas may nest deeper. */
const parse = (item: Record<string, unknown>): z.infer<typeof toolManifestSchema> =>
  toolManifestSchema.parse(JSON.parse(String(item['manifest'])));

export function createRegistryStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): RegistryStore {
  const { client, table } = deps;
  const latest = (tenantId: string, name: string) => ({
    pk: tenantPartition(tenantId, 'TOOLS'),
    sk: `LATEST#${name}`,
  });
  const versioned = (tenantId: string, name: string, version: string) => ({
    pk: tenantPartition(tenantId, 'TOOLS'),
    sk: `VERSION#${name}#${version}`,
  });

  return {
    async list(tenantId) {
      const manifests: ToolManifest[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :latest)',
            ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'TOOLS'), ':latest': 'LATEST#' },
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        manifests.push(...(page.Items ?? []).map(parse));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return manifests;
    },

    async get(tenantId, name, version) {
      const Key = version === undefined ? latest(tenantId, name) : versioned(tenantId, name, version);
      const answer = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return answer.Item === undefined ? null : parse(answer.Item);
    },

    async put(tenantId, manifest) {
      const text = JSON.stringify(manifest);
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...versioned(tenantId, manifest.name, manifest.version), manifest: text },
            ConditionExpression: 'attribute_not_exists(pk) OR manifest = :same',
            ExpressionAttributeValues: { ':same': text },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new ToolVersionExistsError(
          `Version ${manifest.version} of ${manifest.name} is registered with another content; raise the version.`,
        );
      }
      await client.send(
        new PutCommand({ TableName: table, Item: { ...latest(tenantId, manifest.name), manifest: text } }),
      );
    },

    async remove(tenantId, name) {
      const answer = await client.send(
        new DeleteCommand({ TableName: table, Key: latest(tenantId, name), ReturnValues: 'ALL_OLD' }),
      );
      return answer.Attributes !== undefined;
    },
  };
}
