import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { createTaskStore, InvalidCursorError } from '../../../../lambdas/shared/stores/task-store.ts';

const lastKey = {
  pk: 'T#acme#01TASK',
  sk: 'META',
  gsi1pk: 'T#acme#TASKS',
  gsi1sk: '2026-05-01T12:00:00.000Z#01TASK',
};

/** A store whose table has no tasks and yet another page, and the start keys it was asked with. */
function pagedStore() {
  const starts: unknown[] = [];
  const client = {
    send: async ({ input }: { input: { ExclusiveStartKey?: unknown } }) => {
      starts.push(input.ExclusiveStartKey);
      return { Items: [], LastEvaluatedKey: lastKey };
    },
  } as unknown as DynamoDBDocumentClient;
  return { store: createTaskStore({ client, table: 'tasks' }), starts };
}
const written = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

describe('the cursor of a list of tasks', () => {
  it('goes on where the page ended', async () => {
    const { store, starts } = pagedStore();
    const { cursor } = await store.list('acme', { limit: 1 });
    await store.list('acme', { limit: 1, cursor: cursor ?? '' });
    expect(starts).toEqual([undefined, lastKey]);
  });

  it.each([
    ['no key', []],
    ['a key of another tenant', { ...lastKey, gsi1pk: 'T#other#TASKS' }],
    ["another tenant's task", { ...lastKey, pk: 'T#other#01TASK' }],
    ['another item', { ...lastKey, sk: 'EVENT#1' }],
    ['a number', { ...lastKey, sk: 5 }],
    ['an empty part', { ...lastKey, gsi1sk: '' }],
    ['a part more', { ...lastKey, extra: 1 }],
    ['a part less', { pk: lastKey.pk, sk: lastKey.sk, gsi1pk: lastKey.gsi1pk }],
  ])('is refused with %s', async (_name, key) => {
    const { store, starts } = pagedStore();
    await expect(store.list('acme', { limit: 1, cursor: written(key) })).rejects.toThrow(InvalidCursorError);
    expect(starts).toEqual([]);
  });
});
