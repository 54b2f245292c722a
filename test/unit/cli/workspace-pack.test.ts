import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packLimits, packWorkspace } from '../../../scripts/cli/workspace-pack.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-pack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

describe('packWorkspace', () => {
  it('packs text as text and the rest as base64, in path order', () => {
    write('src/b.py', 'print("é")\n');
    write('a.bin', Buffer.from([0, 255, 1]));
    write('latin1.txt', Buffer.from([0x63, 0xe9]));

    const { files, left_out } = packWorkspace(folder);

    expect(files.map(({ path, content, encoding }) => [path, encoding, content])).toEqual([
      ['a.bin', 'base64', 'AP8B'],
      ['latin1.txt', 'base64', 'Y+k='],
      ['src/b.py', 'utf8', 'print("é")\n'],
    ]);
    expect(left_out).toEqual([]);
  });

  it('keeps a byte order mark', () => {
    write('bom.csv', '\ufeffa,b');

    expect(packWorkspace(folder).files[0]?.content).toBe('\ufeffa,b');
  });

  it('leaves out what tools made, and says which links and large files stay behind', () => {
    for (const made of ['.git/HEAD', 'node_modules/x/index.js', 'p/__pycache__/a.pyc', '.venv/bin/x'])
      write(made, 'x');
    write('big.bin', Buffer.alloc(30));
    write('big.txt', 'y'.repeat(60));
    write('kept.txt', 'y');
    symlinkSync('/', join(folder, 'everything'));

    const packed = packWorkspace(folder, { ...packLimits, binary_bytes: 20, text_bytes: 50 });

    expect(packed.files.map(({ path }) => path)).toEqual(['kept.txt']);
    expect(packed.left_out).toEqual([
      'big.bin is a binary file of 30 bytes; the limit is 20 bytes.',
      'big.txt is a text file of 60 bytes; the limit is 50 bytes.',
      'everything is a link.',
    ]);
  });

  it('refuses more than a task can hold, a missing folder and a file', () => {
    write('a.txt', 'x'.repeat(40));
    write('b.txt', 'x'.repeat(40));

    expect(() => packWorkspace(folder, { ...packLimits, total_bytes: 50 })).toThrow('is too large');
    expect(() => packWorkspace(join(folder, 'nowhere'))).toThrow('does not exist');
    expect(() => packWorkspace(join(folder, 'a.txt'))).toThrow('is a file');
  });
});
