import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWebhookStore, type Notice } from '../../../../lambdas/shared/stores/webhook-store.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

describe('the notice of an end', () => {
  it('is changed only by who has read it as it is', async () => {
    const store = createWebhookStore(table);
    const key = { tenant_id: 'acme', task_id: 't1' };
    const next_at = '2026-05-01T12:00:00.000Z';
    const first: Notice = { ...key, message_id: 'msg_t1_1', status: 'pending', attempts: 0, next_at };
    const tried: Notice = { ...first, attempts: 1 };
    await store.put(first);
    expect(await store.change(first, tried)).toBe(true);
    expect(await store.change(first, { ...first, status: 'delivered', attempts: 1 })).toBe(false);
    expect(await store.get(key)).toEqual(tried);

    const second: Notice = { ...first, message_id: 'msg_t1_2', attempts: 1 };
    await store.put(second);
    expect(await store.change(tried, { ...tried, attempts: 2 })).toBe(false);
    expect(await store.get(key)).toEqual(second);
  });
});

describe('the silence of a receiver', () => {
  it('is noted by one of many, for the whole receiver and for one tenant', async () => {
    const store = createWebhookStore(table);
    const silence = (times: number) => ({ times, until: '2026-05-01T12:00:00.000Z' });
    const urls = ['https://example.com/a', 'https://example.com/b?c=d'];
    const noted = await Promise.all(urls.map((url) => store.hush('acme', url, null, silence(1))));
    expect(noted.sort()).toEqual([false, true]);
    for (const url of urls) expect(await store.silence('acme', url)).toEqual(silence(1));
    expect(await store.silence('acme', 'https://example.com:8443/a')).toBeNull();
    expect(await store.silence('other', 'https://example.com/a')).toBeNull();
    expect(await store.isDisabled('acme', 'https://example.com/a')).toBe(false);

    const asked = [1, 2, 3].map(() => store.hush('acme', 'https://example.com/a', silence(1), silence(2)));
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    await store.hear('acme', 'https://example.com/b?c=d');
    expect(await store.silence('acme', 'https://example.com/a')).toBeNull();
  });
});
