import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainArithmetic } from '../../../../lambdas/tools/math-calculator/plain-arithmetic.ts';

const sandbox = new URL('../../../../lambdas/tools/math-calculator/sandbox/', import.meta.url).href;
const { evaluateExpression } = await import(`${sandbox}evaluate.mjs`);
const { answerOf } = await import(`${sandbox}answer.mjs`);
const inSandbox = (expression: string): unknown => answerOf(evaluateExpression(expression, {}), undefined);

const integer = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 10_000_000 }), fc.maxSafeNat());
const space = fc.constantFrom('', ' ', '  ');
const { expression } = fc.letrec<{ expression: string; operation: string }>((tie) => ({
  operation: fc
    .tuple(tie('expression'), space, fc.constantFrom('+', '-', '*', '/'), space, tie('expression'))
    .map((parts) => parts.join('')),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    integer.map(String),
    tie('operation'),
    tie('expression').map((inner) => `(${inner})`),
    fc.tuple(space, tie('expression')).map(([gap, inner]) => `-${gap}${inner}`),
  ),
}));

describe('arithmetic that is plain', () => {
  it('has the answer of the sandbox, whatever it is made of', () => {
    let plain = 0;
    fc.assert(
      fc.property(expression, (text) => {
        const answer = plainArithmetic(text);
        if (answer === undefined) return;
        plain += 1;
        expect(answer).toStrictEqual(inSandbox(text));
      }),
      { numRuns: 2_000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it('has the answer of the sandbox, even where its characters stand in any order', () => {
    const character = fc.constantFrom(...'0123456789+-*/() ');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        const answer = plainArithmetic(text);
        if (answer !== undefined) expect(answer).toStrictEqual(inSandbox(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['6 * 7', 42, '6\\cdot7'],
    ['2 - (3 - -4) * 5', -33, '2-\\left(3--4\\right)\\cdot5'],
    ['84 / 2 / 3', 14, '\\frac{\\frac{84}{2}}{3}'],
    ['150000 + 99999', 249_999, '1.5\\cdot10^{+5}+99999'],
    ['0 * -3', 0, '0\\cdot-3'],
    ['007', 7, '7'],
    ['9007199254740991', 9_007_199_254_740_991, '9.007199254740991\\cdot10^{+15}'],
  ])('%s is %d', (text, value, latex) => {
    expect(plainArithmetic(text)).toStrictEqual({ value, type: 'number', latex });
    expect(inSandbox(text)).toEqual({ value, type: 'number', latex });
  });

  it('is so at its longest', () => {
    for (const text of [`${'('.repeat(99)}1${')'.repeat(99)}`, `1${'/1'.repeat(99)}`, `1${'*1'.repeat(99)}`])
      expect(plainArithmetic(text)).toStrictEqual(inSandbox(text));
  });
});

describe('what the sandbox decides', () => {
  it.each([
    '',
    '   ',
    '7 / 2',
    '1 / 0',
    '0 / 0',
    '1 / (2 - 2) * 0',
    '9007199254740992',
    '9007199254740991 + 1 - 1',
    '94906267 * 94906267',
    '1.5 * 2',
    '1e3',
    '2 ** 3',
    '2 ^ 3',
    '5 % 3',
    '2 (3)',
    '(2)(3)',
    '(2) 3',
    '1 2',
    '--3',
    '+3',
    '2 +',
    '2 + * 3',
    '(2',
    '2)',
    '()',
    '1\n2',
    '1\t+ 2',
    '٣ + 1',
    'x + 1',
    `1${'+1'.repeat(100)}`,
  ])('%j', (text) => {
    expect(plainArithmetic(text)).toBeUndefined();
  });
});
