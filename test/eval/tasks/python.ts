import type { EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, mentions, number } from '../grade.ts';

const family = 'python';

/** Python given in the task, as a block, in a line, or as a file. */
export const pythonTasks = (): EvalTask[] => [
  {
    id: 'python-line',
    family,
    submission: { description: 'Run this python: print(sum(i * i for i in range(11)))' },
    grade: completedWith(equal('stdout', '385\n')),
  },
  {
    id: 'python-block',
    family,
    submission: {
      description:
        'Execute the following Python code and tell me what it prints:\n```python\nwords = "to be or not to be".split()\nfor w in sorted(set(words)):\n    print(w, words.count(w))\n```',
    },
    grade: completedWith(equal('stdout', 'be 2\nnot 1\nor 1\nto 2\n')),
  },
  {
    id: 'python-value',
    family,
    submission: { description: 'What is the result of `sorted([3, 1, 2])[-1] * 7` in Python?' },
    grade: completedWith(number(21)),
  },
  {
    id: 'python-script',
    family,
    submission: {
      description: 'Run tool.py with input "abc" and save its output to out.txt',
      workspace: {
        files: [{ path: 'tool.py', content: 'import sys\nprint(sys.stdin.read().strip()[::-1].upper())\n' }],
      },
    },
    grade: completedWith(artifact('out.txt', 'CBA')),
  },
  {
    id: 'python-modules',
    family,
    submission: {
      description: 'Please execute app/start.py and show me the output.',
      workspace: {
        files: [
          { path: 'app/start.py', content: 'from helper import double\nprint(double(21))\n' },
          { path: 'app/helper.py', content: 'def double(n):\n    return 2 * n\n' },
        ],
      },
    },
    grade: completedWith(mentions('42')),
  },
  {
    id: 'python-files',
    family,
    submission: {
      description:
        'Run this Python code:\n```\nwith open("squares.txt", "w") as f:\n    f.write("\\n".join(str(n * n) for n in range(4)))\n```',
    },
    grade: completedWith(artifact('squares.txt', '0\n1\n4\n9')),
  },
];
