import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runOffice } from '../../../../scripts/cli/program.ts';
import { type LoopbackHttp, sendJson, startLoopbackHttp } from '../../../helpers/loopback-http.ts';
import { type FakeOffice, startFakeOffice } from '../fake-office.ts';
import { aTerminal } from '../fake-terminal.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

async function run(
  argv: readonly string[],
  answers: Record<string, readonly [number, unknown]> = {},
  env: Record<string, string> = {},
) {
  const office: FakeOffice = await startFakeOffice({ answers });
  opened.push(office);
  const terminal = aTerminal({ env: { OFFICE_URL: office.url, OFFICE_API_KEY: office.key, ...env } });
  const code = await runOffice(argv, terminal);
  const sent = office.seen.map(({ method, path, body }) => ({ method, path, body }));
  return { code, sent, out: terminal.output(), err: terminal.problems() };
}

const manifest = {
  name: 'wx_today',
  version: '1.0.0',
  description: 'Weather.',
  input_schema: { type: 'object' },
  output_schema: { type: 'object' },
  risk: 'high',
  idempotent: false,
  timeout_seconds: 60,
  memory_mb: 512,
  network: 'internet',
  workspace: 'none',
  example: {},
  source: { kind: 'mcp', url: 'https://mcp.example/mcp', tool: 'today' },
};
const view = { ...manifest, available: true, unavailable_reason: null };
const refreshed = {
  name: 'wx',
  url: 'https://mcp.example/mcp',
  tools: ['wx_today'],
  updated_at: '2026-01-01T00:00:00.000Z',
  added: ['wx_today'],
  changed: [],
  removed: [],
};

describe('office tools', () => {
  it('adds an MCP server and says what it found', async () => {
    const argv = ['tools', 'add-mcp', 'wx', 'https://mcp.example/mcp'];
    const { code, sent, out } = await run(argv, { 'PUT /mcp-servers/wx': [200, refreshed] });
    expect(code).toBe(0);
    expect(sent).toEqual([
      { method: 'PUT', path: '/mcp-servers/wx', body: { url: 'https://mcp.example/mcp' } },
    ]);
    expect(out).toContain('+ wx_today  risk high');
  });

  it('takes options after its own commands', async () => {
    const { out } = await run(['tools', 'refresh-mcp', 'wx', '--json'], {
      'POST /mcp-servers/wx/refresh': [200, refreshed],
    });
    expect(JSON.parse(out)).toMatchObject({ name: 'wx' });
  });

  it('classifies with a new version and nothing else changed', async () => {
    const { code, sent } = await run(['tools', 'classify', 'wx_today', 'low'], {
      'GET /tools/wx_today': [200, view],
      'PUT /tools/wx_today': [200, { ...view, risk: 'low', version: '1.0.1' }],
    });
    expect(code).toBe(0);
    expect(sent[1]?.body).toEqual({ ...manifest, risk: 'low', version: '1.0.1' });
  });

  it('refuses another risk', async () => {
    const { code, err } = await run(['tools', 'classify', 'wx_today', 'none']);
    expect(code).toBe(2);
    expect(err).toContain('give low, medium or high');
  });
});

/** The few calls of Lambda and S3 that discovery makes: three functions, two of them tagged. */
async function startAws(tags: Record<string, Record<string, string>>): Promise<LoopbackHttp> {
  const { source: _source, ...described } = { ...manifest, name: 'word_count', risk: 'low' };
  const aws = await startLoopbackHttp(({ path }, response) => {
    const url = decodeURIComponent(path);
    const tagged = /^\/2017-03-31\/tags\/.*function:(\w+)/.exec(url)?.[1];
    if (/^\/2015-03-31\/functions\/?(?:\?.*)?$/.test(url)) {
      const Functions = Object.keys(tags).map((name) => ({
        FunctionName: name,
        FunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      }));
      sendJson(response, 200, { Functions });
    } else if (tagged !== undefined) sendJson(response, 200, { Tags: tags[tagged] });
    else if (url.includes('/invocations')) sendJson(response, 200, { status: 'ok', output: described });
    else sendJson(response, 200, { ...described, name: 'other_tool' });
  });
  opened.push(aws);
  return aws;
}

describe('office tools discover', () => {
  const aws = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('registers what carries the tag, and says what is wrong with the rest', async () => {
    Object.assign(process.env, aws);
    const server = await startAws({
      counting: { 'office:tool': 'describe' },
      other: { 'office:tool': 's3://manifests/other.json' },
      unrelated: { team: 'x' },
      wrong: { 'office:tool': 'somewhere' },
    });
    const { code, sent, out } = await run(
      ['tools', 'discover'],
      { 'PUT /tools/word_count': [200, view], 'PUT /tools/other_tool': [200, view] },
      { AWS_ENDPOINT_URL: server.url },
    );
    expect(sent.map(({ path, body }) => [path, (body as typeof manifest).source])).toEqual([
      ['/tools/word_count', { kind: 'lambda', function_name: 'counting' }],
      ['/tools/other_tool', { kind: 'lambda', function_name: 'other' }],
    ]);
    expect(out).toContain('wrong: The tag office:tool is "somewhere"');
    expect(code).toBe(1);
  });

  it('only lists with --dry-run', async () => {
    Object.assign(process.env, aws);
    const server = await startAws({ counting: { 'office:tool': 'describe' } });
    const { code, sent, out } = await run(
      ['tools', 'discover', '--dry-run', '--json'],
      {},
      { AWS_ENDPOINT_URL: server.url },
    );
    expect(code).toBe(0);
    expect(sent).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ tools: [{ manifest: { name: 'word_count' } }] });
  });
});

describe('office policies', () => {
  const text = 'permit (principal, action, resource);';

  it('puts the text of a file, shows it and removes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'office-policy-'));
    writeFileSync(join(folder, 'p.cedar'), text);
    const kept = { name: 'mine', text, default: false, updated_at: '2026-01-01T00:00:00.000Z' };
    const put = await run(['policies', 'put', 'mine', join(folder, 'p.cedar')], {
      'PUT /policies/mine': [200, kept],
    });
    expect(put.sent[0]?.body).toEqual({ text });
    const shown = await run(['policies', 'show', 'mine'], { 'GET /policies/mine': [200, kept] });
    expect(shown.out).toBe(`${text}\n`);
    const listed = await run(['policies'], {
      'GET /policies': [200, { schema: '', policies: [kept] }],
    });
    expect(listed.out).toContain('mine');
    rmSync(folder, { recursive: true });
  });

  it('tells Cedar’s words about what the office refuses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'office-policy-'));
    writeFileSync(join(folder, 'p.cedar'), 'nonsense');
    const { code, err } = await run(['policies', 'put', 'mine', join(folder, 'p.cedar')], {
      'PUT /policies/mine': [
        400,
        { title: 'Bad Request', status: 400, detail: 'unexpected token `nonsense`' },
      ],
    });
    expect(code).not.toBe(0);
    expect(err).toContain('unexpected token');
    rmSync(folder, { recursive: true });
  });
});
