import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { tenantPartition } from './keys.ts';

const policyItemSchema = z.object({ name: z.string(), text: z.string(), updated_at: z.iso.datetime() });
export type StoredPolicy = z.infer<typeof policyItemSchema>;

/** A tenant's own Cedar policies, by name. They are checked before they get here. */
export interface PolicyStore {
  list(tenantId: string): Promise<StoredPolicy[]>;
  put(tenantId: string, policy: StoredPolicy): Promise<void>;
  /** False when it was not there. */
  remove(tenantId: string, name: string): Promise<boolean>;
}

export function createPolicyStore(deps: { client: DynamoDBDocumentClient; table: string }): PolicyStore {
  const { client, table } = deps;
  const keyOf = (tenantId: string, name: string) => ({ pk: tenantPartition(tenantId, 'POLICIES'), sk: name });
  return {
    async list(tenantId) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'POLICIES') },
        }),
      );
      return (page.Items ?? []).map((item) => policyItemSchema.parse(item));
    },
    async put(tenantId, policy) {
      await client.send(
        new PutCommand({ TableName: table, Item: { ...keyOf(tenantId, policy.name), ...policy } }),
      );
    },
    async remove(tenantId, name) {
      const answer = await client.send(
        new DeleteCommand({ TableName: table, Key: keyOf(tenantId, name), ReturnValues: 'ALL_OLD' }),
      );
      return answer.Attributes !== undefined;
    },
  };
}
