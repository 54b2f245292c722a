import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toolHandler } from '../../../lambdas/shared/tools/tool-handler.ts';
import { createHttpClient } from '../../../lambdas/tools/http-client/http-client.ts';
import type { ToolAnswer, ToolEvent } from '../../../schemas/tool.ts';
import { type LoopbackHttp, startLoopbackHttp } from '../../helpers/loopback-http.ts';
import { aToolEvent } from '../../helpers/tool-run.ts';

/** What no attack may reach: it is on loopback and no exception names it. */
let canary: LoopbackHttp;
/** A host the tenant excepted, under the attacker's control. */
let hostile: LoopbackHttp;
let location = '';
const counts = { refused: 0, harmless: 0, worked: 0, reached: 0 };

beforeAll(async () => {
  canary = await startLoopbackHttp((_, response) => response.end('secret'));
  hostile = await startLoopbackHttp((request, response) => {
    if (request.path === '/redirect') response.writeHead(302, { location }).end();
    else response.end('public');
  });
});
beforeEach(() => {
  location = '';
});
afterAll(async () => {
  counts.reached = canary.seen.length;
  await canary.close();
  await hostile.close();
  const total = counts.refused + counts.harmless;
  process.stdout.write(
    `http_client: ${total} attacks, ${counts.refused} refused, ${counts.harmless} bounded, ${counts.reached} reached the canary; ${counts.worked} legitimate uses worked\n`,
  );
  expect(counts.reached).toBe(0);
});

/** Names an attacker registered, with the addresses they point at. */
const names: Record<string, string[]> = {
  'localtest.test': ['127.0.0.1'],
  'six.test': ['::1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'nat64.test': ['64:ff9b::7f00:1'],
  'metadata.test': ['169.254.169.254'],
  'mixed.test': ['93.184.215.14', '127.0.0.1'],
  'zero.test': ['0.0.0.0'],
  'ula.test': ['fd12:3456::1'],
  'private.test': ['10.0.0.1'],
  'kubernetes.default.svc': ['10.96.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'instance-data.ec2.internal': ['169.254.169.254'],
  'host.docker.internal': ['192.168.65.2'],
  localhost: ['127.0.0.1', '::1'],
  'sub.localhost': ['127.0.0.1'],
  '127.0.0.1.nip.test': ['127.0.0.1'],
  'xn--nxasmq6b.test': ['127.0.0.1'],
  'xn--kxawhkp.test': ['127.0.0.1'],
};

async function attack(
  url: string,
  inputs: ToolEvent['inputs'] = {},
  policy: Partial<ToolEvent['tool_context']['policy']> = {},
  resolve = async (hostname: string) =>
    (names[hostname] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? (6 as const) : (4 as const),
    })),
): Promise<ToolAnswer> {
  const handler = toolHandler(createHttpClient({ resolve }));
  return handler(
    aToolEvent(
      { url, timeout_seconds: 5, ...inputs },
      {
        context: {
          policy: {
            timeout_seconds: 10,
            max_output_bytes: 1_000_000,
            allow_hosts: [hostile.host],
            deny_hosts: [],
            ...policy,
          },
        },
      },
    ),
  );
}

const REFUSALS = ['ForbiddenAddress', 'InvalidUrl'];

function expectRefused(answer: ToolAnswer, expected: readonly string[] = REFUSALS): void {
  const before = canary.seen.length;
  expect(answer.status).toBe('error');
  expect(expected).toContain(answer.status === 'error' ? answer.error.name : '');
  expect(canary.seen).toHaveLength(before);
  expect(JSON.stringify(answer)).not.toContain('secret');
  counts.refused += 1;
}

/** Every spelling of 127.0.0.1 and ::1 that some client or resolver accepts; PORT is the canary's. */
const loopbackNotations = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.000.000.001',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7F.0x0.0x0.0x1',
  '0x7f.1',
  '0177.0.0.1',
  '0177.0.0.0x1',
  '127.0.0.1.',
  '2130706433.',
  '127.255.255.254',
  '127.0.0.2',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '127．0．0．1',
  '127｡0｡0｡1',
  '0',
  '0.0.0.0',
  '00000000',
  '0x0',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::FFFF:7F00:0001]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[::ffff:0:127.0.0.1]',
  '[fe80::1%25lo]',
  '[::1%25lo]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'loc\u00adalhost',
  'sub.localhost',
  'localtest.test',
  'LOCALTEST.test.',
  'six.test',
  'mapped.test',
  'nat64.test',
  'mixed.test',
  'zero.test',
  '127.0.0.1.nip.test',
  'xn--nxasmq6b.test',
  'νίκος.test',
  'public.test@127.0.0.1',
  'public.test:80@127.0.0.1',
  'public.test%40127.0.0.1',
  '127.0.0.1%23.public.test',
];

describe('loopback in every notation', () => {
  it.each(loopbackNotations)('http://%s/', async (host) => {
    expectRefused(await attack(`http://${host}:${canary.port}/`));
  });

  it.each(loopbackNotations)('a redirect to http://%s/', async (host) => {
    // A header is Latin-1; what a server can't send as it is, it sends percent-encoded.
    location = encodeURI(`http://${host}:${canary.port}/`)
      .replaceAll('%25', '%')
      .replaceAll('%5B', '[')
      .replaceAll('%5D', ']');
    expectRefused(await attack(`${hostile.url}/redirect`));
  });
});

/** One or more addresses of every special range (IANA registries), and the metadata services of the clouds. */
const innerAddresses = [
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '0.1.2.3',
  '192.31.196.1',
  '192.52.193.1',
  '192.175.48.1',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  '[fe80::1]',
  '[febf::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[3fff::1]',
  '[5f00::1]',
  '[4000::1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::]',
  '[2002:a00:1::1]',
];

describe('inner addresses', () => {
  it.each(innerAddresses)('http://%s/', async (host) => {
    expectRefused(await attack(`http://${host}/latest/meta-data/`), ['ForbiddenAddress']);
  });

  it.each(innerAddresses)('a redirect to http://%s/', async (host) => {
    location = `http://${host}/latest/meta-data/`;
    expectRefused(await attack(`${hostile.url}/redirect`), ['ForbiddenAddress']);
  });

  it.each(Object.keys(names))('the name %s', async (host) => {
    expectRefused(await attack(`https://${host}/`), ['ForbiddenAddress']);
  });

  it.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '0.0.0.0',
    '[::]',
    '[fe80::1]',
    '224.0.0.1',
    '168.63.129.16',
    'metadata.test',
  ])('an exception for %s opens nothing', async (host) => {
    expectRefused(await attack(`http://${host}/`, {}, { allow_hosts: [host] }), ['ForbiddenAddress']);
  });
});

describe('other schemes', () => {
  const urls = [
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:6379/_INFO',
    'dict://127.0.0.1:11211/stat',
    'data:text/plain,secret',
    'javascript:1',
    'blob:http://x/1',
    'ws://127.0.0.1/',
    'wss://127.0.0.1/',
    'unix:/var/run/docker.sock',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
    'jar:http://x!/',
    'ldap://127.0.0.1/',
    'tftp://127.0.0.1/x',
    'about:blank',
    'view-source:http://127.0.0.1/',
    '//127.0.0.1/',
    '/etc/passwd',
    '',
    'http:///',
    'http://',
    'http://[',
    'http://a b/',
    'http://999.999.999.999/',
    'http://1.2.3.4.5/',
    'http://0x100000000/',
    'http://user:pass@public.test/',
    'http://:pass@public.test/',
    'https://public.test:99999/',
    'http://exa%00mple.test/',
  ];
  it.each(urls)('%j', async (url) => {
    expectRefused(await attack(url), ['ForbiddenScheme', 'InvalidUrl', 'InvalidInputs']);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
    'data:text/plain,secret',
    'http://user:pass@public.test/',
    'http://[',
    'unix:/x',
  ])('a redirect to %j', async (url) => {
    location = url;
    expectRefused(await attack(`${hostile.url}/redirect`), ['ForbiddenScheme', 'InvalidUrl']);
  });

  it.each([
    ['a backslash for a slash', () => `http:\\\\127.0.0.1:${canary.port}\\`],
    ['tabs and line breaks in the host', () => `http://127.0.\t0.\n1:${canary.port}/`],
    ['a single slash', () => `http:/127.0.0.1:${canary.port}/`],
    ['spaces around', () => `  http://127.0.0.1:${canary.port}/  `],
    ['an excepted name as user', () => `http://${hostile.host}@127.0.0.1:${canary.port}/`],
    ['an excepted name in the fragment', () => `http://127.0.0.1:${canary.port}#@${hostile.host}/`],
    ['an excepted name behind a backslash', () => `http://127.0.0.1:${canary.port}\\@${hostile.host}/`],
    ['the excepted host on another port', () => `http://127.0.0.1:${canary.port}/`],
  ])('%s', async (_, url) => {
    expectRefused(await attack(url()));
  });
});

describe('names that change their address', () => {
  it('answers public first and loopback when connecting', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const resolve = async () =>
      (answers.shift() ?? ['127.0.0.1']).map((address) => ({ address, family: 4 as const }));
    location = `http://localhost:${hostile.port}/again`;
    const answer = await attack(
      `http://localhost:${hostile.port}/redirect`,
      {},
      { allow_hosts: ['localhost'] },
      resolve,
    );
    expectRefused(answer, ['ForbiddenAddress']);
  });

  it('can not use an excepted name to reach this machine', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 as const }];
    expectRefused(
      await attack(`http://intranet.test:${canary.port}/`, {}, { allow_hosts: ['intranet.test'] }, resolve),
      ['ForbiddenAddress'],
    );
  });

  it('hides a forbidden address among public ones', async () => {
    const resolve = async () =>
      [...Array.from({ length: 40 }, (_, index) => `93.184.215.${index}`), '127.0.0.1'].map((address) => ({
        address,
        family: 4 as const,
      }));
    expectRefused(await attack(`http://many.test:${canary.port}/`, {}, {}, resolve), ['ForbiddenAddress']);
  });

  it('gives something that is no address', async () => {
    for (const address of ['', 'localhost', '127.1', '0x7f000001', '::1%lo', '127.0.0.1\0']) {
      const resolve = async () => [{ address, family: 4 as const }];
      expectRefused(await attack(`http://odd.test:${canary.port}/`, {}, {}, resolve), ['ForbiddenAddress']);
    }
  });
});

describe('requests inside requests', () => {
  const value = (text: string) => ({ headers: { 'X-A': text } });
  it.each([
    ['a line break in a header', value('1\r\nHost: 127.0.0.1')],
    ['a bare line feed', value('1\nX: y')],
    ['a NUL', value('1\0')],
    ['a character beyond Latin-1 that folds to a line feed', value('1\u010aX: y')],
    ['a line break in a name', { headers: { 'X\r\nHost: a': '1' } }],
    ['another Host', { headers: { Host: '169.254.169.254' } }],
    ['another length', { headers: { 'Content-Length': '0' } }],
    ['chunks', { headers: { 'transfer-encoding': 'chunked' } }],
    ['an upgrade', { headers: { Upgrade: 'h2c', Connection: 'Upgrade' } }],
    ['a proxy header', { headers: { 'Proxy-Authorization': 'x' } }],
    ['expect', { headers: { Expect: '100-continue' } }],
    ['a method with a line break', { method: 'GET / HTTP/1.1\r\nX: ' }],
    ['CONNECT', { method: 'CONNECT' }],
    ['TRACE', { method: 'TRACE' }],
    [
      'too many headers',
      { headers: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x-${index}`, ''])) },
    ],
    ['too long headers', value('x'.repeat(9000))],
    ['a body with GET', { body: 'GET / HTTP/1.1' }],
    ['an endless timeout', { timeout_seconds: 1e9 }],
    ['no limit of bytes', { max_bytes: 1e12 }],
    ['an unknown option', { proxy: 'http://127.0.0.1/' }],
    ['a dispatcher', { dispatcher: {}, socketPath: '/var/run/docker.sock' }],
  ])('%s', async (_, inputs) => {
    const before = hostile.seen.length;
    expectRefused(await attack(`${hostile.url}/`, inputs as ToolEvent['inputs']), ['InvalidInputs']);
    expect(hostile.seen).toHaveLength(before);
  });

  it('keeps line breaks of a URL out of the request line', async () => {
    const answer = await attack(`${hostile.url}/a\r\nHost: evil\r\n\r\nGET /b?x=%0d%0aX: y`);
    expect(answer.status).toBe('ok');
    expect(hostile.seen.at(-1)?.path).not.toMatch(/[\r\n ]/);
    expect(hostile.seen.at(-1)?.headers.host).toBe(hostile.host);
    counts.harmless += 1;
  });
});

describe('answers that never end or explode', () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const cases: [string, Parameters<typeof startLoopbackHttp>[0], Record<string, unknown>][] = [
    [
      'a gzip bomb (1000 to 1)',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      { status: 'ok', output: { truncated: true } },
    ],
    [
      'a bomb in a bomb',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(bomb)),
      { status: 'ok', output: { encoding: 'base64' } },
    ],
    [
      'compressed nothing without end',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'deflate' });
        // A stored block of length 0, again and again: input without output.
        const nothing = Buffer.alloc(65_535, Buffer.from([0, 0, 0, 255, 255]));
        response.write(Buffer.from([0x78, 0x9c]));
        const more = () => {
          while (response.writable && response.write(nothing));
        };
        response.on('drain', more);
        more();
      },
      { status: 'ok', output: { truncated: true, body: '' } },
    ],
    [
      'an endless body',
      (_, response) => {
        const more = () => {
          while (response.writable && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      { status: 'ok', output: { truncated: true } },
    ],
    [
      'huge headers',
      (_, response) => response.writeHead(200, { 'x-big': 'x'.repeat(100_000) }).end(),
      { status: 'error', error: { name: 'HeadersTooLarge' } },
    ],
    [
      'a redirect loop',
      (_, response) => response.writeHead(302, { location: '/' }).end(),
      { status: 'error', error: { name: 'TooManyRedirects' } },
    ],
    [
      'a redirect with an endless body',
      (_, response) => response.writeHead(302, { location: '/x' }).write('x'),
      { status: 'error', error: { name: 'TooManyRedirects' } },
    ],
    ['silence', () => undefined, { status: 'error', error: { name: 'RequestTimeout' } }],
    [
      'a body that stops',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('x');
      },
      { status: 'error', error: { name: 'RequestTimeout' } },
    ],
    [
      'no HTTP',
      (_, response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'),
      { status: 'error', error: { name: 'ConnectionReset' } },
    ],
  ];

  it.each(cases)('%s', async (_, answer, expected) => {
    const server = await startLoopbackHttp(answer);
    const memory = process.memoryUsage().rss;
    const started = performance.now();
    try {
      const got = await attack(`${server.url}/`, { timeout_seconds: 1 }, { allow_hosts: [server.host] });
      expect(got).toMatchObject(expected);
      expect(performance.now() - started).toBeLessThan(3_000);
      expect(process.memoryUsage().rss - memory).toBeLessThan(128_000_000);
      counts.harmless += 1;
    } finally {
      await server.close();
    }
  });
});

describe('legitimate uses', () => {
  it.each([
    ['an excepted host', () => `${hostile.url}/`, {}],
    ['an excepted host in another notation', () => `http://0x7f.1:${hostile.port}/`, {}],
    ['a query with a URL in it', () => `${hostile.url}/?next=http://169.254.169.254/`, {}],
    ['a POST with JSON', () => `${hostile.url}/`, { method: 'POST', body: { url: 'http://127.0.0.1/' } }],
    ['an authorization of its own', () => `${hostile.url}/`, { headers: { Authorization: 'Bearer x' } }],
    ['an encoded path', () => `${hostile.url}/a%2Fb/%2e%2e/ü?q=ä b`, {}],
  ])('%s', async (_, url, inputs) => {
    expect(await attack(url(), inputs)).toMatchObject({
      status: 'ok',
      output: { status: 200, body: 'public' },
    });
    counts.worked += 1;
  });

  it('a relative redirect', async () => {
    location = '../there?x=1';
    expect(await attack(`${hostile.url}/redirect`)).toMatchObject({
      status: 'ok',
      output: { url: `${hostile.url}/there?x=1` },
    });
    counts.worked += 1;
  });
});
