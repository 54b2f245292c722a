import type { MathCalculatorOutput } from './declaration.ts';

/** Longer than what people write, and too short for LaTeX that is longer than an answer may have. */
const MAX_CHARACTERS = 200;
const PLAIN = /^[\d+\-*/() ]+$/;
const TOKENS = /\d+|[-+*/()]/g;
/** From here on the sandbox's LaTeX has a power of ten. */
const SCIENTIFIC_FROM = 100_000;

/** A part of the expression. Its value is NaN when the part is not plain, and so is then the whole. */
interface Part {
  readonly value: number;
  readonly latex: string;
}

/** What doubles don't say exactly is not plain. Adding 0 makes -0 zero. */
const part = (value: number, latex: string): Part => ({
  value: Number.isSafeInteger(value) ? value + 0 : Number.NaN,
  latex,
});

/**
 * Integers with `+ - * /` and parentheses, where every step gives an integer that a double holds: exactly the sandbox's
 * answer, without the sandbox. Such an expression needs no limits of time and memory, and the way to another process
 * and back takes a hundred times as long as it does. Undefined for everything else, valid or not.
 */
export function plainArithmetic(expression: string): MathCalculatorOutput | undefined {
  if (expression.length > MAX_CHARACTERS || !PLAIN.test(expression)) return undefined;
  const tokens = expression.match(TOKENS) ?? [];
  let at = 0;

  function sum(): Part {
    let left = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const sign = tokens[at++];
      const right = product();
      const value = sign === '+' ? left.value + right.value : left.value - right.value;
      left = part(value, `${left.latex}${sign}${right.latex}`);
    }
    return left;
  }
  function product(): Part {
    let left = factor();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const sign = tokens[at++];
      const right = factor();
      if (sign === '*') {
        left = part(left.value * right.value, `${left.latex}\\cdot${right.latex}`);
      } else {
        const value = left.value % right.value === 0 ? left.value / right.value : Number.NaN;
        left = part(value, `\\frac{${left.latex}}{${right.latex}}`);
      }
    }
    return left;
  }
  function factor(): Part {
    if (tokens[at] !== '-') return operand();
    at += 1;
    const { value, latex } = operand();
    return part(-value, `-${latex}`);
  }
  function operand(): Part {
    const token = tokens[at++] ?? 'none';
    if (token === '(') {
      const { value, latex } = sum();
      return part(tokens[at++] === ')' ? value : Number.NaN, `\\left(${latex}\\right)`);
    }
    const value = Number(token);
    const isLong = value >= SCIENTIFIC_FROM;
    return part(value, isLong ? `${value.toExponential().replace('e', '\\cdot10^{')}}` : String(value));
  }

  const { value, latex } = sum();
  return Number.isNaN(value) || at < tokens.length ? undefined : { value, type: 'number', latex };
}
