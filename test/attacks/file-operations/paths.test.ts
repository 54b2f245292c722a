import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createS3Workspace } from '../../../lambdas/shared/tools/s3-workspace.ts';
import { toolHandler } from '../../../lambdas/shared/tools/tool-handler.ts';
import type { Workspace } from '../../../lambdas/shared/tools/workspace.ts';
import { createFileOperations } from '../../../lambdas/tools/file-operations/file-operations.ts';
import type { ToolAnswer, ToolEvent } from '../../../schemas/tool.ts';
import { type LoopbackS3, startLoopbackS3 } from '../../helpers/loopback-s3.ts';
import { aToolEvent } from '../../helpers/tool-run.ts';

let s3: LoopbackS3;
/** Another tenant's workspace in the same bucket. */
let victim: Workspace;
let handler: (event: unknown) => Promise<ToolAnswer>;
const reached: string[] = [];
const counts = { refused: 0, bounded: 0, worked: 0 };

beforeAll(async () => {
  s3 = await startLoopbackS3();
  victim = createS3Workspace({ client: s3.client, bucket: s3.bucket, prefix: 'victim/task-9/' });
  await victim.write('secret.txt', new TextEncoder().encode('secret'));
  handler = toolHandler((context) => {
    const own = createS3Workspace({ client: s3.client, bucket: s3.bucket, prefix: context.workspace_prefix });
    const watched: Workspace = {
      read: (path) => own.read(note(path)),
      write: (path, bytes, options) => own.write(note(path), bytes, options),
      list: (path) => own.list(note(path)),
      stat: (path) => own.stat(note(path)),
      remove: (path) => own.remove(note(path)),
    };
    return createFileOperations({ workspaceFor: () => watched, regexBudgetMs: 300 });
  });
});
afterAll(async () => {
  const { bytes } = await victim.read('secret.txt');
  const files = await victim.list('');
  await s3.close();
  process.stdout.write(
    `file_operations: ${counts.refused + counts.bounded} attacks, ${counts.refused} refused, ${counts.bounded} bounded, ${reached.length} reached the store; ${counts.worked} legitimate uses worked\n`,
  );
  expect(new TextDecoder().decode(bytes)).toBe('secret');
  expect(files).toHaveLength(1);
  expect(reached).toEqual([]);
});

let watching = false;
function note(path: string): string {
  if (watching) reached.push(path);
  return path;
}

async function perform(
  inputs: ToolEvent['inputs'],
  policy: Partial<ToolEvent['tool_context']['policy']> = {},
): Promise<ToolAnswer> {
  return handler(
    aToolEvent(inputs, {
      context: {
        policy: {
          timeout_seconds: 20,
          max_output_bytes: 100_000,
          allow_hosts: [],
          deny_hosts: [],
          ...policy,
        },
      },
    }),
  );
}

const traversal = [
  '..',
  '../',
  '../x',
  '../../victim/task-9/secret.txt',
  'a/../../x',
  'a/..',
  './../x',
  '.././x',
  'a/b/../../../x',
  '..//x',
  '.../../x',
  'x/../y',
];
const absolute = [
  '/',
  '/etc/passwd',
  '//etc/passwd',
  '/victim/task-9/secret.txt',
  '~',
  '~/.aws/credentials',
  'file:///etc/passwd',
  'file:/etc/passwd',
  's3://workspaces/victim/task-9/secret.txt',
  'http://127.0.0.1/',
  '/proc/self/environ',
];
const windows = [
  '..\\x',
  '\\x',
  '\\\\server\\share',
  'a\\b',
  'C:',
  'C:x',
  'C:/x',
  'c:\\windows',
  '\\\\?\\C:\\x',
  'CON',
  'con.txt',
  'nul',
  'NUL.tar.gz',
  'aux.py',
  'PRN',
  'com1',
  'COM9.log',
  'lpt1.txt',
  'COM¹',
  'a/CON/b',
  'CONIN$',
  'conout$',
  'CLOCK$',
  'con .txt',
  'ＣＯＮ',
  'a.txt::$DATA',
  'a:$index_allocation',
  'a.',
  'a ',
  'a/b. ',
  'a/ /b',
  'a./b',
  'x\u00a0',
];
const encoded = [
  '%2e%2e/x',
  '%2e%2e%2fx',
  '..%2fx',
  '%2e./x',
  '.%2e/x',
  '%2E%2E/x',
  '%252e%252e/x',
  '%252e%252e%252fx',
  '%25252e%25252e/x',
  '..%5cx',
  '%5c%5cserver',
  'a%2fb',
  'a%5cb',
  '%2fetc%2fpasswd',
  '%00',
  'a%00.txt',
  'a%2500.txt',
  '%c0%ae%c0%ae/x',
  '%c0%2e%c0%2e/x',
  '%e0%80%ae%e0%80%ae/x',
  '%f0%80%80%ae/x',
  '%u002e%u002e/x',
  '%c1%1c',
  '%0a',
  'a%0d%0ab',
  '%7f',
  'a/%2e%2e/b',
  'a/%2e/b',
  '%2e',
];
const unicode = [
  '‥/x',
  '．．/x',
  '․․/x',
  '．/x',
  '…',
  'a／b',
  '..／x',
  'a＼b',
  '\u200b..',
  '.\u200b./x',
  '..\u200d/x',
  '\ufeff../x',
  '.\u00ad./x',
  '\u2060',
  'a/\u200b/b',
  '\ud800',
  'a\udc00b',
  '\udfff\ud800',
  'x\u202etxt.exe',
  'a\u2066b',
  'a\u2028b',
  '．．／x',
  '﹒﹒/x',
  '．\u{e0020}．/x',
];
const controls = [
  '\0',
  'a\0b',
  'a\0',
  '\0../x',
  'a\nb',
  'a\rb',
  '\ta',
  'a\u001bb',
  'a\u007fb',
  'a\u0085b',
  'a\u009fb',
  'secret.txt\0.png',
];
const odd = [
  '',
  '.',
  './',
  './.',
  'a//b',
  'a/',
  'a//',
  '/a/',
  ' ',
  '   ',
  './/x',
  'x'.repeat(513),
  'é'.repeat(257),
  'x'.repeat(201),
  `${'a/'.repeat(256)}b`,
  'a._S3rver_object',
  'a._S3rver_metadata.json',
  'a._S3RVER_object.md5/x',
  'a._Ｓ3rver_object',
];
const hostile = { traversal, absolute, windows, encoded, unicode, controls, odd };

describe.each(Object.entries(hostile))('%s paths', (kind, paths) => {
  it.each(paths)('%j', async (path) => {
    for (const operation of ['read', 'write', 'append', 'stat', 'delete', 'list', 'search']) {
      // A folder may be the workspace itself, or be written with one slash at its end.
      const folder = operation === 'list' || operation === 'search';
      if (folder && kind === 'odd' && ['', '.', './', './.', 'a/'].includes(path)) continue;
      const inputs = {
        operation,
        path,
        ...(operation === 'write' || operation === 'append' ? { content: 'stolen' } : {}),
        ...(operation === 'search' ? { pattern: 'secret' } : {}),
      };
      watching = true;
      const answer = await perform(inputs);
      watching = false;
      expect(answer).toMatchObject({ status: 'error' });
      expect(['InvalidPath', 'InvalidInputs']).toContain(answer.status === 'error' ? answer.error.name : '');
      expect(JSON.stringify(answer)).not.toContain('"secret"');
      counts.refused += 1;
    }
  });
});

describe('regular expressions that explode', () => {
  const patterns = [
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '([a-z]+)*$',
    '(.*a){25}$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(?:a?){30}a{30}$',
    '(a*)*b',
    '((a*)*)*b',
    '(?=(a+)+b)a',
    '(\\w+\\s?)+$',
    '(x+x+)+y',
  ];
  beforeAll(() =>
    perform({
      operation: 'write',
      path: 'redos/long.txt',
      content: `${'a'.repeat(40_000)}!\n${'x'.repeat(40_000)}`,
    }),
  );

  it.each(patterns)('%j', async (pattern) => {
    const started = performance.now();
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 20);
    const answer = await perform({ operation: 'search', path: 'redos', pattern, regex: true });
    clearInterval(ticking);

    expect(performance.now() - started).toBeLessThan(2_000);
    // Whatever the pattern does, the process goes on with other work.
    if (performance.now() - started > 250) expect(turns).toBeGreaterThan(5);
    if (answer.status === 'error') expect(answer.error.name).toBe('PatternTooSlow');
    counts.bounded += 1;
  });

  it.each(['(', '[', '*', 'a{2,1}', '(?<n>a)(?<n>b)', '\\', 'x'.repeat(501)])(
    'the broken pattern %j',
    async (pattern) => {
      const answer = await perform({ operation: 'search', pattern, regex: true });
      expect(['InvalidPattern', 'InvalidInputs']).toContain(
        answer.status === 'error' ? answer.error.name : '',
      );
      counts.refused += 1;
    },
  );

  it('the next search works', async () => {
    const answer = await perform({ operation: 'search', path: 'redos', pattern: '^a+!$', regex: true });
    expect(answer).toMatchObject({ status: 'ok', output: { matches: [{ line: 1 }] } });
    counts.worked += 1;
  });
});

describe('too much', () => {
  it.each([
    ['a huge file', { operation: 'write', path: 'big', content: 'x'.repeat(5_000_001) }, 'TooLarge'],
    ['a huger file', { operation: 'write', path: 'big', content: 'x'.repeat(6_000_001) }, 'InvalidInputs'],
    ['an unknown operation', { operation: 'chmod', path: 'a' }, 'InvalidInputs'],
    ['an unknown input', { operation: 'read', path: 'a', bucket: 'other' }, 'InvalidInputs'],
    ['a path that is no text', { operation: 'read', path: ['..'] }, 'InvalidInputs'],
    ['all results', { operation: 'list', max_results: 1e9 }, 'InvalidInputs'],
    [
      'content that is no base64',
      { operation: 'write', path: 'a', content: '../', encoding: 'base64' },
      'InvalidInputs',
    ],
  ])('%s', async (_, inputs, name) => {
    expect(await perform(inputs)).toMatchObject({ status: 'error', error: { name } });
    counts.refused += 1;
  });

  it('a file that grows by appending', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await handler(
        aToolEvent(
          { operation: 'append', path: 'grow', content: 'x'.repeat(1_900_000) },
          { context: { idempotency_key: `grow-${turn}` } },
        ),
      );
      expect(answer).toMatchObject(
        turn < 2 ? { status: 'ok' } : { status: 'error', error: { name: 'TooLarge' } },
      );
    }
    counts.refused += 1;
  });

  it('a line of a megabyte', async () => {
    await perform({ operation: 'write', path: 'line/long', content: 'needle'.repeat(160_000) });
    const answer = await perform(
      { operation: 'search', path: 'line', pattern: 'needle' },
      { max_output_bytes: 4096 },
    );
    expect(answer).toMatchObject({
      status: 'ok',
      output: { matches: [{ line: 1, text: expect.stringMatching(/^needle.{494}$/) }] },
    });
    counts.bounded += 1;
  });
});

describe('legitimate uses', () => {
  it.each([
    'a.txt',
    './a.txt',
    'data/2024 report (final).csv',
    '.env.example',
    '100%.txt',
    'übersicht/日本語.md',
    '👩‍💻.txt',
    '...rc',
    'a..b',
    '~draft',
    '12:30.log',
    'src/../'.replace('../', 'x'),
  ])('writes, reads, lists and deletes %j', async (path) => {
    expect(await perform({ operation: 'write', path, content: 'mine' })).toMatchObject({ status: 'ok' });
    expect(await perform({ operation: 'read', path })).toMatchObject({
      status: 'ok',
      output: { content: 'mine' },
    });
    expect(await perform({ operation: 'list', pattern: '**' })).toMatchObject({ status: 'ok' });
    expect(await perform({ operation: 'delete', path })).toMatchObject({
      status: 'ok',
      output: { deleted: true },
    });
    counts.worked += 1;
  });
});
