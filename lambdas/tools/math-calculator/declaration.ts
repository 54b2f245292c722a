import { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

type VariableArray = (number | VariableArray)[];
const variableArraySchema: z.ZodType<VariableArray> = z.lazy(() =>
  z.array(z.union([z.number(), variableArraySchema])).max(10_000),
);

const inputs = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(10_000)
    .describe(
      'For example "0.1 + 0.2", "5 km to miles", "std([1, 2, 3])", "derivative(x^2, x)", "inv([1, 2; 3, 4])".',
    ),
  variables: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/),
      z.union([z.number(), z.boolean(), z.string().min(1).max(1_000), variableArraySchema]),
    )
    .optional()
    .describe('Values by name; text is an expression of its own, such as "5 km" or "1/3".'),
  precision: z.int().min(1).max(64).optional().describe('Significant digits of the result; 64 at most.'),
});

const output = z.strictObject({
  value: jsonSchema.describe(
    'A number when a double says the same, else a string of digits; units, complex numbers and formulas as text; matrices as nested arrays.',
  ),
  type: z.enum([
    'number',
    'bignumber',
    'complex',
    'unit',
    'boolean',
    'matrix',
    'expression',
    'object',
    'string',
    'null',
  ]),
  latex: z.string().optional().describe('The expression in LaTeX.'),
});

/** A calculator: exact where fractions suffice, else with 64 digits. It evaluates no code. */
export const mathCalculatorDeclaration = {
  name: 'math_calculator',
  version: '1.0.0',
  description:
    'Calculates an expression: exact arithmetic, big numbers, units ("5 km to miles"), statistics, matrices, complex numbers, ' +
    'trigonometry, combinatorics, derivatives and simplification. Use it instead of calculating yourself.',
  inputs,
  output,
  risk: 'low',
  idempotent: true,
  timeout_seconds: 15,
  memory_mb: 512,
  network: 'none',
  workspace: 'none',
  example: { expression: 'mean([3, 5, 8]) * 2' },
} as const satisfies ToolDeclaration<typeof inputs, typeof output>;

export type MathCalculatorInputs = z.output<typeof inputs>;
export type MathCalculatorOutput = z.output<typeof output>;
