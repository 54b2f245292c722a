import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from '../../../lambdas/receptionist/rate-limiter.ts';
import type { TenantLimits } from '../../../lambdas/shared/stores/limit-store.ts';
import { fakeOffice, otherKey, readerKey } from '../../helpers/receptionist-fakes.ts';

/** An office with limits of tenant `acme`, whose clock can be moved. */
function limitedOffice(limits: Partial<TenantLimits>) {
  const clock = { at: Date.parse('2026-05-01T12:00:15Z') };
  const stored = { tenant: {}, keys: new Map(), ...limits };
  const sums = new Map<string, number>();
  const windows: number[] = [];
  let reads = 0;
  const now = () => new Date(clock.at);
  const office = fakeOffice({
    now,
    limiter: createRateLimiter({
      counter: {
        add: async (id, start, count, windowSeconds) => {
          const sum = (sums.get(`${id}@${start}`) ?? 0) + count;
          sums.set(`${id}@${start}`, sum);
          windows.push(windowSeconds);
          return sum;
        },
      },
      limit: 600,
      now,
    }),
    limitsOf: async (tenantId) => {
      reads += 1;
      return tenantId === 'acme' ? stored : { tenant: {}, keys: new Map() };
    },
  });
  const submit = (headers: Record<string, string> = {}) =>
    office.request('POST', '/tasks', { body: { description: 'x' }, headers });
  return { office, clock, submit, stored, reads: () => reads };
}

describe('limits that a tenant was given', () => {
  it('count all of its keys together, and nobody else’s', async () => {
    const { office } = limitedOffice({ tenant: { requests_per_minute: 3 } });
    const first = await office.request('GET', '/tasks');
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=600;w=60, "tenant";q=3;w=60');
    expect(first.headers.get('ratelimit')).toBe('"key";r=599;t=45, "tenant";r=2;t=45');
    await office.request('GET', '/tasks', { key: readerKey });
    await office.request('GET', '/tasks');
    const refused = await office.request('GET', '/tasks', { key: readerKey });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('45');
    expect(await refused.text()).toContain('The tenant may make 3 requests in 60 seconds');
    expect((await office.request('GET', '/tasks', { key: otherKey })).status).toBe(200);
  });

  it('may be a key’s own, in the place of the office’s', async () => {
    const id = createHash('sha256').update('reader').digest('hex').slice(0, 16);
    const { office } = limitedOffice({ keys: new Map([[id, { requests_per_minute: 1 }]]) });
    const first = await office.request('GET', '/tasks', { key: readerKey });
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=1;w=60');
    expect((await office.request('GET', '/tasks', { key: readerKey })).status).toBe(429);
    expect((await office.request('GET', '/tasks')).headers.get('ratelimit-policy')).toBe('"key";q=600;w=60');
  });

  it('hold for tasks of a day: what is over them is refused and not accepted', async () => {
    const { office, submit, clock } = limitedOffice({ tenant: { tasks_per_day: 2 } });
    expect((await submit()).status).toBe(202);
    expect((await submit()).status).toBe(202);
    const refused = await submit();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toBe('"tenant-tasks";r=0;t=43185');
    expect(Number(refused.headers.get('retry-after'))).toBe(43_185);
    expect(office.tasks.size).toBe(2);
    // Reading goes on, and so does the next day.
    expect((await office.request('GET', '/tasks')).status).toBe(200);
    clock.at += 43_185_000;
    expect((await submit()).status).toBe(202);
  });

  it('don’t count a request that is repeated with its Idempotency-Key, nor one that is refused', async () => {
    const { office, submit } = limitedOffice({ tenant: { tasks_per_day: 2 } });
    const headers = { 'idempotency-key': 'same' };
    for (let n = 0; n < 3; n++) expect((await submit(headers)).status).toBe(202);
    expect((await office.request('POST', '/tasks', { body: { description: '' } })).status).toBe(400);
    expect((await submit()).status).toBe(202);
    expect((await submit()).status).toBe(429);
  });

  it('are read once a minute, and then as they have become', async () => {
    const { office, clock, stored, reads } = limitedOffice({ tenant: { requests_per_minute: 1 } });
    await office.request('GET', '/tasks');
    expect((await office.request('GET', '/tasks')).status).toBe(429);
    expect(reads()).toBe(1);
    stored.tenant = { requests_per_minute: 5 };
    clock.at += 60_000;
    for (let n = 0; n < 5; n++) expect((await office.request('GET', '/tasks')).status).toBe(200);
    expect((await office.request('GET', '/tasks')).status).toBe(429);
    expect(reads()).toBe(2);
  });
});
