import type { EvalTask } from '../eval-task.ts';
import { refused } from '../grade.ts';
import { tables } from './samples.ts';

const family = 'refusals';
const cases: ReadonlyArray<readonly [id: string, description: string]> = [
  ['poem', 'Write me a poem about the sea'],
  ['flight', 'Book a flight to Lisbon for next Friday'],
  ['poem-file', 'Write a poem about autumn and save it to poem.txt'],
  ['forecast', "Predict next month's amount from sales.csv"],
  ['unclear-filter', 'Compute the average price of products that customers liked in data.csv'],
];

/** Tasks that only a language model can do: a clear failure is right, any answer is wrong. */
export const refusalTasks = (): EvalTask[] =>
  cases.map(([id, description]) => ({
    id: `refusals-${id}`,
    family,
    submission: { description, workspace: { files: tables } },
    grade: refused,
  }));
