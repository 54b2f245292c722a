import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/** Counts of requests by key and window, one item each; gone an hour after the window by the table's time to live. */
export function createRateCounter(deps: { client: Pick<DynamoDBDocumentClient, 'send'>; table: string }): {
  /** Adds to the count of the window that starts at `start` (epoch seconds) and returns the sum. */
  add(keyId: string, start: number, count: number, windowSeconds?: number): Promise<number>;
} {
  return {
    async add(keyId, start, count, windowSeconds = 60) {
      const answer = await deps.client.send(
        new UpdateCommand({
          TableName: deps.table,
          Key: { pk: `RATE#${keyId}`, sk: String(start) },
          UpdateExpression: 'SET expires_at = :expiry ADD requests :count',
          ExpressionAttributeValues: { ':count': count, ':expiry': start + windowSeconds + 3_600 },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return z.number().parse(answer.Attributes?.['requests']);
    },
  };
}
