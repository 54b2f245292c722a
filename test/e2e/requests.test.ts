import { describe, expect, it } from '@jest/globals';
import { type Accepted, type ProblemView, send } from '../helpers/api-client.ts';

const submit = { description: 'What is 12 + 30?' };
const unknownTask = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

async function refused(sending: Parameters<typeof send>[2], status: number): Promise<ProblemView> {
  const sent = await send<ProblemView>('POST', '/tasks', sending);
  expect({ status: sent.status, text: sent.text }).toMatchObject({ status });
  expect(sent.headers.get('content-type')).toContain('application/problem+json');
  expect(sent.body).toMatchObject({ type: expect.any(String), title: expect.any(String), status });
  return sent.body;
}

describe('what a submission must not hold', () => {
  it.each([
    ['malformed JSON', '{"description":'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no description', '{}'],
    ['an empty description', '{"description":""}'],
    ['a blank description', '{"description":" \\n\\t "}'],
    ['a blank criterion', '{"description":"x","criteria":[" "]}'],
    ['a number for a text', '{"description":5}'],
    ['an unknown field', '{"description":"x","surprise":1}'],
    ['an unknown priority', '{"description":"x","priority":"urgent"}'],
    ['a NUL', '{"description":"a\\u0000b"}'],
    ['a lone surrogate', '{"description":"a\\udc00b"}'],
    ['__proto__', '{"description":"x","__proto__":{"dry_run":true}}'],
    ['constructor', '{"description":"x","constructor":{"prototype":{"x":1}}}'],
    ['deep nesting', `{"description":"x","metadata":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`],
    ['a huge number', '{"description":"x","constraints":{"max_cost_usd":1e400}}'],
    ['a negative limit', '{"description":"x","constraints":{"max_duration":-1}}'],
    ['a webhook with a password', '{"description":"x","webhook":{"url":"https://u:p@example.com/"}}'],
    [
      'a webhook secret that signs nothing',
      `{"description":"x","webhook":{"url":"https://example.com/","secret":"whsec_aaaa=${'a'.repeat(24)}"}}`,
    ],
    ['a webhook that is no address', '{"description":"x","webhook":{"url":"file:///etc/passwd"}}'],
    [
      'a plan without steps',
      '{"description":"x","plan":{"plan_id":"p","task_id":"t","metadata":{},"steps":[]}}',
    ],
    ['an unknown tool', '{"description":"x","constraints":{"allowed_tools":["teleport"]}}'],
  ])('%s', async (_name, raw) => {
    await refused({ raw, headers: { 'content-type': 'application/json' } }, 400);
  });

  it.each([
    ['traversal', ['../a']],
    ['an absolute path', ['/a']],
    ['encoded traversal', ['%2e%2e/a']],
    ['a drive', ['C:\\a']],
    ['a NUL', ['a\u0000b']],
    ['one file twice', ['a', 'a']],
    ['one file in two spellings', ['a/b', './a/b']],
    ['a file that is a folder too', ['a', 'a/b']],
    ['an empty path', ['']],
    ['a name that no record can have', ['__proto__']],
  ])('paths: %s', async (_name, paths) => {
    const files = paths.map((path) => ({ path, content: 'x' }));
    const problem = await refused({ body: { ...submit, workspace: { files } } }, 400);
    expect(problem.errors?.[0]?.path).toMatch(/^workspace\.files\.\d+\.path$/);
  });

  it('base64 that is none', async () => {
    const files = [{ path: 'a', content: '?', encoding: 'base64' }];
    await refused({ body: { ...submit, workspace: { files } } }, 400);
  });

  it('names every field that is wrong', async () => {
    const { errors } = await refused({ body: { description: '', priority: 'x', extra: 1 } }, 400);
    expect(errors?.map(({ path }) => path).sort()).toEqual(['description', 'extra', 'priority']);
  });

  it('more than 5.5 MB', async () => {
    await refused(
      { body: { ...submit, workspace: { files: [{ path: 'a', content: 'x'.repeat(5_600_000) }] } } },
      413,
    );
  });

  it('another type than JSON', async () => {
    await refused(
      { raw: 'description=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    );
  });

  it('a compressed body', async () => {
    await refused({ body: submit, headers: { 'content-encoding': 'gzip' } }, 415);
  });

  it('bytes that are not UTF-8', async () => {
    await refused({ raw: new Uint8Array([0x7b, 0xff, 0x7d]) }, 400);
  });
});

describe('what a submission may hold', () => {
  it.each([
    ['other scripts and emoji', { description: 'Was ist 1 + 1? 一加一 🧮 \u202e' }],
    ['20,000 characters', { description: `What is 1 + 1? ${'x'.repeat(19_985)}` }],
    [
      'every field',
      {
        description: 'What is 1 + 1?',
        constraints: {
          max_duration: 60,
          allowed_tools: ['math_calculator'],
          max_cost_usd: 0.5,
          max_iterations: 2,
        },
        criteria: ['It is 2.'],
        priority: 'high',
        workspace: { files: [] },
        dry_run: true,
        plan: null,
        metadata: { any: 'string' },
      },
    ],
  ])('%s', async (_name, body) => {
    expect((await send('POST', '/tasks', { body })).status).toBe(202);
  });
});

describe('keys, paths and methods', () => {
  it.each([
    ['no key', null],
    ['an unknown key', 'this-is-not-a-key-of-this-office'],
    ['a key with odd characters', "' OR 1=1 --"],
  ])('answers 401 to %s', async (_name, key) => {
    const sent = await send('GET', '/tasks', { key });
    expect(sent.status).toBe(401);
    expect(sent.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(sent.headers.get('content-type')).toContain('application/problem+json');
  });

  it('asks for the key before it reads a body', async () => {
    expect((await send('POST', '/tasks', { raw: '{', key: null })).status).toBe(401);
  });

  it.each([
    `/tasks/${unknownTask}`,
    `/tasks/${unknownTask}/status`,
    `/tasks/${unknownTask}/logs`,
    `/tasks/${unknownTask}/events`,
    `/tasks/${unknownTask}/plans`,
    `/tasks/${unknownTask}/artifacts`,
    `/tasks/${unknownTask}/artifacts/a.txt`,
    `/dead-letters/${unknownTask}`,
    '/tasks/%00',
    '/tasks/..%2f..%2fetc',
    '/tools/teleport',
    '/nothing',
  ])('answers 404 to GET %s', async (path) => {
    const sent = await send<ProblemView>('GET', path);
    expect(sent.status).toBe(404);
    expect(sent.body.status).toBe(404);
  });

  it('answers 405 with Allow', async () => {
    const sent = await send('DELETE', '/tasks');
    expect(sent.status).toBe(405);
    expect(sent.headers.get('allow')).toContain('POST');
  });

  it.each([
    '/tasks?limit=0',
    '/tasks?limit=1e9',
    '/tasks?cursor=x',
    '/tasks?status=asleep',
    '/dead-letters?cursor=x',
    '/approvals?cursor=x',
    '/audit?cursor=x',
    '/usage?from=2026-02-30',
    '/approvals?status=open',
  ])('answers 400 to GET %s', async (path) => {
    expect((await send('GET', path)).status).toBe(400);
  });

  it.each(['/tasks?status=&limit=&cursor=', '/usage?from=&to=', '/audit?cursor='])(
    'takes an empty parameter for none in %s',
    async (path) => {
      expect((await send('GET', path)).status).toBe(200);
    },
  );

  it('sums up usage up to any day', async () => {
    expect((await send('GET', '/usage?to=0000-01-01')).status).toBe(200);
  });

  it.each(['/tasks?limit=1', '/tasks?limit=0', '/tasks/nothing'])(
    'tells the rate limit on GET %s',
    async (path) => {
      const { headers } = await send('GET', path);
      expect(headers.get('ratelimit-policy')).toMatch(/q=\d+;w=\d+/);
      expect(headers.get('ratelimit')).toMatch(/r=\d+;t=\d+/);
    },
  );
});

describe('Idempotency-Key', () => {
  const key = () => `e2e-${Date.now()}-${Math.random()}`;
  const post = (body: unknown, idempotencyKey: string) =>
    send<Accepted>('POST', '/tasks', { body, headers: { 'idempotency-key': idempotencyKey } });

  it('gives the same answer again', async () => {
    const same = key();
    const first = await post(submit, same);
    const second = await post(submit, same);
    expect(second.status).toBe(first.status);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('refuses another body', async () => {
    const same = key();
    await post(submit, same);
    expect((await post({ description: 'What is 1 + 1?' }, same)).status).toBe(422);
  });

  it('is free after a request that was refused', async () => {
    const same = key();
    expect((await post({ description: '' }, same)).status).toBe(400);
    expect((await post(submit, same)).status).toBe(202);
  });

  it('gives the same task again, however large the answer is', async () => {
    const same = key();
    const files = Array.from({ length: 2_000 }, (_, i) => ({ path: `some/folder/file-${i}.txt` }));
    const body = { ...submit, workspace: { upload: true, files } };
    const first = await post(body, same);
    const second = await post(body, same);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.task_id).toBe(first.body.task_id);
    expect(second.body.upload?.files).toHaveLength(2_000);
    expect((await send('POST', first.body.links['cancel'] ?? '')).status).toBe(202);
  });

  it('makes one task of 100 requests at once', async () => {
    const same = key();
    const mark = { ...submit, metadata: { mark: same } };
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(mark, same)));
    const accepted = answers.filter(({ status }) => status === 202);
    // Those that lost patience were told to ask again; nobody was told anything else.
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map(({ body }) => body.task_id)).size).toBe(1);
    const { body } = await send<{ tasks: { metadata: Record<string, string> }[] }>('GET', '/tasks?limit=100');
    expect(body.tasks.filter(({ metadata }) => metadata['mark'] === same)).toHaveLength(1);
  });
});
