import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { tenantPartition } from './keys.ts';

/** An MCP server that a tenant added, with what its tools were when it was last asked. */
export const mcpServerSchema = z.object({
  name: z.string(),
  url: z.string(),
  /** Registered name to a digest of what the server said of the tool. */
  tools: z.record(z.string(), z.string()),
  updated_at: z.iso.datetime(),
});
export type McpServerRecord = z.infer<typeof mcpServerSchema>;

/** Items of the registry's table: `pk = T#<tenant>#MCP`, `sk` the server's name. */
export interface McpServerStore {
  list(tenantId: string): Promise<McpServerRecord[]>;
  get(tenantId: string, name: string): Promise<McpServerRecord | null>;
  put(tenantId: string, server: McpServerRecord): Promise<void>;
  /** False when it was not there. */
  remove(tenantId: string, name: string): Promise<boolean>;
}

export function createMcpServerStore(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): McpServerStore {
  const { client, table: TableName } = deps;
  const keyOf = (tenantId: string, name: string) => ({ pk: tenantPartition(tenantId, 'MCP'), sk: name });
  return {
    async list(tenantId) {
      const page = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'MCP') },
          ConsistentRead: true,
        }),
      );
      return (page.Items ?? []).map((item) => mcpServerSchema.parse(item));
    },
    async get(tenantId, name) {
      const answer = await client.send(
        new GetCommand({ TableName, Key: keyOf(tenantId, name), ConsistentRead: true }),
      );
      return answer.Item === undefined ? null : mcpServerSchema.parse(answer.Item);
    },
    async put(tenantId, server) {
      await client.send(new PutCommand({ TableName, Item: { ...keyOf(tenantId, server.name), ...server } }));
    },
    async remove(tenantId, name) {
      const answer = await client.send(
        new DeleteCommand({ TableName, Key: keyOf(tenantId, name), ReturnValues: 'ALL_OLD' }),
      );
      return answer.Attributes !== undefined;
    },
  };
}
