import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { StoredFeedback } from '../../../schemas/http.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { expiry, taskPartition } from './keys.ts';

export interface TaskDocument {
  readonly sk: string;
  readonly item: Record<string, unknown>;
}

/** A task's plans and verdicts as their roles stored them, and what people thought of its result. */
export interface TaskDocuments {
  /** Every item from `PLAN#` to `VERDICT#`, receipts and reviews in between, in key order. */
  list(key: TaskKey): Promise<TaskDocument[]>;
  putFeedback(key: TaskKey, feedback: StoredFeedback): Promise<void>;
}

export function createTaskDocuments(deps: {
  client: Pick<DynamoDBDocumentClient, 'send'>;
  table: string;
}): TaskDocuments {
  const { client, table } = deps;

  async function query(key: TaskKey, from: string, to: string): Promise<TaskDocument[]> {
    const documents: TaskDocument[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': taskPartition(key), ':from': from, ':to': to },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      documents.push(...(page.Items ?? []).map((item) => ({ sk: String(item['sk']), item })));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return documents;
  }

  return {
    // `$` follows `#`: past every verdict.
    list: (key) => query(key, 'PLAN#', 'VERDICT$'),

    async putFeedback(key, feedback) {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...feedback,
            pk: taskPartition(key),
            sk: `FEEDBACK#${feedback.feedback_id}`,
            expires_at: expiry(new Date(feedback.created_at)),
          },
        }),
      );
    },
  };
}
