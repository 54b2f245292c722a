import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesGlob } from '../../../../lambdas/tools/file-operations/glob.ts';

describe('matchesGlob', () => {
  it.each([
    ['a.csv', '*.csv', true],
    ['data/a.csv', '*.csv', true],
    ['data/a.csv', 'a.csv', true],
    ['a.csvx', '*.csv', false],
    ['a.txt', '?.txt', true],
    ['ab.txt', '?.txt', false],
    ['👩.txt', '?.txt', true],
    ['src/a.py', 'src/*.py', true],
    ['src/lib/a.py', 'src/*.py', false],
    ['src/a.py', 'src/**/*.py', true],
    ['src/x/y/a.py', 'src/**/*.py', true],
    ['src/x/y/a.py', './src/**', true],
    ['lib/src/a.py', 'src/**', false],
    ['lib/src/a.py', '**/src/*', true],
    ['a/b', '**', true],
    ['a+(b).txt', 'a+(b).txt', true],
    ['axb', 'a.b', false],
  ])('%s against %s is %p', (path, glob, expected) => {
    expect(matchesGlob(path, glob)).toBe(expected);
  });

  it('agrees with the regular expression a glob means', () => {
    const segment = fc.stringMatching(/^[ab]{1,4}$/);
    const glob = fc.stringMatching(/^[ab*?]{1,6}$/).filter((text) => !text.includes('**'));
    fc.assert(
      fc.property(segment, glob, (path, pattern) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        return matchesGlob(path, pattern) === regex.test(path);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends for a hostile glob, which a backtracking one would not', () => {
    expect(
      matchesGlob(`${'a'.repeat(200)}/${'a'.repeat(200)}`, `${'*a'.repeat(200)}/${'*a'.repeat(40)}b`),
    ).toBe(false);
  });
});
