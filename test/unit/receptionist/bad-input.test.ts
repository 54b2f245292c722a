import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_BODY_BYTES, MAX_SKIPPED_BYTES, readJson } from '../../../lambdas/receptionist/request-body.ts';
import { type Answered, fakeOffice } from '../../helpers/receptionist-fakes.ts';

const post = (raw: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) =>
  fakeOffice().request('POST', '/tasks', { raw, headers });

async function problem(answer: Answered) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const body = await answer.json();
  expect(body).toMatchObject({ type: expect.any(String), title: expect.any(String), status: answer.status });
  return body;
}

describe('bodies', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{"description": '],
    ['a list', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['an unknown field', '{"description":"x","desciption":"y"}'],
    ['a wrong type', '{"description":1}'],
    ['an empty description', '{"description":""}'],
    ['a blank description', '{"description":" \\n\\u00a0"}'],
    ['a blank criterion', '{"description":"x","criteria":[" "]}'],
    ['a NUL', '{"description":"a\\u0000b"}'],
    ['a lone surrogate', '{"description":"a\\ud800b"}'],
    ['a lone surrogate in a name', '{"description":"x","metadata":{"\\ud800":"y"}}'],
    ['__proto__', '{"description":"x","__proto__":{"admin":true}}'],
    ['__proto__ inside', '{"description":"x","metadata":{"__proto__":"y"}}'],
    ['constructor', '{"description":"x","constructor":{"prototype":{}}}'],
    ['a deep nesting', `{"description":"x","plan":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a number beyond JSON', '{"description":"x","constraints":{"max_cost_usd":1e999}}'],
    ['a number beyond the store', '{"description":"x","constraints":{"max_duration":1e300}}'],
    ['a webhook with a password', '{"description":"x","webhook":{"url":"https://u:p@example.com/"}}'],
    ['a webhook with a user name', '{"description":"x","webhook":{"url":"https://u@example.com/"}}'],
    [
      'a webhook secret that signs nothing',
      `{"description":"x","webhook":{"url":"https://example.com/","secret":"whsec_aaaa=${'a'.repeat(24)}"}}`,
    ],
    ['a broken plan', '{"description":"x","plan":{"steps":[]}}'],
  ])('refuses %s with 400', async (_name, raw) => {
    const answer = await post(raw);
    expect(answer.status).toBe(400);
    await problem(answer);
  });

  it('says where a plan breaks its contract', async () => {
    const body = {
      description: 'x',
      plan: { plan_id: 'p', task_id: 't', metadata: {}, steps: [{ step_id: 's' }] },
    };
    const { errors } = await problem(await post(JSON.stringify(body)));
    expect(errors.map(({ path }: { path: string }) => path)).toEqual([
      'plan.steps.0.action',
      'plan.steps.0.inputs',
      'plan.steps.0.idempotency_key',
    ]);
  });

  it('says which file of a workspace is wrong, and not that a union does not fit', async () => {
    const body = { description: 'x', workspace: { files: [{ path: 'a' }] } };
    const { errors } = await problem(await post(JSON.stringify(body)));
    expect(errors).toEqual([expect.objectContaining({ path: 'workspace.files.0.content' })]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    expect((await post(new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'refuses %s with 415',
    async (type) => {
      expect((await post('{"description":"x"}', { 'content-type': type })).status).toBe(415);
    },
  );

  it('refuses a body that is compressed, and says what it takes', async () => {
    const answer = await post('{"description":"x"}', { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    await problem(answer);
  });

  it('refuses an announced body that is too large', async () => {
    const answer = await post('{}', { 'content-length': String(MAX_BODY_BYTES + 1) });
    expect(answer.status).toBe(413);
  });

  /** A request that sends megabytes of white space and announces no length; counts them. */
  function megabytes(most: number) {
    const sent = { bytes: 0 };
    const body = new ReadableStream({
      pull(controller) {
        sent.bytes += 1_000_000;
        controller.enqueue(new Uint8Array(1_000_000).fill(0x20));
        if (sent.bytes >= most) controller.close();
      },
    });
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    return { request: new Request('http://office/tasks', init), sent };
  }

  it('counts the bytes of a body that announces nothing, and cuts off one that never ends', async () => {
    const { request, sent } = megabytes(Number.POSITIVE_INFINITY);
    await expect(readJson(request)).rejects.toMatchObject({ status: 413 });
    expect(sent.bytes).toBeLessThan(MAX_BODY_BYTES + MAX_SKIPPED_BYTES + 3_000_000);
  });

  it('reads a body that is too large to its end, so that its connection serves the next request', async () => {
    const { request, sent } = megabytes(12_000_000);
    await expect(readJson(request)).rejects.toMatchObject({ status: 413 });
    expect(sent.bytes).toBe(12_000_000);
  });

  it('accepts a NUL inside a file', async () => {
    const body = { description: 'x', workspace: { files: [{ path: 'a', content: 'a\u0000b' }] } };
    expect((await post(JSON.stringify(body))).status).toBe(202);
  });

  it('never answers 500 to any JSON', async () => {
    const office = fakeOffice();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const answer = await office.request('POST', '/tasks', { raw: JSON.stringify(value) });
        expect(answer.status).toBe(400);
      }),
      { numRuns: 100 },
    );
    expect(office.errors).toEqual([]);
  });

  it('never answers 500 to a submission with any one field replaced', async () => {
    const office = fakeOffice();
    const good = {
      description: 'x',
      constraints: {},
      criteria: [],
      priority: 'low',
      metadata: {},
      plan: null,
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(good), 'workspace', 'webhook', 'dry_run', 'extra'),
        fc.jsonValue({ maxDepth: 3 }),
        async (field, value) => {
          const answer = await office.request('POST', '/tasks', { body: { ...good, [field]: value } });
          expect([202, 400]).toContain(answer.status);
        },
      ),
      { numRuns: 150 },
    );
    expect(office.errors).toEqual([]);
  });
});

describe('paths and methods', () => {
  it('answers 404 as a problem where nothing is', async () => {
    const answer = await fakeOffice().request('GET', '/nothing/here', { key: null });
    expect(answer.status).toBe(404);
    await problem(answer);
  });

  it('answers 405 with Allow', async () => {
    const answer = await fakeOffice().request('DELETE', '/tasks');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST, GET, HEAD');
    await problem(answer);
  });

  it.each(['%00', '%ZZ', '..%2f..', 'a%0ab', 'x'.repeat(5_000), '%F0%9F%92%A9', '__proto__'])(
    'answers 404 to the task id %s',
    async (id) => {
      const answer = await fakeOffice().request('GET', `/tasks/${id}`);
      expect(answer.status).toBe(404);
      await problem(answer);
    },
  );

  it.each([
    '/tasks?limit=0',
    '/tasks?limit=x',
    '/tasks?status=flying',
    '/dead-letters?cursor=x',
    '/approvals?cursor=x',
    '/audit?cursor=x',
    '/usage?from=2026-02-30',
    '/usage?from=2026-05-02&to=2026-05-01',
    '/approvals?status=maybe',
    '/tasks/x/logs?cursor=ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
  ])('answers 400 to %s', async (path) => {
    expect((await fakeOffice().request('GET', path)).status).toBe(400);
  });

  it.each(['/tasks?status=&limit=&cursor=', '/usage?from=&to=', '/audit?cursor=', '/approvals?status='])(
    'takes an empty parameter for none in %s',
    async (path) => {
      expect((await fakeOffice().request('GET', path)).status).toBe(200);
    },
  );

  it('sums up usage up to the first day there is', async () => {
    const asked: unknown[] = [];
    const office = fakeOffice();
    Object.assign(office.deps.accounting, {
      usage: async (_tenant: string, range: unknown) => {
        asked.push(range);
        return {};
      },
    });
    expect((await office.request('GET', '/usage?to=0000-01-02')).status).toBe(200);
    expect(asked).toEqual([{ from: '0000-01-01', to: '0000-01-02' }]);
  });

  it('answers 400 to a Last-Event-ID that no event can have', async () => {
    const headers = { 'last-event-id': 'ZZZZZZZZZZZZZZZZZZZZZZZZZZ' };
    expect((await fakeOffice().request('GET', '/tasks/x/events', { headers })).status).toBe(400);
  });

  it('answers an unforeseen failure without its detail, and logs it once', async () => {
    const office = fakeOffice();
    Object.assign(office.deps.tasks, {
      list: async () => {
        throw new Error('secret detail');
      },
    });
    const answer = await office.request('GET', '/tasks');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(await problem(answer))).not.toContain('secret');
    expect(office.errors).toHaveLength(1);
  });
});
