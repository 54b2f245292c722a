import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  InvalidPathError,
  MAX_PATH_BYTES,
  normalizeWorkspaceFolder,
  normalizeWorkspacePath,
} from '../../../../lambdas/shared/security/workspace-path.ts';

describe('normalizeWorkspacePath', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['./a.txt', 'a.txt'],
    ['././src/./app.py', 'src/app.py'],
    ['data/2024 report (final).csv', 'data/2024 report (final).csv'],
    ['100%.txt', '100%.txt'],
    ['a%20b.txt', 'a%20b.txt'],
    ['en%e2%80%93dash.txt', 'en%e2%80%93dash.txt'],
    ['.gitignore', '.gitignore'],
    ['...rc', '...rc'],
    ['a..b/c', 'a..b/c'],
    ['12:30.log', '12:30.log'],
    ['~$budget.xlsx', '~$budget.xlsx'],
    ['übersicht/日本語.md', 'übersicht/日本語.md'],
    ['cafe\u0301.txt', 'caf\u00e9.txt'],
    ['👩‍💻.txt', '👩‍💻.txt'],
    ['console.log', 'console.log'],
    ['auxiliary/nullable.ts', 'auxiliary/nullable.ts'],
  ])('keeps %j as %j', (path, expected) => {
    expect(normalizeWorkspacePath(path)).toBe(expected);
  });

  it.each(['__proto__', './__proto__'])('refuses %j, which no record can have as a key', (path) => {
    expect(() => normalizeWorkspacePath(path)).toThrow(InvalidPathError);
    expect(normalizeWorkspacePath('src/__proto__')).toBe('src/__proto__');
  });

  it('explains a refusal in one line without control characters', () => {
    expect(() => normalizeWorkspacePath('../etc/passwd')).toThrow(
      'The path "../etc/passwd" leaves its folder; use a relative path inside the workspace, such as "data/report.csv".',
    );
    expect(() => normalizeWorkspacePath('a\u0000\nb')).toThrow(InvalidPathError);
    try {
      normalizeWorkspacePath('a\u0000\nb\ud800');
    } catch (error) {
      expect((error as Error).message).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  it('measures bytes, not characters', () => {
    const twoBytes = Array.from({ length: 4 }, () => 'é'.repeat(64)).join('/');
    expect(() => normalizeWorkspacePath(twoBytes)).toThrow(`${MAX_PATH_BYTES} bytes`);
    expect(normalizeWorkspacePath(Array.from({ length: 3 }, () => 'é'.repeat(64)).join('/'))).toHaveLength(
      194,
    );
  });

  const fragment = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%00',
      '%252e',
      'a',
      'b.txt',
      ' ',
      '．',
      '／',
      '‥',
      '\0',
      'C:',
      'NUL',
      '~',
      '\u200b',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const nasty = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));

  it('gives either a path that stays inside any root, or InvalidPathError', () => {
    fc.assert(
      fc.property(nasty, (path) => {
        let normalized: string;
        try {
          normalized = normalizeWorkspacePath(path);
        } catch (error) {
          return error instanceof InvalidPathError;
        }
        const inside = new URL(`http://host/root/${normalized.split('/').map(encodeURIComponent).join('/')}`);
        const raw = new URL(`http://host/root/${normalized.replaceAll('?', '_').replaceAll('#', '_')}`);
        return (
          inside.pathname.startsWith('/root/') &&
          raw.pathname.startsWith('/root/') &&
          !normalized.split('/').some((segment) => ['', '.', '..'].includes(segment)) &&
          !/[\\\0]/.test(normalized) &&
          Buffer.byteLength(normalized) <= MAX_PATH_BYTES
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(nasty, (path) => {
        let once: string;
        try {
          once = normalizeWorkspacePath(path);
        } catch {
          return true;
        }
        return normalizeWorkspacePath(once) === once;
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts every path of ordinary names', () => {
    const name = fc
      .stringMatching(/^[a-bd-km-z][a-z0-9_-]{0,12}(\.[a-z]{1,4})?$/)
      .filter((text) => !/^(aux|nul|prn)(\.|$)/.test(text));
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 6 }),
        (names) => normalizeWorkspacePath(names.join('/')) === names.join('/'),
      ),
    );
  });
});

describe('normalizeWorkspaceFolder', () => {
  it.each([
    ['', ''],
    ['.', ''],
    ['./', ''],
    ['src', 'src'],
    ['src/', 'src'],
    ['./src/lib/', 'src/lib'],
  ])('reads %j as %j', (path, expected) => {
    expect(normalizeWorkspaceFolder(path)).toBe(expected);
  });

  it.each(['/', '//', '..', 'src//', '../', 'src/../..'])('refuses %j', (path) => {
    expect(() => normalizeWorkspaceFolder(path)).toThrow(InvalidPathError);
  });

  it('is the only one to accept the workspace itself', () => {
    for (const path of ['', '.', './', './.'])
      expect(() => normalizeWorkspacePath(path)).toThrow(InvalidPathError);
  });
});
