import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let root: string;
const lock = (version: string) =>
  JSON.stringify({
    packages: {
      '': {},
      'node_modules/a': { version },
      'node_modules/dev': { version: '1.0.0', dev: true },
      'node_modules/native': { version: '1.0.0', optional: true },
    },
  });

/** Stands for npm: records its arguments and installs what the lock file says, or fails. */
const npm = `
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (process.env.NPM_FAILS) { console.error('first line\\nnpm error network is unreachable'); process.exit(1); }
if (process.env.FOREIGN_BUILDS_MISSING && process.argv[2] === 'ci') {
  console.error('npm error code EUSAGE\\nnpm error Missing: @x/darwin-arm64@ from lock file\\nnpm error\\nnpm error Clean install a project\\nnpm error help');
  process.exit(1);
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
if (process.argv.includes('--omit=dev')) delete packages['node_modules/dev'];
delete packages['node_modules/native'];
mkdirSync('node_modules', { recursive: true });
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'office-deps-'));
  mkdirSync(join(root, 'scripts'));
  copyFileSync('scripts/with-dependencies.mjs', join(root, 'scripts', 'with-dependencies.mjs'));
  writeFileSync(join(root, 'package-lock.json'), lock('1.0.0'));
  writeFileSync(join(root, 'npm-cli.cjs'), npm);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(mode: string, env: NodeJS.ProcessEnv = {}, command = ['node', '-e', 'console.log("ran")']) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/with-dependencies.mjs', mode, '--', ...command],
    {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], npm_execpath: join(root, 'npm-cli.cjs'), ...env },
    },
  );
  return { status, stdout, stderr };
}
const calls = () =>
  existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [];

describe('with-dependencies', () => {
  it('installs once, keeps standard output for the command, and installs again for a new lock file', () => {
    const first = run('runtime');
    const second = run('runtime');
    writeFileSync(join(root, 'package-lock.json'), lock('2.0.0'));
    run('runtime');

    expect([first.status, first.stdout, second.stdout, second.stderr]).toEqual([0, 'ran\n', 'ran\n', '']);
    expect(first.stderr).toContain('Installing what the office needs to run');
    expect(calls()).toHaveLength(2);
    expect(calls()[0]).toMatch(/^ci .*--omit=dev/);
  });

  it('takes a full installation for both modes, a runtime one only for its own', () => {
    run('runtime');
    run('all');
    run('runtime');

    expect(calls().map((call) => call.includes('--omit=dev'))).toEqual([true, false]);
  });

  it('leaves an installation made by hand alone when it agrees with the lock file', () => {
    const packages = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/dev': { version: '1.0.0' } };
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));

    expect(run('all').status).toBe(0);
    expect(calls()).toEqual([]);
  });

  it("shows npm's last lines and what to do when it fails, and runs nothing", () => {
    const { status, stdout, stderr } = run('all', { NPM_FAILS: '1' });

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('npm error network is unreachable\nThe dependencies could not be installed');
    expect(existsSync(join(root, '.office', 'install.lock'))).toBe(false);
  });

  it('installs the locked versions when only builds for other platforms can not be had', () => {
    const { status, stdout } = run('runtime', { FOREIGN_BUILDS_MISSING: '1' });

    expect([status, stdout]).toEqual([0, 'ran\n']);
    expect(calls().map((call) => call.split(' ').slice(0, 2))).toEqual([
      ['ci', '--no-audit'],
      ['install', '--no-save'],
    ]);
  });

  it('takes over from an installation that died', () => {
    mkdirSync(join(root, '.office'));
    writeFileSync(join(root, '.office', 'install.lock'), String(2 ** 30));

    expect(run('runtime').status).toBe(0);
  });

  it('ends as the command ends', () => {
    expect(run('runtime', {}, ['node', '-e', 'process.exit(7)']).status).toBe(7);
    expect(run('runtime', {}, ['node', '-e', 'process.kill(process.pid, "SIGTERM")']).status).toBe(143);
  });

  it('refuses a wrong call', () => {
    expect(run('some')).toMatchObject({ status: 2, stdout: '' });
  });
});
