import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { StoredFeedback } from '../../../schemas/http.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { taskPartition } from './keys.ts';

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
  return {
    async list(key) {
      const documents: TaskDocument[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            // `$` follows `#`: past every verdict.
            ExpressionAttributeValues: { ':pk': taskPartition(key), ':from': 'PLAN#', ':to': 'VERDICT$' },
            ConsistentRead: true,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        documents.push(...(page.Items ?? []).map((item) => ({ sk: String(item['sk']), item })));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return documents;
    },

    async putFeedback(key, feedback) {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...feedback, pk: taskPartition(key), sk: `FEEDBACK#${feedback.feedback_id}` },
        }),
      );
    },
  };
}
