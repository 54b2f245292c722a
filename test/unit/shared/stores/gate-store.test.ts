import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createGate } from '../../../../lambdas/gate/gate.ts';
import { createGateStore } from '../../../../lambdas/shared/stores/gate-store.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

const key = { tenant_id: 'acme', task_id: 't' };

describe('the gate on its table', () => {
  it('answers the token of the latest try, also when the call of an earlier one arrives after it', async () => {
    const answered: string[] = [];
    const gate = createGate({
      store: createGateStore(table),
      answer: async (token) => void answered.push(token),
    });
    await gate.wait(key, 'late', 'b', { token: 'second try', prerequisites: ['a'] });
    await gate.wait(key, 'late', 'b', { token: 'first try', prerequisites: ['a'] });
    await gate.release(key, 'late', 'a', { status: 'succeeded' });
    expect(answered.sort()).toEqual(['first try', 'second try']);
  });

  it('lets every waiter through when all calls come at once', async () => {
    const answered = new Set<string>();
    const gate = createGate({
      store: createGateStore(table),
      answer: async (token) => void answered.add(token),
    });
    const prerequisites = ['a', 'b', 'c'];
    const waiters = Array.from({ length: 20 }, (_, n) => `w${n}`);
    await Promise.all([
      ...waiters.map((item) => gate.wait(key, 'once', item, { token: `token ${item}`, prerequisites })),
      ...prerequisites.map((item) => gate.release(key, 'once', item, { status: 'succeeded' })),
    ]);
    expect(answered.size).toBe(waiters.length);
  });
});
