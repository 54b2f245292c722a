import type { EvalTask } from '../eval-task.ts';
import { completedWith, number } from '../grade.ts';

const cases: ReadonlyArray<readonly [id: string, description: string, answer: number]> = [
  ['percent', 'What is 17% of 2400?', 408],
  ['brackets', 'Compute (12 + 8) * 3 - 45 / 9', 55],
  ['digits', 'Evaluate sqrt(2)*3 to 10 digits', 4.242640687],
  ['words', 'How much is twelve times eleven?', 132],
  ['power', 'Please calculate 2 to the power of 20.', 1_048_576],
  ['rounded', 'What is 22 divided by 7, rounded to 3 decimal places?', 3.143],
  ['statistics', 'Find the median of 7, 3, 9, 4 and 12', 7],
  ['deviation', 'What is the population standard deviation of 2, 4, 4, 4, 5, 5, 7, 9?', 2],
  ['length', 'Convert 5 km to miles', 3.106855961],
  ['temperature', 'What is 98.6 degrees Fahrenheit in Celsius?', 37],
  ['time', 'How many minutes are there in 2.5 hours?', 150],
  ['discount', 'What is 80 decreased by 15%?', 68],
  ['gcd', 'What is the greatest common divisor of 84 and 126?', 42],
];

/** Arithmetic, statistics of given numbers, unit conversion. */
export const arithmeticTasks = (): EvalTask[] =>
  cases.map(([id, description, answer]) => ({
    id: `arithmetic-${id}`,
    family: 'arithmetic',
    submission: { description },
    grade: completedWith(number(answer)),
  }));
