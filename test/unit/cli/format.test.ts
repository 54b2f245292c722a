import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  age,
  count,
  duration,
  fit,
  manyLines,
  oneLine,
  table,
  usd,
  width,
} from '../../../scripts/cli/format.ts';

describe('format', () => {
  it.each([
    [0, '0 ms'],
    [420.4, '420 ms'],
    [1_234, '1.2 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_600_000, '1 h 00 min'],
    [-5, '0 ms'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it.each([
    [0, '$0'],
    [0.000001, '<$0.00001'],
    [0.00042, '$0.00042'],
    [0.0123, '$0.012'],
    [3.2, '$3.20'],
  ])('writes %d dollars as %s', (amount, text) => {
    expect(usd(amount)).toBe(text);
  });

  it('writes ages and counts', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');

    expect(age('2026-01-01T23:59:30Z', now)).toBe('just now');
    expect(age('2026-01-01T23:00:00Z', now)).toBe('1 h ago');
    expect(age('2025-12-30T00:00:00Z', now)).toBe('3 days ago');
    expect([count(1, 'step'), count(1_200, 'step')]).toEqual(['1 step', '1,200 steps']);
  });

  it('lets nothing redraw the terminal', () => {
    const hostile = 'a\u001b[2Jb\r\n\u009bc\u202ed\u2028e';

    expect(oneLine(hostile)).toBe('a [2Jb c d e');
    expect(manyLines('x\u001b]0;y\u0007\r\nz\tw')).toBe('x]0;y\nz\tw');
  });

  it('never fits text into more cells than there are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, max) => {
          expect(width(fit(text, max))).toBeLessThanOrEqual(Math.max(max, 1));
        },
      ),
    );
    expect(fit('日本語テキスト', 7)).toBe('日本語…');
  });

  it('lines columns up and cuts the last one', () => {
    expect(
      table(
        ['id', 'text'],
        [
          ['1', 'a'.repeat(30)],
          ['22', 'b'],
        ],
        20,
      ),
    ).toEqual(['ID  TEXT', `1   ${'a'.repeat(15)}…`, '22  b']);
  });
});
