import mathjs from 'mathjs/lib/browser/math.js';
import { checkExpression, parseExpression, quoteSymbolicArguments, Refusal } from './check.mjs';
import { addUnits, plainNotation } from './notation.mjs';

/** Significant digits that inexact results are computed with; more than anybody may ask for. */
export const WORKING_DIGITS = 64;

/** Exact integers up to about 20,000 digits, exact denominators up to about 600: beyond, decimals take over. */
const MAX_INTEGER = 2n ** 65_536n;
const MAX_DENOMINATOR = 2n ** 2_048n;
const MAX_EXACT_FACTORIAL = 5_000n;

export const exact = mathjs.create({ number: 'Fraction' });
export const decimal = mathjs.create({ number: 'BigNumber', precision: WORKING_DIGITS });
export const double = mathjs.create({});
for (const math of [exact, decimal, double]) addUnits(math);

/** Leaves exact arithmetic for decimals. */
class TooLongToBeExact extends Error {}

function boundFractions(prototype) {
  const check = (fraction) => {
    const { n, d } = fraction;
    if (d > MAX_DENOMINATOR || n > MAX_INTEGER) throw new TooLongToBeExact();
    return fraction;
  };
  for (const name of ['add', 'sub', 'mul', 'div']) {
    const original = prototype[name];
    prototype[name] = function bounded(...operands) {
      return check(original.apply(check(this), operands));
    };
  }
  const { pow } = prototype;
  prototype.pow = function bounded(exponent, ...rest) {
    const bits = Math.max(this.n.toString(16).length, this.d.toString(16).length) * 4;
    if (Math.abs(Number(exponent?.valueOf?.() ?? exponent)) * bits > 70_000) throw new TooLongToBeExact();
    return pow.call(this, exponent, ...rest);
  };
  const { round } = prototype;
  // Half away from zero, as the other kinds of numbers round.
  prototype.round = function away(places) {
    return this.s < 0n ? round.call(this.neg(), places).neg() : round.call(this, places);
  };
}
boundFractions(exact.Fraction.prototype);

function wholeNumber(value) {
  if (value.d !== 1n || value.s < 0n) throw new TypeError('Only whole numbers from 0 on can be counted.');
  if (value.n > MAX_EXACT_FACTORIAL) throw new TooLongToBeExact();
  return value.n;
}
function product(from, to) {
  let result = 1n;
  for (let factor = from; factor <= to; factor += 1n) result *= factor;
  return result;
}
const fractionOf = (integer) => new exact.Fraction(integer);
exact.import(
  {
    factorial: exact.typed('factorial', {
      Fraction: (n) => fractionOf(product(1n, wholeNumber(n))),
      'Array | Matrix': exact.typed.referToSelf((self) => (list) => exact.map(list, self)),
    }),
    permutations: exact.typed('permutations', {
      Fraction: (n) => fractionOf(product(1n, wholeNumber(n))),
      'Fraction, Fraction': (n, k) => {
        const [all, some] = [wholeNumber(n), wholeNumber(k)];
        if (some > all) throw new TypeError('permutations(n, k) needs k <= n.');
        return fractionOf(product(all - some + 1n, all));
      },
    }),
    combinations: exact.typed('combinations', {
      'Fraction, Fraction': (n, k) => {
        const [all, some] = [wholeNumber(n), wholeNumber(k)];
        if (some > all) throw new TypeError('combinations(n, k) needs k <= n.');
        return fractionOf(product(all - some + 1n, all) / product(1n, some));
      },
    }),
  },
  { override: true },
);

/** Whether everything in the value is exact, so that no better way to compute it exists. */
function isExact(value) {
  if (Array.isArray(value)) return value.every(isExact);
  if (exact.isMatrix(value)) return isExact(value.valueOf());
  if (exact.isResultSet(value)) return isExact(value.entries.at(-1));
  return exact.isFraction(value) || typeof value === 'boolean' || value === null || value === undefined;
}

function asNumber(math, value) {
  if (Array.isArray(value)) return value.map((item) => asNumber(math, item));
  if (typeof value === 'number') return math.evaluate(String(value));
  return value;
}

/** Variables of one way of computing; text is a small expression of its own: "5 km", "1/3", "2 + 3i". */
function scopeOf(math, variables) {
  const scope = new Map();
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== 'string') {
      scope.set(name, asNumber(math, value));
      continue;
    }
    scope.set(name, math.parse(plainNotation(value)).compile().evaluate(new Map()));
  }
  return scope;
}

function attempt(math, expression, variables) {
  // Each kind of number reads the text itself, so that no digit is lost on the way.
  const tree = quoteSymbolicArguments(math, math.parse(expression));
  return tree.compile().evaluate(scopeOf(math, variables));
}

/**
 * Evaluates: exactly where fractions suffice, else with 64 significant digits, else with doubles.
 * @returns {{value: unknown, math: object, tree: object, functions: Set<string>}} `math` is the instance that made the value
 */
export function evaluateExpression(written, variables) {
  const expression = plainNotation(written);
  const tree = quoteSymbolicArguments(double, parseExpression(double, expression));
  for (const value of Object.values(variables)) {
    if (typeof value === 'string') checkExpression(double, parseExpression(double, plainNotation(value)), []);
  }
  const { functions } = checkExpression(double, tree, Object.keys(variables));
  const symbolic = ['derivative', 'rationalize', 'simplify', 'simplifyConstant'].some((name) =>
    functions.has(name),
  );
  for (const math of symbolic ? [] : [exact, decimal]) {
    try {
      const value = attempt(math, expression, variables);
      if (math === decimal || isExact(value)) return { value, math, tree, functions };
    } catch (error) {
      // What one kind of number cannot do the next one may; the last one's error is the user's.
      if (error instanceof Refusal) throw error;
    }
  }
  try {
    return { value: attempt(double, expression, variables), math: double, tree, functions };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      throw new Refusal('InvalidExpression', 'The expression recurses without end.');
    }
    throw new Refusal('InvalidExpression', `The expression cannot be calculated: ${error.message}.`);
  }
}
