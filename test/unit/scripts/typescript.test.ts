import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const typescript = new URL('../../../scripts/typescript.mjs', import.meta.url).href;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-typescript-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string) {
  const file = join(folder, 'program.ts');
  writeFileSync(file, program);
  return spawnSync(process.execPath, ['--import', typescript, file], { encoding: 'utf8' });
}

describe('TypeScript run as it is', () => {
  it('has its types erased and its functions left alone', () => {
    const { stdout } = run(`
      type Maybe<T> = T | null;
      const inner: Maybe<() => number> = () => 1;
      console.log(inner.toString(), inner.name);
    `);
    expect(stdout).toBe('() => 1 inner\n');
  });

  it('shows the source’s own lines in the stack of an error', () => {
    const { stderr } = run(`interface Wide {
  readonly a: number;
}

function fail(wide: Wide): never {
  throw new Error(String(wide.a));
}
fail({ a: 1 });
`);
    expect(stderr).toMatch(/at fail \(.*program\.ts:6:9\)/);
    expect(stderr).toMatch(/program\.ts:8:1/);
  });
});
