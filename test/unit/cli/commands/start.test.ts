import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastWords, secondProcessFrom, shellQuote } from '../../../../scripts/cli/commands/start.ts';
import { writeConnection } from '../../../../scripts/cli/connection.ts';
import { runOffice } from '../../../../scripts/cli/program.ts';
import { aTerminal } from '../fake-terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const terminal = aTerminal({ env: { OFFICE_DATA_DIR: folder, ...env } });
  const code = await runOffice(['start', ...argv], terminal);
  expect(code).toBe(2);
  expect(terminal.problems().match(/\n/g)).toHaveLength(1);
  return terminal.problems();
}

describe('office start', () => {
  it('says in one line that the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    const said = await start(['--port', String(port)]);
    server.close();

    expect(said).toBe(
      `office: Port ${port} is taken; stop what listens there, or choose another, e.g. PORT=8788 npm start.\n`,
    );
  });

  it('says in one line that the data directory can not be used', async () => {
    writeFileSync(join(folder, 'file'), '');

    expect(await start(['--port', '0', '--data', join(folder, 'file', 'x')])).toMatch(
      /can't be written .*ENOTDIR/,
    );
  });

  it('does not start a second office on the same data', async () => {
    // The parent process lives as long as this test, and is not this process.
    writeConnection(folder, { url: 'http://127.0.0.1:1', api_key: 'k', pid: process.ppid });

    expect(await start(['--port', '0'])).toContain(`An office already runs on ${folder}`);
  });

  it.each([
    [{ PORT: '80a' }, 'PORT is "80a"'],
    [{ OFFICE_API_KEY: 'short' }, 'OFFICE_API_KEY has 5 characters'],
    [{ OFFICE_API_KEY: 'a key with a space in it' }, 'holds characters that an HTTP header can not'],
  ])('refuses %j', async (env, why) => {
    expect(await start([], env)).toContain(why);
  });
});

describe('the end of an office whose disk is full', () => {
  it('says what to do; any other end stays what it is', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });

    expect(lastWords(full, '/data')).toMatch(
      /^office: The data directory \/data takes no more \(ENOSPC\).*make room.*\n$/,
    );
    expect(lastWords(new TypeError('x is not a function'), '/data')).toBeNull();
  });
});

describe('shellQuote', () => {
  it.each([
    ['plain-1.0', 'plain-1.0'],
    ["it's $HOME", "'it'\\''s $HOME'"],
    ['', "''"],
  ])('quotes %j', (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });
});

describe('the second process of functions', () => {
  it('is for load, where there is a second core', () => {
    expect(secondProcessFrom({}, 2)).toEqual({});
    expect(secondProcessFrom({ OFFICE_SECOND_PROCESS: 'load' }, 1)).toBeUndefined();
  });

  it('takes all functions or none when the setting says so', async () => {
    expect(secondProcessFrom({ OFFICE_SECOND_PROCESS: 'always' }, 1)).toEqual({ from: 0 });
    expect(secondProcessFrom({ OFFICE_SECOND_PROCESS: 'never' }, 8)).toBeUndefined();
    expect(await start([], { OFFICE_SECOND_PROCESS: 'sometimes' })).toBe(
      'office: OFFICE_SECOND_PROCESS is "sometimes": give load, always or never.\n',
    );
  });
});
