import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'office-ci-'));
  cpSync('.ci', join(root, '.ci'), { recursive: true });
  mkdirSync(join(root, 'bin'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the script with an npm that says, for each script, what `says` holds. */
function run(scripts: readonly string[], says: Readonly<Record<string, { text: string; code?: number }>>) {
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ scripts: Object.fromEntries(scripts.map((s) => [s, 'x'])) }),
  );
  const cases = Object.entries(says).map(
    ([name, { text, code }]) => `*" ${name} "*) printf '%b\\n' '${text}'; exit ${code ?? 0};;`,
  );
  writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\ncase " $* " in\n${cases.join('\n')}\nesac\n`);
  chmodSync(join(root, 'bin', 'npm'), 0o755);
  const { status, stdout } = spawnSync('bash', ['.ci/run'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}` },
  });
  return { status, last: stdout.trim().split('\n').at(-1), stdout };
}

describe('.ci/run', () => {
  it('sums the stages, counting what was skipped, and leaves out stages this checkout has not', () => {
    const { status, last, stdout } = run(['test', 'check', 'test:deployed'], {
      test: { text: 'noise\\n3 passed, 0 failed, 2 skipped' },
      check: { text: '2 passed, 0 failed' },
      'test:deployed': { text: '4 passed, 0 failed' },
    });

    expect([status, last]).toEqual([0, '9 passed, 0 failed, 2 skipped']);
    expect(stdout).toContain('CloudFormation template (cfn-lint) left out');
  });

  it('fails when a stage fails, says nothing of its tests, or ends badly after passing', () => {
    const failing = run(['test', 'check'], {
      test: { text: '3 passed, 2 failed', code: 1 },
      check: { text: '1 passed, 0 failed' },
    });
    const silent = run(['test', 'check'], {
      test: { text: 'crash', code: 1 },
      check: { text: '1 passed, 0 failed' },
    });
    const crashed = run(['test', 'check'], {
      test: { text: '3 passed, 0 failed', code: 9 },
      check: { text: '1 passed, 0 failed' },
    });

    expect([failing.status, failing.last]).toEqual([1, '4 passed, 2 failed']);
    expect([silent.status, silent.last]).toEqual([1, '1 passed, 1 failed']);
    expect([crashed.status, crashed.last]).toEqual([1, '4 passed, 1 failed']);
  });
});
