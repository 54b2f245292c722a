import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from '../../../lambdas/receptionist/rate-limiter.ts';
import { adminKey, fakeOffice, otherKey, readerKey } from '../../helpers/receptionist-fakes.ts';

describe('API keys', () => {
  it.each([
    ['no header', null, {}],
    ['another scheme', null, { authorization: 'Basic abc' }],
    ['an unknown key', 'unknown-key-000000', {}],
    ['a key with control characters', null, { authorization: 'Bearer a\tb' }],
  ])('answers 401 with a challenge to %s', async (_name, key, headers) => {
    const answer = await fakeOffice().request('GET', '/tasks', { key, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer realm="office"');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('refuses an expired and a revoked key', async () => {
    const office = fakeOffice();
    const record = office.keys.get(adminKey);
    if (record === undefined) throw new Error('The fake has no admin key.');
    office.keys.set('expired-key-000000', { ...record, expires_at_time: '2026-05-01T11:59:59.000Z' });
    office.keys.set('revoked-key-000000', { ...record, revoked_at: '2026-01-01T00:00:00.000Z' });
    expect((await office.request('GET', '/tasks', { key: 'expired-key-000000' })).status).toBe(401);
    expect((await office.request('GET', '/tasks', { key: 'revoked-key-000000' })).status).toBe(401);
  });

  it('asks the store once a minute for a key', async () => {
    let asked = 0;
    let time = Date.parse('2026-05-01T12:00:00Z');
    const office = fakeOffice({ now: () => new Date(time) });
    const find = office.deps.accounts.findKey;
    Object.assign(office.deps.accounts, {
      findKey: (key: string) => {
        asked += 1;
        return find(key);
      },
    });
    for (let i = 0; i < 5; i += 1) await office.request('GET', '/tasks');
    expect(asked).toBe(1);
    time += 61_000;
    await office.request('GET', '/tasks');
    expect(asked).toBe(2);
  });

  it('needs no key for health, OpenAPI and docs', async () => {
    const office = fakeOffice();
    expect(await (await office.request('GET', '/health', { key: null })).json()).toEqual({
      status: 'ok',
      version: '0.0.0',
      engine: 'fake',
      models: { planner: ['offline'] },
    });
    expect((await office.request('GET', '/openapi.json', { key: null })).status).toBe(200);
    expect((await office.request('GET', '/docs', { key: null })).status).toBe(200);
  });

  it.each([
    ['PUT', '/tools/my_tool'],
    ['POST', '/tools/math_calculator/invoke'],
    ['PUT', '/budget'],
    ['PUT', '/models/routes'],
    ['GET', '/audit'],
    ['GET', '/approvals'],
  ])('keeps %s %s from a key that only reads', async (method, path) => {
    expect(
      (await fakeOffice().request(method, path, { key: readerKey, body: method === 'GET' ? undefined : {} }))
        .status,
    ).toBe(403);
  });

  it('shows nothing of another tenant', async () => {
    const office = fakeOffice();
    const { task_id } = await (await office.request('POST', '/tasks', { body: { description: 'x' } })).json();
    for (const path of ['', '/status', '/logs', '/events', '/plans', '/artifacts', '/artifacts/a.txt']) {
      expect((await office.request('GET', `/tasks/${task_id}${path}`, { key: otherKey })).status).toBe(404);
    }
    for (const [path, body] of [
      ['/cancel', undefined],
      ['/start', undefined],
      ['/feedback', { rating: 5 }],
    ] as const) {
      expect((await office.request('POST', `/tasks/${task_id}${path}`, { key: otherKey, body })).status).toBe(
        404,
      );
    }
    expect((await (await office.request('GET', '/tasks', { key: otherKey })).json()).tasks).toEqual([]);
  });
});

describe('the rate limit', () => {
  const limited = (limit: number, counter = sharedCounter()) =>
    createRateLimiter({ counter, limit, now: () => new Date('2026-05-01T12:00:15Z') });

  function sharedCounter() {
    let sum = 0;
    const writes: number[] = [];
    return {
      writes,
      add: async (_key: string, _start: number, count: number) => {
        writes.push(count);
        sum += count;
        return sum;
      },
    };
  }

  it('answers 429 with Retry-After and what is left', async () => {
    const office = fakeOffice({ limiter: limited(2) });
    const first = await office.request('GET', '/tasks');
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=2;w=60');
    expect(first.headers.get('ratelimit')).toBe('"key";r=1;t=45');
    await office.request('GET', '/tasks');
    const third = await office.request('GET', '/tasks');
    expect(third.status).toBe(429);
    expect(third.headers.get('retry-after')).toBe('45');
    expect(third.headers.get('ratelimit')).toBe('"key";r=0;t=45');
  });

  it.each([
    ['GET', '/tasks/nothing', adminKey, 404],
    ['GET', '/tasks?limit=0', adminKey, 400],
    ['GET', '/dead-letters?cursor=x', adminKey, 400],
    ['PUT', '/budget', readerKey, 403],
  ])('is told by %s %s too, which was counted and refused', async (method, path, key, status) => {
    const answer = await fakeOffice({ limiter: limited(2) }).request(method, path, { key });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('ratelimit')).toBe('"key";r=1;t=45');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('lets exactly the limit through, over all processes', async () => {
    const counter = sharedCounter();
    const processes = Array.from({ length: 4 }, () => limited(100, counter));
    const decisions = await Promise.all(Array.from({ length: 400 }, (_, i) => processes[i % 4]?.take('key')));
    expect(decisions.filter((decision) => decision?.allowed)).toHaveLength(100);
  });

  it('writes the counter a twentieth as often as it is asked', async () => {
    const counter = sharedCounter();
    const limiter = limited(600, counter);
    for (let i = 0; i < 600; i += 1) expect((await limiter.take('key')).allowed).toBe(true);
    expect(counter.writes).toHaveLength(20);
  });
});
