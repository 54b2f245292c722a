import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  readConnection,
  removeConnection,
  resolveConnection,
  writeConnection,
} from '../../../scripts/cli/connection.ts';

let root: string;
let data: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'office-connection-'));
  data = join(root, '.office');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const local = { url: 'http://127.0.0.1:8787', api_key: 'local-key', pid: process.pid };
/** Larger than any process id Linux, macOS or Windows gives out. */
const GONE = 2 ** 30;

describe('resolveConnection', () => {
  it('takes the options before the environment before the local office', () => {
    writeConnection(data, local);
    const env = { OFFICE_URL: 'https://office.example/', OFFICE_API_KEY: 'env-key' };

    expect(resolveConnection({ url: 'http://a:1', key: 'k' }, env, root)).toEqual({
      url: 'http://a:1',
      key: 'k',
    });
    expect(resolveConnection({}, env, root)).toEqual({ url: 'https://office.example', key: 'env-key' });
    expect(resolveConnection({}, {}, root)).toEqual({ url: local.url, key: 'local-key' });
    expect(resolveConnection({ url: local.url }, {}, root)).toEqual({ url: local.url, key: 'local-key' });
  });

  it('finds the office of OFFICE_DATA_DIR', () => {
    const elsewhere = join(root, 'elsewhere');
    writeConnection(elsewhere, local);

    expect(resolveConnection({}, { OFFICE_DATA_DIR: elsewhere }, root).url).toBe(local.url);
  });

  it('says how to start an office when none runs', () => {
    expect(() => resolveConnection({}, {}, root)).toThrow(
      'No office is running here: start one with "npm start"',
    );
    writeConnection(data, { ...local, pid: GONE });
    expect(() => resolveConnection({}, {}, root)).toThrow('No office is running here');
  });

  it('never sends the local key to another address', () => {
    writeConnection(data, local);

    expect(() => resolveConnection({ url: 'http://elsewhere:1' }, {}, root)).toThrow('An API key is needed');
  });

  it.each(['ftp://x', 'office', ''])('refuses the address %j', (url) => {
    expect(() => resolveConnection({ url, key: 'k' }, {}, root)).toThrow('is not an http(s) address');
  });
});

describe('the connection file', () => {
  it('is readable by its owner only, also when it was not before', () => {
    writeConnection(data, local);
    writeFileSync(join(data, 'connection.json'), '{}', { mode: 0o644 });
    writeConnection(data, local);

    expect(statSync(join(data, 'connection.json')).mode & 0o777).toBe(0o600);
  });

  it('counts as missing when it is damaged', () => {
    writeConnection(data, local);
    writeFileSync(join(data, 'connection.json'), '{"url":');

    expect(readConnection(data)).toBeNull();
  });

  it('is removed by its own office only', () => {
    writeConnection(data, local);

    removeConnection(data, GONE);
    expect(readConnection(data)).toEqual(local);
    removeConnection(data, process.pid);
    expect(readConnection(data)).toBeNull();
  });
});
