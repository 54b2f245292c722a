import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runOffice } from '../../../../scripts/cli/program.ts';
import { startLoopbackHttp } from '../../../helpers/loopback-http.ts';
import { type FakeOffice, type FakeOfficeScript, startFakeOffice } from '../fake-office.ts';
import { aTerminal, type FakeTerminal } from '../fake-terminal.ts';

/** The newest one; every one is closed after its test. */
let office: FakeOffice | undefined;
const opened: FakeOffice[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  office = undefined;
});

async function run(
  argv: readonly string[],
  script: FakeOfficeScript = {},
): Promise<FakeTerminal & { code: number }> {
  office = await startFakeOffice(script);
  opened.push(office);
  const terminal = aTerminal({ env: { OFFICE_URL: office.url, OFFICE_API_KEY: office.key } });
  const code = await runOffice(argv, terminal);
  return { ...terminal, code };
}
const bodies = () => (office?.seen ?? []).filter(({ method }) => method === 'POST').map(({ body }) => body);

describe('office submit', () => {
  it('sends everything the options say and prints the id alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'office-submit-'));
    writeFileSync(join(folder, 'a.txt'), 'hello');
    const options = [
      '--criteria',
      'one',
      '--criteria',
      'two',
      '--allow-tool',
      'math_calculator',
      '--priority',
      'high',
      '--max-cost',
      '0.5',
      '--max-duration',
      '60',
      '--max-iterations',
      '2',
      '--dry-run',
      '--idempotency-key',
      'k-1',
    ];

    const { code, output } = await run(['submit', 'Do it', '--workspace', folder, ...options]);
    rmSync(folder, { recursive: true });

    expect([code, output()]).toEqual([0, 'task-1\n']);
    expect(office?.seen[0]?.headers['idempotency-key']).toBe('k-1');
    expect(bodies()).toEqual([
      {
        description: 'Do it',
        constraints: {
          allowed_tools: ['math_calculator'],
          max_cost_usd: 0.5,
          max_duration: 60,
          max_iterations: 2,
        },
        criteria: ['one', 'two'],
        priority: 'high',
        dry_run: true,
        workspace: { files: [{ path: 'a.txt', content: 'hello', encoding: 'utf8' }] },
      },
    ]);
  });

  it('says one line when the office refuses', async () => {
    const refusal = {
      title: 'Bad Request',
      status: 400,
      detail: 'The body is not valid.',
      errors: [{ path: 'constraints.allowed_tools.0', message: 'there is no tool "nope"' }],
    };

    const { code, problems, output } = await run(['submit', 'Do it'], {
      answers: { 'POST /tasks': [400, refusal] },
    });

    expect(code).toBe(2);
    expect(output()).toBe('');
    expect(problems()).toBe(
      'office: Bad Request: The body is not valid: constraints.allowed_tools.0: there is no tool "nope" (400)\n',
    );
  });

  it('waits for the end with --wait and ends with 0, or with 1 when the task failed', async () => {
    const done = await run(['submit', 'Do it', '--wait']);
    const events = [{ type: 'task.failed', status: 'failed' }];
    const task = {
      status: 'failed',
      error: { name: 'NoPlanError', message: 'No plan worked.' },
      final_result: null,
    };
    const failed = await run(['submit', 'Do it', '--wait'], { events, task });

    expect([done.code, done.output()]).toEqual([0, 'All done.\nCompleted 1.5 s · $0\n']);
    expect(failed.code).toBe(1);
    expect(failed.output()).toContain('Failed 1.5 s · $0\nNoPlanError: No plan worked.\n');
  });

  it('prints events and then the task as JSON with --json --watch, and only the task with --json --wait', async () => {
    const watched = await run(['submit', 'Do it', '--watch', '--json']);
    const waited = await run(['submit', 'Do it', '--wait', '--json']);

    expect(watched.documents()).toMatchObject([
      { type: 'task.completed' },
      { task_id: 'task-1', status: 'completed' },
    ]);
    expect(waited.documents()).toMatchObject([{ task_id: 'task-1', status: 'completed' }]);
  });
});

describe('a workspace too large for a request', () => {
  it('is uploaded file by file before the task starts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'office-submit-'));
    writeFileSync(join(folder, 'big.txt'), 'x'.repeat(4_600_000));
    writeFileSync(join(folder, 'small.bin'), Buffer.from([0, 1]));
    const storage = await startLoopbackHttp((_request, response) => response.writeHead(200).end());
    const file = (path: string) => ({ path, method: 'PUT', url: `${storage.url}/${path}?signature=s` });
    const upload = {
      files: [file('big.txt'), file('small.bin')],
      more: '/tasks/t/uploads',
      start: '/tasks/t/start',
    };
    const answers = {
      'POST /tasks': [202, { task_id: 't', status: 'submitted', upload }] as const,
      'POST /tasks/t/start': [202, { task_id: 't', status: 'queued' }] as const,
    };

    const { code, documents } = await run(['submit', 'Count', '--workspace', folder, '--json'], { answers });
    rmSync(folder, { recursive: true });
    await storage.close();

    expect(code).toBe(0);
    expect(documents()).toMatchObject([{ task_id: 't', status: 'queued' }]);
    expect(bodies()).toEqual([
      {
        description: 'Count',
        workspace: { upload: true, files: [{ path: 'big.txt' }, { path: 'small.bin' }] },
      },
      null,
    ]);
    const sent = storage.seen.map(({ method, path, body }) => [method, path, body.length]);
    expect(sent.sort()).toEqual([
      ['PUT', '/big.txt?signature=s', 4_600_000],
      ['PUT', '/small.bin?signature=s', 2],
    ]);
  });
});

describe('office watch', () => {
  it('prints a plain line an event when piped, then the call path with its places', async () => {
    const { code, output } = await run(['watch', 'task-1'], {
      events: [
        {
          type: 'step.finished',
          subtask_id: 'a',
          step_id: 's',
          message: 'code_analyzer answered',
          data: { duration_ms: 120 },
        },
        { type: 'task.completed', message: 'Done' },
      ],
      task: {
        final_result: {
          summary: 'main reaches process_data.',
          path: ['main', 'load'],
          locations: [
            { name: 'main', file: 'src/app.py', line: 9 },
            { name: 'load', file: 'src/load.py', line: 4 },
          ],
        },
      },
    });

    expect(code).toBe(0);
    expect(output().split('\n').slice(0, 6)).toEqual([
      '   +0.00s  step.finished       [a/s]  code_analyzer answered  (120 ms)',
      '   +0.10s  task.completed      Done',
      'main reaches process_data.',
      '  main     src/app.py:9',
      '  └ load   src/load.py:4',
      'Completed 1.5 s · $0',
    ]);
  });
});

const sums = { calls: 1, cache_hits: 0, input_tokens: 5, output_tokens: 2, usd: 0.02, saved_usd: 0 };
const usageReport = {
  from: '2026-01-01',
  to: '2026-01-30',
  total: sums,
  by_day: { '2026-01-01': sums },
  by_model: { small: sums },
  by_role: { planner: sums },
};

describe('the other commands', () => {
  const json = (body: unknown): readonly [number, unknown] => [200, body];

  it.each<[string[], string, readonly [number, unknown], unknown]>([
    [['cancel', 'x'], 'POST /tasks/x/cancel', [202, {}], null],
    [['approve', 'a:b'], 'POST /approvals/a%3Ab', json({}), { decision: 'approve' }],
    [
      ['reject', 'a', '--comment', 'no'],
      'POST /approvals/a',
      json({}),
      { decision: 'reject', comment: 'no' },
    ],
    [
      ['feedback', 'x', '--rating', '4', '--comment', 'ok'],
      'POST /tasks/x/feedback',
      [201, {}],
      { rating: 4, comment: 'ok' },
    ],
    [
      ['redrive', 'x', '--mode', 'edit', '--input', '{"description":"y"}', '--add-budget', '1'],
      'POST /dead-letters/x/redrive',
      [202, {}],
      { mode: 'edit', input: { description: 'y' }, add_budget_usd: 1 },
    ],
  ])('%j posts what it says', async (argv, route, answer, body) => {
    const { code } = await run(argv, { answers: { [route]: answer } });

    expect(code).toBe(0);
    expect(bodies()).toEqual([body]);
  });

  it.each<[string[], string, unknown, string]>([
    [
      ['tasks', '--status', 'failed'],
      'GET /tasks?status=failed',
      { tasks: [{ task_id: 't1', status: 'failed', description: 'Sum it' }] },
      'Sum it',
    ],
    [
      ['approvals'],
      'GET /approvals?status=pending',
      { approvals: [{ approval_id: 'a1', kind: 'approval', reason: 'high risk' }] },
      'high risk',
    ],
    [
      ['approvals', '--limit', '1', '--cursor', 'a#b'],
      'GET /approvals?status=pending&limit=1&cursor=a%23b',
      { approvals: [{ approval_id: 'a1' }], cursor: '2026#a1' },
      "More: --cursor '2026#a1'",
    ],
    [
      ['dead-letters'],
      'GET /dead-letters',
      { dead_letters: [{ task_id: 't1', class: 'tool_failed', error: { name: 'E', message: 'broke' } }] },
      'broke',
    ],
    [
      ['tools'],
      'GET /tools',
      { tools: [{ name: 'web_search', available: false, unavailable_reason: 'set BRAVE_API_KEY' }] },
      'unavailable: set BRAVE_API_KEY',
    ],
    [['usage', '--from', '2026-01-01'], 'GET /usage?from=2026-01-01', usageReport, '$0.020'],
  ])('%j shows what it gets, or passes it on with --json', async (argv, route, body, shown) => {
    const answers = { [route]: json(body) };

    const { code, output } = await run(argv, { answers });
    const program = await run([...argv, '--json'], { answers });

    expect(code).toBe(0);
    expect(output()).toContain(shown);
    expect(program.documents()).toEqual([body]);
  });

  it('show says where to decide about a task that waits for a person', async () => {
    const answers = { 'GET /tasks/t': json({ task_id: 't', status: 'awaiting_approval' }) };
    const { output } = await run(['show', 't'], { answers });
    expect(output()).toContain('It waits for a person: npm run office -- approvals\n');
  });

  it('show prints the subtasks and the files that were written', async () => {
    const task = {
      task_id: 't',
      status: 'completed',
      subtasks: [{ subtask_id: 'a', status: 'completed', description: 'First' }],
      final_result: { summary: 'Fine.' },
    };
    const answers = {
      'GET /tasks/t': json(task),
      'GET /tasks/t/artifacts': json({ artifacts: [{ path: 'report.md', size: 1_200 }] }),
    };

    const { code, output } = await run(['show', 't'], { answers });

    expect(code).toBe(0);
    expect(output()).toContain('  completed   First\n');
    expect(output()).toContain('Fine.');
    expect(output()).toContain('1 file written:\n  report.md  1.2 kB\n');
  });
});

describe('bad usage', () => {
  it.each([
    [['submit'], "missing required argument 'text'"],
    [['submit', '  '], 'The description is empty'],
    [['submit', 'x', '--priority', 'urgent'], 'Allowed choices are low, normal, high'],
    [['submit', 'x', '--max-cost', '-1'], 'Give a number from'],
    [['submit', 'x', '--workspace', '/nowhere/at/all'], 'does not exist'],
    [['feedback', 'x', '--rating', '6'], 'Give a whole number from 1 to 5'],
    [['redrive', 'x', '--input', '{'], '--input is not JSON'],
    [['tasks', '--limit', '0'], 'Give a whole number from 1'],
    [['wacth', 'x'], 'Did you mean watch?'],
    [['tools', 'new', 'No Name'], 'is no tool name'],
  ])('%j ends with 2 and says why', async (argv, why) => {
    const { code, problems, output } = await run(argv);

    expect(code).toBe(2);
    expect(problems()).toContain(why);
    expect(output()).toBe('');
  });

  it('tells an unknown key, an absent office and another server apart, in a line each', async () => {
    const wrongKey = await run(['tasks', '--key', 'another-key-0123456']);
    const other = await run(['tasks'], { answers: { 'GET /tasks': [200, 'hello'] } });
    await opened.pop()?.close();
    const closed = aTerminal({ env: { OFFICE_URL: office?.url, OFFICE_API_KEY: 'k' } });
    const code = await runOffice(['tasks'], closed);
    const nowhere = aTerminal({ root: process.cwd(), env: { OFFICE_DATA_DIR: tmpdir() } });
    const nowhereCode = await runOffice(['tasks'], nowhere);

    expect([wrongKey.code, wrongKey.problems()]).toEqual([
      2,
      'office: Unauthorized: The key is unknown: check --key or OFFICE_API_KEY (401)\n',
    ]);
    expect([other.code, other.problems()]).toEqual([
      1,
      expect.stringContaining('is not what an office sends'),
    ]);
    expect([code, closed.problems()]).toEqual([
      1,
      expect.stringContaining('(ECONNREFUSED): start one with "npm start"'),
    ]);
    expect([nowhereCode, nowhere.problems()]).toEqual([
      2,
      expect.stringContaining('No office is running here'),
    ]);
  });

  it('answers --help and --version on standard output with 0', async () => {
    const help = await run(['submit', '--help']);
    const version = await run(['--version']);

    expect([help.code, version.code]).toEqual([0, 0]);
    expect(help.output()).toContain('--allow-tool <name>');
    expect(version.output()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
