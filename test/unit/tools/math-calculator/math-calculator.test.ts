import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { manifestOf } from '../../../../lambdas/shared/tools/define-tool.ts';
import { createMathCalculator } from '../../../../lambdas/tools/math-calculator/math-calculator.ts';
import { toolManifestSchema } from '../../../../schemas/tool.ts';
import { aRun } from '../../../helpers/tool-run.ts';

const calculator = createMathCalculator();
/** Where another limit than that of time is what counts. */
const patient = createMathCalculator({ limit_ms: 30_000 });
beforeAll(() => calculator.warm());
afterAll(() => {
  calculator.close();
  patient.close();
});

type Inputs = Parameters<typeof calculator.run>[0];
const calculated = async (expression: string, more: Partial<Inputs> = {}) => {
  const { output } = await calculator.run({ expression, ...more }, aRun());
  return output;
};
const valueFor = async (expression: string, more: Partial<Inputs> = {}) =>
  (await calculated(expression, more)).value;

describe('the manifest', () => {
  it('is valid and its example is an input', () => {
    expect(toolManifestSchema.parse(manifestOf(calculator.declaration)).name).toBe('math_calculator');
    expect(calculator.declaration.inputs.safeParse(calculator.declaration.example).success).toBe(true);
  });
});

describe('numbers', () => {
  it.each([
    ['0.1 + 0.2', 0.3],
    ['1/3', 1 / 3],
    ['(1/3) * 3', 1],
    ['1/3 + 1/3 + 1/3 == 1', true],
    ['2^-3', 0.125],
    ['10 mod 3', 1],
    ['20% * 50', 10],
    ['sqrt(16)', 4],
    ['sqrt(2)', Math.SQRT2],
    ['sin(pi / 6)', 0.5],
    ['sin(pi)', 0],
    ['cos(60 deg)', 0.5],
    ['log(8, 2)', 3],
    ['exp(1)', Math.E],
    ['round(2.345, 2)', 2.35],
    ['gamma(5.5)', 52.3427777845535],
    ['combinations(50, 6)', 15_890_700],
    ['100! / 98!', 9_900],
    ['2 < 3 and 3 < 4', true],
    ['1e-20', 1e-20],
    ['f(x) = x^2; f(3) + 1', 10],
    ['a = 2; b = a * 3; b', 6],
  ])('%s is %j', async (expression, value) => {
    expect(await valueFor(expression)).toEqual(value);
  });

  it.each([
    ['2 × 3 ÷ 4', 1.5],
    ['5 − 2·2', 1],
    ['3² + 2⁻¹', 9.5],
    ['√16 + √(9)', 7],
    ['2π', 2 * Math.PI],
    ['2**10', 1024],
    ['ln(e)', 1],
    ['sin(30°)', 0.5],
    ['10% of 50', 5],
    ['12.5 percent of 80', 10],
    ['3 ≤ 4', true],
    ['2 ≠ 3', true],
    ['32 °F to °C', '0 degC'],
    ['60 mph * 2 hours to km', '193.12128 km'],
    ['10 knots to km/h', '18.52 km / h'],
    ['1 lightyear to km', '9460730472580.8 km'],
    ['2000 kcal to kJ', '8368 kJ'],
  ])('reads %s as people mean it: %j', async (expression, value) => {
    expect(await valueFor(expression)).toEqual(value);
  });

  it.each([
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(-2.345, 2)', -2.35],
    ['round(-sqrt(7), 3)', -2.646],
  ])('%s rounds half away from zero: %d', async (expression, value) => {
    expect(await valueFor(expression)).toBe(value);
  });

  it('adds 400 numbers in one expression', async () => {
    expect(await valueFor(Array.from({ length: 400 }, () => '0.1').join(' + '))).toBe(40);
  });

  it('gives every digit of an integer that no double holds', async () => {
    expect(await calculated('2^100')).toMatchObject({
      value: '1267650600228229401496703205376',
      type: 'bignumber',
    });
    expect(await valueFor('factorial(25)')).toBe('15511210043330985984000000');
  });

  it('gives as many digits as asked for', async () => {
    expect(await valueFor('1/3', { precision: 30 })).toBe('0.333333333333333333333333333333');
    expect(await valueFor('pi', { precision: 40 })).toBe('3.141592653589793238462643383279502884197');
    expect(await valueFor('e', { precision: 3 })).toBe(2.72);
  });

  it('knows complex numbers', async () => {
    expect(await calculated('sqrt(-4)')).toMatchObject({ value: '2i', type: 'complex' });
    expect(await valueFor('abs(3 + 4i)')).toBe(5);
  });

  it('adds decimals as written, for any two decimals', async () => {
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(cents, cents, async (left, right) => {
        expect(await valueFor(`(${left} / 100) + (${right} / 100)`)).toBe((left + right) / 100);
      }),
      { numRuns: 50 },
    );
  });

  it('multiplies integers of any size like BigInt', async () => {
    const big = fc.bigInt({ min: 2n ** 60n, max: 2n ** 200n });
    await fc.assert(
      fc.asyncProperty(big, big, async (left, right) => {
        expect(await valueFor(`${left} * ${right}`)).toBe(String(left * right));
      }),
      { numRuns: 50 },
    );
  });
});

describe('units, matrices, statistics, symbols', () => {
  it.each([
    ['5 km to miles', '3.10685596118667 miles', 'unit'],
    ['100 degF to degC', '37.7777777777778 degC', 'unit'],
    ['2 inch + 3 cm', '3.18110236220472 inch', 'unit'],
    ['0.1 m + 0.2 m', '0.3 m', 'unit'],
    ['5 kg * 9.81 m/s^2 to N', '49.05 N', 'unit'],
    ['1 week to seconds', '604800 seconds', 'unit'],
    ['[1, 2; 3, 4] * [5; 6]', [[17], [39]], 'matrix'],
    [
      'inv([1, 2; 3, 4])',
      [
        [-2, 1],
        [1.5, -0.5],
      ],
      'matrix',
    ],
    ['det([1, 2; 3, 4])', -2, 'number'],
    ['lusolve([2, 1; 1, 3], [3; 5])', [[0.8], [1.4]], 'matrix'],
    ['mean([1, 2, 3, 4])', 2.5, 'number'],
    ['median([5, 1, 3])', 3, 'number'],
    ['variance([1, 2, 3])', 1, 'number'],
    ['std([2, 4, 4, 4, 5, 5, 7, 9], "uncorrected")', 2, 'number'],
    ['sum(1:100)', 5050, 'number'],
    ['map([1, 4, 9], sqrt)', [1, 2, 3], 'matrix'],
    ['derivative(x^2, x)', '2 * x', 'expression'],
    ['derivative("x^2", "x")', '2 * x', 'expression'],
    ['simplify(2x + 3x)', '5 * x', 'expression'],
  ])('%s is %j', async (expression, value, type) => {
    expect(await calculated(expression)).toMatchObject({ value, type });
  });
});

describe('variables and LaTeX', () => {
  it('takes numbers, arrays and text with a unit', async () => {
    expect(await valueFor('x * y', { variables: { x: 0.1, y: 3 } })).toBe(0.3);
    expect(await valueFor('mean(data)', { variables: { data: [1, 2, 6] } })).toBe(3);
    expect(await valueFor('distance to m', { variables: { distance: '5 km' } })).toBe('5000 m');
  });

  it('takes and gives more than a pipe holds at once', async () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `${'x'.repeat(59)}${index}`);
    const variables = Object.fromEntries(names.map((name) => [name, true]));
    const row = Array.from({ length: 100 }, () => 2 ** 60);

    const { output } = await patient.run({ expression: 'ones(50, 100) * 2^60', variables }, aRun());

    expect(output.value).toEqual(Array.from({ length: 50 }, () => row));
  }, 60_000);

  it('writes the expression in LaTeX', async () => {
    expect((await calculated('1/3')).latex).toBe('\\frac{1}{3}');
  });

  it('keeps nothing between two calculations', async () => {
    await valueFor('kept = 5');
    await expect(valueFor('kept')).rejects.toMatchObject({ name: 'InvalidExpression' });
  });
});

describe('failures', () => {
  it.each([
    ['2 +', 'InvalidExpression', /cannot be read/],
    ['unknown + 1', 'InvalidExpression', /neither a variable, a constant nor a unit/],
    ['evaluate("1")', 'ForbiddenFunction', /"evaluate" is not available/],
    ['1 / 0', 'NotFinite', /division by zero/],
    ['5 km + 3 kg', 'InvalidExpression', /Units do not match/],
    ['factorial(1e9)', 'TimeoutExceeded', /1 s/],
    ['  ', 'InvalidExpression', /calculates nothing/],
    ['undefined', 'InvalidExpression', /calculates nothing/],
    ['ln(evaluate("1"))', 'ForbiddenFunction', /"evaluate" is not available/],
  ])('%s fails as %s', async (expression, name, message) => {
    await expect(valueFor(expression)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });

  it('a sum of thousands of terms is nested too deeply', async () => {
    await expect(valueFor(`1${'+1'.repeat(3_000)}`)).rejects.toMatchObject({
      name: 'InvalidExpression',
      message: expect.stringMatching(/nested too deeply/),
    });
  });

  it.each([
    ['zeros(20000, 20000)', 'MemoryLimitExceeded', /64 MB/],
    ['1:10001', 'OutputLimitExceeded', /10000 elements/],
  ])(
    '%s fails as %s when that comes before the time limit',
    async (expression, name, message) => {
      await expect(patient.run({ expression }, aRun())).rejects.toMatchObject({
        name,
        message: expect.stringMatching(message),
      });
    },
    60_000,
  );

  it('stops when the run is aborted', async () => {
    const abort = new AbortController();
    const running = calculator.run({ expression: 'factorial(1e9)' }, aRun({ signal: abort.signal }));
    abort.abort();

    await expect(running).rejects.toMatchObject({ name: 'TimeoutExceeded' });
  });

  it('answers many at a time, each its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => valueFor(`${index} * sqrt(4)`)),
    );

    expect(answers).toEqual(Array.from({ length: 30 }, (_, index) => index * 2));
  });

  it('ends a process that answers nonsense', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calculator-'));
    const program = `
      import { readSync, writeSync } from 'node:fs';
      for (const line of ['{"ready":true}', 'nonsense', '']) {
        writeSync(1, line + '\\n');
        readSync(0, Buffer.alloc(1_000));
      }`;
    writeFileSync(join(folder, 'calculator.mjs'), program);
    const broken = createMathCalculator({ environment: { OFFICE_CALCULATOR_DIR: folder } });

    await expect(broken.run({ expression: 'pi' }, aRun())).rejects.toMatchObject({
      name: 'CalculatorUnavailable',
      retryable: true,
    });
    broken.close();
    rmSync(folder, { recursive: true });
  });

  it('does plain arithmetic without its program', async () => {
    const missing = createMathCalculator({ environment: { OFFICE_CALCULATOR_DIR: '/nowhere' } });

    const { output } = await missing.run({ expression: '6 * 7', variables: {} }, aRun());

    expect(output).toEqual({ value: 42, type: 'number', latex: '6\\cdot7' });
    await expect(missing.run({ expression: '6 * 7', precision: 1 }, aRun())).rejects.toThrow('not installed');
    missing.close();
  });

  it('says what to set when its program is missing', async () => {
    const missing = createMathCalculator({ environment: { OFFICE_CALCULATOR_DIR: '/nowhere' } });

    await expect(missing.run({ expression: 'pi' }, aRun())).rejects.toMatchObject({
      name: 'CalculatorUnavailable',
      message: expect.stringContaining('OFFICE_CALCULATOR_DIR'),
    });
    missing.close();
  });
});
