import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createIdempotencyStore,
  LEASE_SECONDS,
} from '../../../../lambdas/shared/stores/idempotency-store.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

let time = Date.parse('2026-05-01T12:00:00Z');
const store = () => createIdempotencyStore({ ...table, now: () => new Date(time) });
let count = 0;
const fresh = () => {
  count += 1;
  return { tenant_id: 'acme', key: `key ${count} ☂`, fingerprint: 'a' };
};
const answer = { status: 202, body: '{"x":1}', headers: { location: '/x' } };

describe('the idempotency store', () => {
  it('lets one of 100 claims win', async () => {
    const request = fresh();
    const claims = await Promise.all(
      Array.from({ length: 100 }, (_, i) => store().claim(request, { holder: `h${i}`, subject: `s${i}` })),
    );
    expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ outcome }) => outcome === 'busy')).toHaveLength(99);
  });

  it('gives the answer to whoever asks again', async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    await store().answer(request, 'h', answer);
    expect(await store().claim(request, { holder: 'i', subject: 't' })).toEqual({
      outcome: 'answered',
      answer,
    });
    expect(await store().look(request)).toEqual({ outcome: 'answered', answer });
  });

  it('tells another body from the same one', async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    const other = { ...request, fingerprint: 'b' };
    expect(await store().claim(other, { holder: 'i', subject: 't' })).toEqual({ outcome: 'mismatch' });
    expect(
      await store().claim({ ...other, tenant_id: 'other' }, { holder: 'i', subject: 't' }),
    ).toMatchObject({
      outcome: 'claimed',
    });
  });

  it("hands a dead holder's subject to the next one", async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    time += (LEASE_SECONDS + 1) * 1000;
    const next = await store().claim(request, { holder: 'i', subject: 't' });
    expect(next).toEqual({ outcome: 'claimed', subject: 's', again: true });
    await store().answer(request, 'h', answer);
    expect(await store().look(request)).toEqual({ outcome: 'busy' });
  });

  it('hands over at once when the holder gives up', async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    await store().giveUp(request, 'h');
    expect(await store().claim(request, { holder: 'i', subject: 't' })).toMatchObject({
      outcome: 'claimed',
      subject: 's',
    });
  });

  it('lets a repeated write find its own claim', async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    expect(await store().claim(request, { holder: 'h', subject: 's' })).toEqual({
      outcome: 'claimed',
      subject: 's',
      again: false,
    });
  });

  it('forgets after a day', async () => {
    const request = fresh();
    await store().claim(request, { holder: 'h', subject: 's' });
    await store().answer(request, 'h', answer);
    time += 86_401_000;
    expect(await store().look(request)).toBeNull();
    const other = { ...request, fingerprint: 'b' };
    expect(await store().claim(other, { holder: 'i', subject: 't' })).toMatchObject({
      outcome: 'claimed',
      subject: 't',
    });
  });
});
