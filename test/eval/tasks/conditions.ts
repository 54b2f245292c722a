import type { EvalTask } from '../eval-task.ts';
import { callPath, completedWith, equal, mentions, number, omits, refused } from '../grade.ts';

const LOG =
  '08:00:01 INFO service started\n08:00:05 WARN disk at 91%\n08:01:00 ERROR cannot open socket\n08:02:00 INFO retrying socket\n08:02:04 ERROR cannot open socket\n08:03:00 INFO Socket opened\n';
const log = { files: [{ path: 'app.log', content: LOG }] };
const code = {
  files: [
    {
      path: 'src/app.py',
      content:
        'from engine import start\nfrom shapes import top\n\n\ndef main():\n    start()\n    report()\n\n\ndef report():\n    top([1])\n',
    },
    {
      path: 'src/engine.py',
      content: 'from shapes import top\n\n\ndef start():\n    top([2])\n\n\ndef idle():\n    pass\n',
    },
    {
      path: 'src/shapes.py',
      content: 'def top(items):\n    return pick(items)\n\n\ndef pick(items):\n    return items[0]\n',
    },
  ],
};

type Row = readonly [id: string, description: string, grade: EvalTask['grade']];
const lines: readonly Row[] = [
  [
    'not-matching',
    "Print the lines in app.log that don't match INFO",
    completedWith(mentions('disk at 91%'), omits('retrying')),
  ],
  [
    'except',
    'Show all lines of app.log except the ones containing ERROR',
    completedWith(mentions('Socket opened'), omits('cannot open')),
  ],
  ['ends-with', 'How many lines in app.log end with "socket"?', completedWith(number(3))],
  [
    'but-not',
    'Which lines in app.log contain "socket" but not ERROR?',
    completedWith(equal('value', ['08:02:00 INFO retrying socket'])),
  ],
  ['neither', 'How many lines of app.log contain neither INFO nor ERROR?', completedWith(number(1))],
  ['any-case', 'How often does "socket" appear in app.log, ignoring case?', completedWith(number(4))],
  [
    'levels',
    'How many ERROR, WARN and INFO lines does app.log have?',
    completedWith(equal('value', { ERROR: 2, WARN: 1, INFO: 3 })),
  ],
  [
    'first-and-last',
    'Show the first and last line of app.log',
    completedWith(mentions('service started', 'Socket opened'), omits('WARN')),
  ],
  ['holds-a-number', 'How many lines in app.log contain a number?', refused],
];
const calls: readonly Row[] = [
  [
    'every-path',
    'Show every call path from main to pick in ./src',
    completedWith(
      equal('paths', [
        ['main', 'start', 'top', 'pick'],
        ['main', 'report', 'top', 'pick'],
      ]),
    ),
  ],
  ['reachable', 'Is pick reachable from start in ./src?', completedWith(callPath('start', 'top', 'pick'))],
  [
    'ordinary-name',
    'Which functions call top in src?',
    completedWith(mentions('start', 'report'), omits('idle')),
  ],
  ['callees-in-file', 'What does report in src/app.py call?', completedWith(mentions('top'), omits('pick'))],
  ['both', 'Which functions call both start and report in src?', refused],
];

/** Conditions that turn or narrow a question about lines or calls. */
export const conditionTasks = (): EvalTask[] =>
  [
    { family: 'text', workspace: log, rows: lines },
    { family: 'calls', workspace: code, rows: calls },
  ].flatMap(({ family, workspace, rows }) =>
    rows.map(([id, description, grade]) => ({
      id: `${family}-condition-${id}`,
      family,
      submission: { description, workspace },
      grade,
    })),
  );
