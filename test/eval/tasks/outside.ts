import type { EvalGround, EvalTask } from '../eval-task.ts';
import {
  artifact,
  artifactNumber,
  callPath,
  completedWith,
  equal,
  mentions,
  number,
  omits,
  refused,
} from '../grade.ts';
import { tables, texts } from './samples.ts';

type Asked = readonly [id: string, description: string, grade: EvalTask['grade']];

const files = [
  ...tables,
  ...texts,
  {
    path: 'app.log',
    content: 'INFO boot\nWARN low memory\nERROR crash in worker 3\nINFO retry\nERROR crash\n',
  },
  { path: 'shop/main.py', content: 'from shop.cart import checkout\n\n\ndef main():\n    checkout([1])\n' },
  {
    path: 'shop/cart.py',
    content: 'from shop.pay import charge\n\n\ndef checkout(items):\n    return charge(len(items))\n',
  },
  { path: 'shop/pay.py', content: 'def charge(amount):\n    return amount\n' },
];

/** Sentences of people who had not seen the rules, in every family. */
export const outsideTasks = ({ pagesUrl }: EvalGround): EvalTask[] => {
  const asked: readonly Asked[] = [
    [
      'package-path',
      'What functions get called on the way from main to charge in the shop folder?',
      completedWith(callPath('main', 'checkout', 'charge')),
    ],
    [
      'callees',
      'What does checkout call directly? Look in the shop directory.',
      completedWith(mentions('charge')),
    ],
    ['nested', 'Multiply the sum of 14 and 6 by the difference of 9 and 4.', completedWith(number(100))],
    ['steps', 'Take 144, divide it by 12, then subtract 5', completedWith(number(7))],
    ['feet-inches', 'How much is 5 feet 11 inches in centimeters?', completedWith(number(180.34))],
    ['growth', 'By what percentage does a price grow going from 80 to 92?', completedWith(number(15))],
    [
      'code-first',
      'Here is a script:\n\nimport math\nprint(math.comb(6,2))\n\nRun it and save what it prints to comb.txt',
      completedWith(artifactNumber('comb.txt', 15)),
    ],
    [
      'exclamation',
      'Create a file named hello.txt containing the text Hello, world!',
      completedWith(artifact('hello.txt', 'Hello, world!')),
    ],
    [
      'separate-lines',
      'Put the words alpha, beta and gamma on separate lines in greek.txt',
      completedWith(artifact('greek.txt', 'alpha\nbeta\ngamma')),
    ],
    [
      'lines-into',
      'Extract all lines that include ERROR from app.log into errors.txt',
      completedWith(artifact('errors.txt', 'ERROR crash in worker 3\nERROR crash')),
    ],
    ['distinct-lines', 'Number of distinct lines in names.txt?', completedWith(number(4))],
    [
      'two-kinds',
      'How many ERROR lines and how many WARN lines are in app.log? Save both numbers to levels.txt',
      completedWith(artifact('levels.txt', '2\n1')),
    ],
    [
      'clean',
      'Read names.txt, remove the duplicates, sort the rest, and save it to clean.txt. How many lines are left?',
      completedWith(artifact('clean.txt', 'alpha\nbravo\ncharlie\ndelta'), number(4)),
    ],
    [
      'cell',
      'Open staff.csv, keep Engineering rows, average their salary and store the number in avg.txt',
      completedWith(artifactNumber('avg.txt', 5000)),
    ],
    ['share', 'What share of rows in sales.csv have region North, in percent?', completedWith(number(50))],
    [
      'measure-list',
      'What are the min, max and mean of salary in staff.csv?',
      completedWith(equal('value', { min_salary: 3300, max_salary: 5200, mean_salary: 4260 })),
    ],
    [
      'left-out',
      'Drop the rows of staff.csv where age is 26 and save the rest to older.csv',
      completedWith(artifact('older.csv', /^name,department,salary,age\nIda[\s\S]*Dan,Sales,4100,38\s*$/)),
    ],
    [
      'filter-kept',
      'Filter sales.csv for region = South; save as south.csv; report the sum of amount',
      completedWith(artifact('south.csv', /^date[^\n]*\n[^\n]*lamp,30\n[^\n]*desk,130\s*$/), number(160)),
    ],
    [
      'template',
      'Compute the average salary in staff.csv and save "Average: <value>" to avg.txt',
      completedWith(artifact('avg.txt', 'Average: 4260')),
    ],
    ['version', `What version does ${pagesUrl}/release.json report?`, completedWith(equal('value', '4.7.1'))],
    [
      'compare-first',
      'Which employees in staff.csv have more than 4500 salary?',
      completedWith(mentions('Ida', 'Bo'), omits('Cem')),
    ],
    ['reliable', 'Which person in staff.csv seems the most reliable?', refused],
  ];
  return asked.map(([id, description, grade]) => ({
    id: `outside-${id}`,
    family: 'outside',
    submission: { description, workspace: { files } },
    grade,
  }));
};
