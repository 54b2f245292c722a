import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Approval, createApprovalStore } from '../../../../lambdas/shared/stores/approval-store.ts';
import { listApprovalsQuerySchema } from '../../../../schemas/http.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

/** Six of these are more than the megabyte that one read of a table gives. */
const large = 'x'.repeat(200_000);
const question = (task_id: string, minute: number, changes: Partial<Approval> = {}): Approval => ({
  approval_id: `${task_id}:s1:${minute}:approval`,
  kind: 'approval',
  tenant_id: 'acme',
  task_id,
  subtask_id: 's1',
  iteration: minute,
  plan_hash: 'hash',
  reason: 'High risk.',
  steps: [{ step_id: 'risk', action: 'risky', inputs: { text: large } }],
  status: 'pending',
  requested_at: `2026-05-01T12:0${minute}:00.000Z`,
  expires_at_time: '2026-05-02T12:00:00.000Z',
  task_token: 'token',
  ...changes,
});
const minutes = [1, 2, 3, 4, 5, 6, 7, 8];

describe('questions to people', () => {
  it('are all listed, newest first, however large they are', async () => {
    const store = createApprovalStore(table);
    for (const minute of minutes)
      await store.request(
        question('many', minute, minute === 1 || minute === 8 ? {} : { status: 'approved' }),
      );
    const iterations = (found: readonly Approval[]) => found.map(({ iteration }) => iteration);
    const listed = async (options: Parameters<typeof store.list>[1]) =>
      iterations((await store.list('acme', options)).approvals);
    expect(await listed({ limit: 100 })).toEqual([...minutes].reverse());
    expect(await listed({ limit: 3 })).toEqual([8, 7, 6]);
    // The oldest one is still open.
    expect(await listed({ limit: 100, status: 'pending' })).toEqual([8, 1]);
    expect(await store.list('other', { limit: 100 })).toEqual({ approvals: [], cursor: null });
    expect(iterations(await store.listByTask({ tenant_id: 'acme', task_id: 'many' }))).toEqual(minutes);
    expect(await store.listByTask({ tenant_id: 'acme', task_id: 'man' })).toEqual([]);
  });

  it('are listed page by page', async () => {
    const store = createApprovalStore(table);
    for (const minute of minutes)
      await store.request(
        question('paged', minute, {
          tenant_id: 'paged',
          approval_id: `paged:read_1.2:${minute}:approval`,
          ...(minute % 4 === 0 ? {} : { status: 'approved' }),
        }),
      );
    const pages = async (options: { limit: number; status?: 'pending' }) => {
      const found: number[][] = [];
      let cursor: string | null | undefined;
      do {
        const page = await store.list('paged', { ...options, ...(cursor ? { cursor } : {}) });
        found.push(page.approvals.map(({ iteration }) => iteration));
        cursor = listApprovalsQuerySchema.parse({ cursor: page.cursor ?? undefined }).cursor ?? null;
      } while (cursor !== null);
      return found;
    };
    expect(await pages({ limit: 3 })).toEqual([
      [8, 7, 6],
      [5, 4, 3],
      [2, 1],
    ]);
    expect(await pages({ limit: 4 })).toEqual([
      [8, 7, 6, 5],
      [4, 3, 2, 1],
    ]);
    // That none of the older ones is open is known when they have been looked through.
    expect(await pages({ limit: 1, status: 'pending' })).toEqual([[8], [4], []]);
  });

  it('keep their ids to themselves', async () => {
    const store = createApprovalStore(table);
    const first = question('once', 1, { tenant_id: 'solo' });
    await store.request(first);
    await store.request({ ...first, task_token: 'newer' });
    await expect(store.request({ ...first, plan_hash: 'other' })).rejects.toMatchObject({
      name: 'ApprovalIdTakenError',
    });
    const at = '2026-05-01T12:30:00.000Z';
    await store.decide('solo', first.approval_id, { status: 'approved', by: 'key:1', comment: '', at });
    await expect(store.request(first)).rejects.toMatchObject({ name: 'ApprovalIdTakenError' });
    expect(await store.get('solo', first.approval_id)).toMatchObject({
      status: 'approved',
      task_token: 'newer',
    });
  });
});
