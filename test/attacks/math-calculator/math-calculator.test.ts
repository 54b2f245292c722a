import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMathCalculator } from '../../../lambdas/tools/math-calculator/math-calculator.ts';
import { aRun } from '../../helpers/tool-run.ts';
import { type Attack, heavyAttacks, refusedAttacks } from './attacks.ts';

/** The calculator's own limit is 1 s; the rest is what a busy machine takes to notice. */
const ALLOWED_MS = 5_000;

const calculator = createMathCalculator();
beforeAll(() => calculator.warm());
afterAll(() => calculator.close());

async function outcomeOf(attack: Attack): Promise<{ name: string; message: string; ms: number }> {
  const began = performance.now();
  const outcome = await calculator.run(attack, aRun()).then(
    (result) => ({ name: 'answered', message: JSON.stringify(result.output) }),
    (error: Error) => ({ name: error.name, message: error.message }),
  );
  return { ...outcome, ms: performance.now() - began };
}

const titled = (attacks: readonly Attack[]) =>
  attacks.map((attack, index) => [`${index + 1}: ${attack.expression.slice(0, 60)}`, attack] as const);

describe('expressions that reach for code or the host', () => {
  it.each(titled(refusedAttacks))('%j is refused', async (_title, attack) => {
    const outcome = await outcomeOf(attack);

    expect(outcome.name).toMatch(/^(InvalidExpression|ForbiddenFunction)$/);
    expect(outcome.message).not.toMatch(/node_modules|file:|native code/);
  });
});

describe('expressions that are too heavy', () => {
  it.each(titled(heavyAttacks))('%j ends in time, and the next works', async (_title, attack) => {
    const outcome = await outcomeOf(attack);

    expect(outcome.name).toMatch(
      /^(answered|InvalidExpression|NotFinite|TimeoutExceeded|MemoryLimitExceeded|OutputLimitExceeded)$/,
    );
    expect(outcome.ms).toBeLessThan(ALLOWED_MS);
    expect(outcome.message.length).toBeLessThan(100_000);
    const { output } = await calculator.run({ expression: 'sqrt(36) * 7' }, aRun());
    expect(output.value).toBe(42);
  });
});

it('counts the attacks', () => {
  const count = refusedAttacks.length + heavyAttacks.length;
  process.stdout.write(`math_calculator: ${count} attacks\n`);
  expect(count).toBeGreaterThanOrEqual(150);
});
