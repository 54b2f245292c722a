import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { doctor, examine, type Probe } from '../../../../scripts/cli/commands/doctor.ts';
import { writeConnection } from '../../../../scripts/cli/connection.ts';
import { startFakeOffice } from '../fake-office.ts';
import { aTerminal } from '../fake-terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-doctor-'));
});
let closing: () => Promise<void> = async () => {};
afterEach(async () => {
  await closing();
  rmSync(folder, { recursive: true, force: true });
});

const nothing: Probe = async () => null;
const only =
  (program: string, answer: string): Probe =>
  async (asked) =>
    asked === program ? answer : null;

describe('office doctor', () => {
  it('is content with a machine that has nothing but Node, and says what each missing thing is for', async () => {
    const terminal = aTerminal({
      env: { OFFICE_DATA_DIR: folder, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') },
    });

    const code = await doctor({}, terminal, nothing);

    expect(code).toBe(0);
    expect(terminal.output()).toMatch(/✔ Node +v\d/);
    expect(terminal.output()).toMatch(/○ Office +none is running here\n +→ npm start/);
    expect(terminal.output()).toMatch(/○ AWS +no credentials/);
  });

  it('reports a running office, what is installed, and credentials without showing them', async () => {
    const office = await startFakeOffice();
    writeConnection(folder, { url: office.url, api_key: office.key, pid: process.pid });
    const env = { OFFICE_DATA_DIR: folder, AWS_ACCESS_KEY_ID: 'AKIDSECRET', AWS_REGION: 'eu-west-1' };

    const findings = await examine({}, aTerminal({ env }), only('sam', 'SAM CLI, version 1.2'));
    await office.close();

    const found = Object.fromEntries(findings.map(({ name, detail }) => [name, detail]));
    expect(found).toMatchObject({
      Office: `${office.url}, ok, 1.2.3, fake`,
      SAM: 'SAM CLI, version 1.2',
      AWS: 'credentials from AWS_ACCESS_KEY_ID, region eu-west-1',
    });
    expect(JSON.stringify(findings)).not.toMatch(/AKIDSECRET|test-key/);
  });

  it('finds the MiniStack that npm run ministack has installed', async () => {
    const venv = join(folder, '.office', 'ministack', 'venv');
    const found = async () =>
      (await examine({}, { ...aTerminal({ env: {} }), root: folder }, nothing)).find(
        ({ name }) => name === 'MiniStack',
      );
    expect(await found()).toMatchObject({ state: 'absent', next: 'npm run ministack installs it' });
    mkdirSync(venv, { recursive: true });
    writeFileSync(join(venv, '.version'), '1.5.33');
    expect(await found()).toMatchObject({ state: 'ok', detail: '1.5.33, installed' });
  });

  it('finds a data directory that is a file, a key that is refused and an address that is none', async () => {
    const office = await startFakeOffice();
    closing = office.close;
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const found = async (env: NodeJS.ProcessEnv, name: string) =>
      (await examine({}, aTerminal({ env: { OFFICE_DATA_DIR: folder, ...env } }), nothing)).find(
        (each) => each.name === name,
      );

    expect(await found({ OFFICE_DATA_DIR: file }, 'Data')).toMatchObject({
      state: 'broken',
      detail: `${file} is not a folder`,
    });
    expect(await found({ OFFICE_URL: office.url, OFFICE_API_KEY: 'another' }, 'Office')).toMatchObject({
      state: 'broken',
      detail: `${office.url} refuses the API key`,
      next: expect.stringContaining('OFFICE_API_KEY'),
    });
    expect(await found({ OFFICE_URL: office.url, OFFICE_API_KEY: office.key }, 'Office')).toMatchObject({
      state: 'ok',
    });
    expect(await found({ OFFICE_URL: 'garbage' }, 'Office')).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining('is not an http(s) address'),
    });
    await closing();
    expect(await found({ OFFICE_URL: office.url }, 'Office')).toMatchObject({
      state: 'broken',
      detail: expect.stringMatching(/does not answer \([A-Z_]+\)/),
    });
  });

  it('cuts nothing off for a pipe', async () => {
    const deep = join(folder, 'x'.repeat(120));
    const terminal = aTerminal({ env: { OFFICE_DATA_DIR: deep } });

    await doctor({}, terminal, nothing);

    expect(terminal.output()).toContain(`${deep}, made at the first start`);
  });

  it('ends with 1 when the office it was told of does not answer', async () => {
    const terminal = aTerminal({ env: { OFFICE_DATA_DIR: folder, OFFICE_URL: 'http://127.0.0.1:1' } });

    expect(await doctor({ json: true }, terminal, nothing)).toBe(1);
    expect(terminal.documents()).toMatchObject([{ ok: false }]);
  });
});
