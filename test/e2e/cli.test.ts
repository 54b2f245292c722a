import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a person runs it, in a process of its own, against the office under test. */
function office(
  argv: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const env = {
    ...process.env,
    OFFICE_URL: process.env['OFFICE_BASE_URL'],
    NODE_OPTIONS: '',
    NO_COLOR: '1',
    ...options.env,
  };
  const child = spawn(process.execPath, ['scripts/office.mjs', ...argv], { env, stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
const documents = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  it('runs a task from submit to result and shows it afterwards', async () => {
    const submitted = await office(['submit', 'What is 12 km in miles?', '--wait', '--json']);

    expect(submitted.err).toBe('');
    expect(submitted.code).toBe(0);
    const [task] = documents(submitted.out);
    expect(task).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(task?.['final_result'])).toContain('7.456');

    const id = String(task?.['task_id']);
    const [shown, listed, watched] = await Promise.all([
      office(['show', id, '--logs']),
      office(['tasks', '--limit', '100']),
      office(['watch', id, '--json']),
    ]);
    expect(shown.out).toContain('What is 12 km in miles?');
    expect(shown.out).toMatch(/task\.completed/);
    expect(listed.out).toContain(id);
    const seen = documents(watched.out);
    expect(seen.at(-2)).toMatchObject({ type: 'task.completed' });
    expect(seen.at(-1)).toMatchObject({ task_id: id, status: 'completed' });
  });

  it('sends a folder, and lists what the task wrote', async () => {
    writeFileSync(join(folder, 'data.csv'), 'name,price\na,2\nb,4\n');
    const text = 'Read data.csv, compute the mean of column price, and write it to report.txt';

    const { code, out } = await office(['submit', text, '--workspace', folder, '--wait', '--json']);
    const id = String(documents(out)[0]?.['task_id']);
    const shown = await office(['show', id]);

    expect(code).toBe(0);
    expect(shown.out).toContain('report.txt');
  });

  it('ends with 1 for a task that fails, and keeps its dead letter', async () => {
    const { code, out } = await office(['submit', 'Compose a sonnet about the tides', '--wait']);
    const letters = await office(['dead-letters']);

    expect(code).toBe(1);
    expect(out).toMatch(/^Failed/);
    const id = /redrive (\S+)/.exec(out)?.[1] ?? 'no id';
    expect(letters.out).toContain(id);
  });

  it('prices a dry run without running it', async () => {
    const { code, out } = await office(['submit', 'What is 2 + 2?', '--dry-run', '--wait', '--json']);

    expect(code).toBe(0);
    expect(documents(out)[0]).toMatchObject({ dry_run: true, status: 'completed' });
  });

  it('runs a task once when it is submitted twice with one key', async () => {
    const argv = ['submit', 'What is 3 + 4?', '--idempotency-key', `cli-${process.pid}-${Date.now()}`];

    const first = await office(argv);
    const second = await office(argv);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.out).toBe(first.out);
  });

  it.each<[string[], RegExp]>([
    [['submit', 'x', '--allow-tool', 'no_such_tool'], /no_such_tool/],
    [['show', 'no-such-task'], /\(404\)\n$/],
    [['cancel', 'no-such-task'], /\(404\)\n$/],
    [['approve', 'no-such:approval'], /\(404\)\n$/],
    [['tasks', '--key', 'not-a-key-at-all-0000'], /\(401\)\n$/],
  ])('answers %j in one line and ends with 2', async (argv, said) => {
    const { code, out, err } = await office(argv);

    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('lists the seven tools', async () => {
    const { out } = await office(['tools', '--json']);

    const { tools } = documents(out)[0] as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'python_exec',
        'web_search',
        'file_operations',
        'http_client',
        'math_calculator',
        'code_analyzer',
        'ai_tool',
      ]),
    );
  });

  it('marks personal data a line at a time', async () => {
    const { code, out } = await office(['redact', '--json'], {
      input: 'mail ada@example.org\n\nnothing here\n',
    });

    expect(code).toBe(0);
    expect(documents(out)).toEqual([
      { text: 'mail ada@example.org', spans: [{ start: 5, end: 20, type: expect.stringMatching(/email/i) }] },
      { text: '', spans: [] },
      { text: 'nothing here', spans: [] },
    ]);
  });
});

describe('the demo', () => {
  it('opens its own office, finds the right path and cleans up', async () => {
    const { code, out } = await office(['demo'], {
      env: { TMPDIR: folder, OFFICE_URL: '', OFFICE_API_KEY: '' },
    });

    expect(out).toContain('The answer is right');
    expect(out).toMatch(/main +src\/app\.py:\d+\n.*build +src\/reports\/builder\.py:\d+/);
    expect(code).toBe(0);
  });
});

describe('office start', () => {
  const isOpen = (text: string) => text.includes('\n  curl ');

  it('prints a curl that works, tells the command line where it is, and closes on SIGTERM', async () => {
    const data = join(folder, 'data');
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      NO_COLOR: '1',
      OFFICE_DATA_DIR: data,
      OFFICE_API_KEY: "it's-a-key-with-$signs",
    };
    const child = spawn(process.execPath, ['scripts/office.mjs', 'start', '--port', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    const ended = new Promise((resolve) => child.once('close', resolve));
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (chunk) => {
        out += chunk;
        if (isOpen(out)) resolve();
      }),
    );

    const curl = /^ {2}(curl .*)$/m.exec(out)?.[1] ?? 'false';
    const answer = await new Promise<string>((resolve) => {
      const shell = spawn('sh', ['-c', curl], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      shell.stdout.on('data', (chunk) => {
        text += chunk;
      });
      shell.once('close', () => resolve(text));
    });
    const listed = await office(['tasks', '--json'], {
      env: { OFFICE_URL: '', OFFICE_API_KEY: '', OFFICE_DATA_DIR: data },
    });
    child.kill('SIGTERM');

    expect(JSON.parse(answer)).toMatchObject({ status: 'submitted' });
    expect(documents(listed.out)[0]).toMatchObject({ tasks: [{ description: 'What is 12 km in miles?' }] });
    expect(await ended).toBe(0);
  });
});
