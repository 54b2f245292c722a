import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const scripts = fileURLToPath(new URL('../../../scripts', import.meta.url));

it('says how to install what it needs when it is started by itself on a fresh clone', () => {
  const clone = mkdtempSync(join(tmpdir(), 'office-clone-'));
  mkdirSync(join(clone, 'scripts'));
  for (const file of ['office.mjs', 'typescript.mjs', 'typescript-loader.mjs'])
    copyFileSync(join(scripts, file), join(clone, 'scripts', file));

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(clone, 'scripts', 'office.mjs'), 'tasks'],
    {
      encoding: 'utf8',
    },
  );
  rmSync(clone, { recursive: true });

  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^office: .*npm run office -- .*\n$/);
});
