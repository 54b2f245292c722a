import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { range, sortKey, taskPartition } from '../../lambdas/shared/stores/keys.ts';
import type { TaskStore } from '../../lambdas/shared/stores/task-store.ts';

const PAGE = 1_000;

/**
 * Claims of steps outlive their holder by the step's time limit, because a Lambda can't know whether another one
 * still runs. Here it is known: whoever held a claim when this process starts died with the one before. Ending their
 * claims now lets interrupted steps be reconciled at once instead of minutes later. Returns how many there were.
 */
export async function expireOrphanedClaims(deps: {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly tasks: Pick<TaskStore, 'listActive'>;
  readonly now: Date;
}): Promise<number> {
  const { client, table } = deps;
  const [first, last] = range(sortKey.receipt('', '').slice(0, -1));
  let expired = 0;
  for await (const task of activeTasks(deps.tasks)) {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        FilterExpression: '#state = :claimed',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':pk': taskPartition(task),
          ':first': first,
          ':last': last,
          ':claimed': 'claimed',
        },
      }),
    );
    for (const { pk, sk } of page.Items ?? []) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk },
          UpdateExpression: 'SET claim_expires_at = :now',
          ExpressionAttributeValues: { ':now': deps.now.toISOString() },
        }),
      );
      expired += 1;
    }
  }
  return expired;
}

async function* activeTasks(tasks: Pick<TaskStore, 'listActive'>) {
  let after: string | null = '';
  while (after !== null) {
    const page: Awaited<ReturnType<TaskStore['listActive']>> = await tasks.listActive({
      limit: PAGE,
      ...(after === '' ? {} : { after }),
    });
    yield* page.tasks;
    after = page.next;
  }
}
