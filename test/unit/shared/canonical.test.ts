import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import canonicalizeModule from 'canonicalize';
import fc from 'fast-check';
import { canonicalHash } from '../../../lambdas/shared/canonical.ts';

/** The package is CommonJS without a `default` in its types; the default import is the function itself. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

describe('canonicalHash', () => {
  it('hashes what the RFC’s own library writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }), (value) => {
        expect(canonicalHash(value)).toBe(hash('sha256', canonicalize(value), 'hex'));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['members in any order', { b: 1, a: [{ d: null, c: '€' }] }, '{"a":[{"c":"€","d":null}],"b":1}'],
    ['names like numbers', { 10: 'x', 9: 'y', '': 0 }, '{"":0,"10":"x","9":"y"}'],
    ['numbers as ECMAScript prints them', [1e30, 4.5, 2e-3, -0, 1e-27], '[1e+30,4.5,0.002,0,1e-27]'],
    ['what must be escaped', 'a"\\\n\u0007\u007f\ud800', '"a\\"\\\\\\n\\u0007\u007f\\ud800"'],
    ['what JSON has not', { a: undefined, b: [undefined, 1] }, '{"b":[null,1]}'],
    ['dates', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ])('writes %s', (_what, value, text) => {
    expect(canonicalHash(value)).toBe(hash('sha256', text, 'hex'));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined])('refuses %p', (value) => {
    expect(() => canonicalHash(value)).toThrow(TypeError);
  });
});
