import type { EvalGround, EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, mentions, number, refused } from '../grade.ts';
import { project, tables, texts } from './samples.ts';

const config = {
  path: 'config.json',
  content: '{"database":{"host":"db.local","port":5432,"pool":{"min":2,"max":10}},"features":["a","b"]}',
};
const log = { path: 'app.log', content: 'INFO boot\nERROR one\n[warn] low\nERROR two\n' };
const script = { path: 'answer.py', content: 'print("Hello")\nprint(6 * 7)\n' };

/** Orders by several columns, computed columns, ranks and ranges, fields in words, and what a program printed. */
export const columnTasks = ({ pagesUrl }: EvalGround): EvalTask[] => {
  const asked: ReadonlyArray<readonly [id: string, description: string, grade: EvalTask['grade']]> = [
    [
      'two-keys',
      'Sort staff.csv by department, then salary descending, and save it as sorted.csv',
      completedWith(artifact('sorted.csv', /Ida[\s\S]*Bo,[\s\S]*Dan[\s\S]*Cem[\s\S]*Eva/)),
    ],
    ['unclear-order', 'sort staff.csv by department and salary descending', refused],
    ['percentile', 'what is the 90th percentile of salary in staff.csv', completedWith(number(5040))],
    [
      'correlation',
      'What is the correlation between price and quantity in data.csv?',
      completedWith(number(-0.735579102270527)),
    ],
    ['range', 'average salary of rows 2 to 4 in staff.csv', completedWith(number(12_800 / 3))],
    [
      'range-outside',
      'Show row 20 of staff.csv',
      (view) => ({ pass: view.status === 'failed', reason: view.status }),
    ],
    [
      'computed',
      'add a column total = price times quantity to data.csv and save it to out.csv',
      completedWith(
        artifact('out.csv', /^id,name,price,category,quantity,total\n1,bolt,0.5,metal,200,100\n/),
      ),
    ],
    [
      'computed-in-place',
      'Add a column called total that is price * quantity to data.csv, then show the rows where total > 100',
      completedWith(
        artifact('data.csv', /4,beam,22.25,wood,4,89/),
        equal('value', [{ id: 3, name: 'plank', price: 7, category: 'wood', quantity: 15, total: 105 }]),
      ),
    ],
    [
      'each',
      'What is price times quantity for each row in data.csv?',
      completedWith(mentions('price_times_quantity 89')),
    ],
    ['line-range', 'lines 2 to 4 of names.txt', completedWith(equal('value', ['alpha', 'charlie', 'alpha']))],
    ['field', 'What is the database port in config.json?', completedWith(number(5432))],
    ['deep-field', 'what is the max of the pool of the database in config.json', completedWith(number(10))],
    ['length', 'how many features are in config.json', completedWith(number(2))],
    [
      'page-field',
      `what is the city in the address at ${pagesUrl}/user.json`,
      completedWith(equal('value', 'London')),
    ],
    [
      'no-field',
      `Fetch ${pagesUrl}/user.json and tell me the zip in the address`,
      (view) => {
        const said = JSON.stringify(view.error);
        const clear = view.status === 'failed' && /no field/.test(said) && !/Traceback/.test(said);
        return { pass: clear, reason: said };
      },
    ],
    ['output-sum', 'run answer.py and sum the numbers in its output', completedWith(number(42))],
    [
      'output-number',
      'Run this Python code: print(40+2). Then multiply its output by 2.',
      completedWith(number(84)),
    ],
    [
      'output-search',
      'Run answer.py and search its output for "Hello"',
      completedWith(equal('value', ['Hello'])),
    ],
    ['power', '5 to the third power', completedWith(number(125))],
    ['discount', 'what does a 120 dollar jacket cost after a 25% discount', completedWith(number(90))],
    ['fraction', 'What is two thirds of 90?', completedWith(number(60))],
    ['log-errors', 'How many errors are in app.log?', completedWith(number(2))],
    [
      'log-case',
      'How many warnings are in app.log?',
      (view) => ({ pass: view.status === 'failed', reason: JSON.stringify(view.error) }),
    ],
    [
      'spread',
      "What's the difference between the highest and the lowest salary in staff.csv?",
      completedWith(number(1900)),
    ],
    ['longest-words', 'What are the two longest words in story.txt?', completedWith(mentions('repaired'))],
    ['contains', 'Does story.txt contain the word panic?', completedWith(number(0))],
    ['to-json', 'convert staff.csv to staff.json', completedWith(artifact('staff.json', /"name": "Ida"/))],
    ['blank-lines', 'Count the blank lines in story.txt', completedWith(number(1))],
    ['longest-length', 'How many characters are in the longest line of app.log?', completedWith(number(10))],
    [
      'each-word',
      'How often does each word appear in names.txt?',
      completedWith(mentions('alpha (2)', 'bravo (1)')),
    ],
    ['empty', 'Make a file called empty.txt with nothing in it', completedWith(artifact('empty.txt', ''))],
    [
      'tied',
      'Which department has the most employees in staff.csv?',
      completedWith(mentions('Engineering and Sales')),
    ],
    ['customer-ten', 'How many rows did customer 3 place in sales.csv?', refused],
    ['below', 'count every .py file below src', completedWith(number(6))],
  ];
  return asked.map(([id, description, grade]) => ({
    id: `columns-${id}`,
    family: 'columns',
    submission: { description, workspace: { files: [...tables, ...texts, ...project, config, log, script] } },
    grade,
  }));
};
