import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { claimCheckSchema } from '../../../schemas/references.ts';
import { type PlanDocument, planDocumentSchema } from '../../../schemas/roles.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import type { ClaimChecks } from '../claim-check.ts';
import { parse } from '../parse.ts';
import { sortKey, taskPartition } from './keys.ts';

const itemSchema = z.object({ iteration: z.int(), plan_hash: z.string(), document: claimCheckSchema });

export type StoredPlan = PlanDocument & { readonly iteration: number };

/** The plans of a task; the planner writes them with the event that announces them. */
export interface PlanStore {
  /** Of one subtask, by iteration. */
  list(key: TaskKey, subtaskId: string): Promise<StoredPlan[]>;
}

export function createPlanStore(deps: {
  client: DynamoDBDocumentClient;
  table: string;
  claims: ClaimChecks;
}): PlanStore {
  return {
    async list(key, subtaskId) {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: {
            ':pk': taskPartition(key),
            ':prefix': sortKey.plan(subtaskId, 0).slice(0, -3),
          },
          ConsistentRead: true,
        }),
      );
      return Promise.all(
        (page.Items ?? []).map(async (item) => {
          const { document, iteration } = parse(itemSchema, item);
          return { ...(await deps.claims.checkOut(document, planDocumentSchema)), iteration };
        }),
      );
    },
  };
}
