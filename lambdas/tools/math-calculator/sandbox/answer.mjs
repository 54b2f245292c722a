import { Refusal } from './check.mjs';
import { decimal, WORKING_DIGITS } from './evaluate.mjs';

/** Digits that every double carries without loss. */
const DOUBLE_DIGITS = 15;
const MAX_ELEMENTS = 10_000;
const MAX_LATEX = 2_000;
const TRIGONOMETRIC = ['sin', 'cos', 'tan', 'sec', 'csc', 'cot', 'rotationMatrix'];

function finite(value) {
  if (!Number.isFinite(value)) {
    throw new Refusal(
      'NotFinite',
      'The result is infinite or undefined; check for a division by zero or an overflow.',
    );
  }
  return value === 0 ? 0 : value;
}

/** A real as a JSON number when that says the same, else as its digits. */
function real(big, precision, isExactValue) {
  if (!big.isFinite()) finite(Number.NaN);
  const rounded = precision === undefined ? big : big.toSignificantDigits(precision);
  const number = rounded.toNumber();
  const same = Number.isFinite(number) && new decimal.BigNumber(String(number)).equals(rounded);
  const safe = !rounded.isInteger() || Number.isSafeInteger(number) || rounded.abs().lt(1);
  if (same && safe) return { value: finite(number), type: 'number' };
  if (!isExactValue && precision === undefined && Number.isFinite(number) && number !== 0) {
    return { value: number, type: 'number' };
  }
  return { value: rounded.toString(), type: 'bignumber' };
}

function fraction(value, precision) {
  if (value.d === 1n) {
    const integer = value.s * value.n;
    if (precision === undefined) {
      const number = Number(integer);
      return Number.isSafeInteger(number)
        ? { value: number, type: 'number' }
        : { value: String(integer), type: 'bignumber' };
    }
  }
  let rest = value.d;
  while (rest % 10n === 0n) rest /= 10n;
  while (rest % 2n === 0n) rest /= 2n;
  while (rest % 5n === 0n) rest /= 5n;
  const quotient = new decimal.BigNumber(String(value.s * value.n)).div(String(value.d));
  return real(quotient, precision, rest === 1n && quotient.precision() < WORKING_DIGITS);
}

function scalar(value, math, context) {
  const { precision, noise } = context;
  if (value === null || value === undefined) return { value: null, type: 'null' };
  if (typeof value === 'boolean') return { value, type: 'boolean' };
  if (typeof value === 'string') return { value, type: 'string' };
  if (typeof value === 'bigint')
    return fraction({ s: value < 0n ? -1n : 1n, n: value < 0n ? -value : value, d: 1n }, precision);
  if (typeof value === 'number') {
    return {
      value: finite(precision === undefined ? value : Number(value.toPrecision(precision))),
      type: 'number',
    };
  }
  if (math.isFraction(value)) return fraction(value, precision);
  if (math.isBigNumber(value))
    return real(noise && value.abs().lt('1e-60') ? value.times(0) : value, precision, false);
  const digits = precision ?? DOUBLE_DIGITS;
  if (math.isComplex(value)) {
    finite(value.re);
    finite(value.im);
    return { value: value.format(Math.min(digits, DOUBLE_DIGITS)), type: 'complex' };
  }
  if (math.isUnit(value))
    return { value: value.format({ precision: digits, lowerExp: -6, upperExp: 15 }), type: 'unit' };
  return undefined;
}

/** The value as JSON: matrices as nested arrays, units and complex numbers as text. */
function plain(value, math, context) {
  if (math.isMatrix(value)) return plain(value.valueOf(), math, context);
  if (Array.isArray(value)) return value.map((item) => plain(item, math, context));
  const simple = scalar(value, math, context);
  if (simple) {
    context.elements += 1;
    if (context.elements > MAX_ELEMENTS) {
      throw new Refusal(
        'OutputLimitExceeded',
        `The result has more than ${MAX_ELEMENTS} elements; reduce it in the expression.`,
      );
    }
    return simple.value;
  }
  if (math.isNode(value)) return value.toString();
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, math, context)]));
  }
  throw new Refusal('InvalidExpression', 'The expression defines a function but calculates nothing.');
}

function typeOf(value, math) {
  if (math.isMatrix(value) || Array.isArray(value)) return 'matrix';
  if (math.isNode(value)) return 'expression';
  return 'object';
}

function latexOf(tree, value, math) {
  try {
    const left = tree.toTex({ parenthesis: 'keep' });
    const right = math.isNode(value) ? value.toTex() : undefined;
    const latex = right === undefined ? left : `${left} = ${right}`;
    return latex.length > MAX_LATEX ? undefined : latex;
  } catch (error) {
    // Some functions have no notation; the value does not depend on it.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** The tool's output for an evaluated expression; the last value of several statements. */
export function answerOf({ value: found, math, tree, functions }, precision) {
  const value = math.isResultSet(found) ? found.entries.at(-1) : found;
  if (value === undefined) throw new Refusal('InvalidExpression', 'The expression calculates nothing.');
  const context = { precision, elements: 0, noise: TRIGONOMETRIC.some((name) => functions.has(name)) };
  const simple = scalar(value, math, context);
  const latex = latexOf(tree, value, math);
  return {
    ...(simple ?? { value: plain(value, math, context), type: typeOf(value, math) }),
    ...(latex === undefined ? {} : { latex }),
  };
}
