import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOffice } from '../../../../scripts/cli/program.ts';
import { startFakeOffice } from '../fake-office.ts';
import { aTerminal } from '../fake-terminal.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-mistakes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function mistake(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const terminal = aTerminal({
    env: { OFFICE_URL: 'http://127.0.0.1:1', OFFICE_API_KEY: 'k', OFFICE_DATA_DIR: folder, ...env },
  });
  const code = await runOffice(argv, terminal);
  return { code, out: terminal.output(), problems: terminal.problems() };
}

describe('mistakes that need no office to be noticed', () => {
  it.each<[string, string[], string]>([
    ['a command of a group', ['tools', 'clasify', 'x', 'low'], 'no command "tools clasify"'],
    ['a guess at the group itself', ['policies', 'list'], '"office policies" alone lists them'],
    ['a status no task has', ['tasks', '--status', 'done'], 'completed'],
    ['a status no approval has', ['approvals', '--status', 'open'], 'pending'],
    ['words without quotes', ['submit', 'Convert', '5', 'km'], 'Put the text in quotes'],
    ['an empty id', ['show', ''], 'The id is empty'],
    ['an empty id of an approval', ['approve', ''], 'The id is empty'],
    ['a key with a line break', ['tasks', '--key', 'a\nb'], 'an HTTP header can not'],
    ['a key of other letters', ['tasks', '--key', 'schlüssel✓'], 'an HTTP header can not'],
    [
      'a password in the address',
      ['tasks', '--url', 'http://me:secret@127.0.0.1:1'],
      'give the key with --key',
    ],
    ['a query in the address', ['tasks', '--url', 'http://127.0.0.1:1?x=1'], 'nothing after its path'],
    ['an office for keys', ['keys', 'list', '--url', 'http://127.0.0.1:1'], "unknown option '--url'"],
  ])('%s', async (_what, argv, said) => {
    const { code, out, problems } = await mistake(argv);

    expect([code, out]).toEqual([2, '']);
    expect(problems).toContain(said);
    expect(problems).not.toContain('secret');
  });

  it('says in one line which file can not be read', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');

    for (const argv of [
      ['redrive', 'id', '--mode', 'edit', '--input', `@${folder}`],
      ['policies', 'put', 'mine', folder],
    ]) {
      const { code, problems } = await mistake(argv);
      expect([code, problems]).toEqual([2, `office: ${folder} is a folder: name a file.\n`]);
    }
    expect(await mistake(['submit', 'x', '--workspace', join(file, 'below')])).toMatchObject({
      code: 2,
      problems: expect.stringContaining('does not exist'),
    });
  });

  it.each([[['keys', 'list']], [['tools', 'discover', '--dry-run']]])(
    '%j names the settings of AWS that are missing',
    async (argv) => {
      const names = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'];
      const before = { ...process.env };
      for (const name of names) delete process.env[name];
      Object.assign(process.env, { AWS_CONFIG_FILE: join(folder, 'none'), ACCOUNTS_TABLE: 'accounts' });

      const { code, problems } = await mistake(argv, { ACCOUNTS_TABLE: 'accounts' });
      process.env = before;

      expect([code, problems]).toEqual([2, expect.stringMatching(/^office: .*set AWS_REGION.*\n$/)]);
    },
  );

  it('ends with 2 for a setting that is missing, and names it', async () => {
    const { code, problems } = await mistake(['tenant', 'export', 'acme'], { TASKS_TABLE: 'tasks' });

    expect([code, problems]).toEqual([2, expect.stringContaining('MEMORY_TABLE')]);
  });

  it('tells every exit code in its help', async () => {
    const { out } = await mistake(['--help']);

    expect(out).toMatch(/Exit codes: 0 .*1 .*2 .*130 /s);
  });
});

describe('the text of a task', () => {
  it('is read from standard input for -', async () => {
    const office = await startFakeOffice();
    const terminal = aTerminal({
      env: { OFFICE_URL: office.url, OFFICE_API_KEY: office.key },
      input: ['Convert', '5 km to miles'],
    });

    const code = await runOffice(['submit', '-'], terminal);
    await office.close();

    expect(code).toBe(0);
    expect(office.seen[0]?.body).toEqual({ description: 'Convert\n5 km to miles' });
  });
});

describe('what the office refuses', () => {
  it('is told once, though detail and errors both say it', async () => {
    const detail = 'The policy is not valid. unexpected token';
    const office = await startFakeOffice({
      answers: {
        'GET /tasks': [
          400,
          {
            title: 'Not valid',
            status: 400,
            detail,
            errors: [{ path: 'text', message: 'unexpected token' }],
          },
        ],
        'GET /tasks/a': [
          400,
          {
            title: 'Not valid',
            status: 400,
            detail: 'The body does not fit what is expected; see errors',
            errors: [{ path: 'from', message: 'Invalid ISO date' }],
          },
        ],
      },
    });
    const env = { OFFICE_URL: office.url, OFFICE_API_KEY: office.key };

    const [twice, listed] = await Promise.all([mistake(['tasks'], env), mistake(['show', 'a'], env)]);
    const unknown = await mistake(['tasks'], { ...env, OFFICE_API_KEY: 'another' });
    await office.close();

    expect(twice.problems).toBe(`office: Not valid: ${detail} (400)\n`);
    expect(listed.problems).toBe(
      'office: Not valid: The body does not fit what is expected: from: Invalid ISO date (400)\n',
    );
    expect(unknown.problems).toContain('check --key or OFFICE_API_KEY (401)');
  });
});
