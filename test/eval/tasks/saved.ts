import type { EvalGround, EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, mentions, number, refused } from '../grade.ts';
import { tables, texts } from './samples.ts';

/** Files that a task writes and speaks of again. */
export const savedTasks = ({ pagesUrl }: EvalGround): EvalTask[] => {
  const asked: ReadonlyArray<readonly [id: string, description: string, grade: EvalTask['grade']]> = [
    [
      'shown',
      'make a file greet.txt with the text hi there, then show me its content',
      completedWith(equal('content', 'hi there'), artifact('greet.txt', 'hi there')),
    ],
    [
      'read-back',
      'Write "line A" into x.txt, then read it back',
      completedWith(equal('content', 'line A'), artifact('x.txt', 'line A')),
    ],
    [
      'both',
      'Create a.txt with "one". Create b.txt with "two". Show me both files.',
      completedWith(equal('content', 'one'), equal('content', 'two')),
    ],
    [
      'shown-and-deleted',
      'Show me names.txt and then delete it',
      completedWith(equal('content', 'delta\nalpha\ncharlie\nalpha\nbravo\n')),
    ],
    [
      'downloaded',
      `download ${pagesUrl}/hello.txt, save it as page.txt and count its words`,
      completedWith(artifact('page.txt', 'hello from the server\nsecond line'), number(6)),
    ],
    [
      'top-rows',
      'Keep the top 3 rows of staff.csv by salary, save to top.csv and compute their average age',
      completedWith(artifact('top.csv', /Ida[\s\S]*Bo[\s\S]*Dan/), number(101 / 3)),
    ],
    [
      'block',
      'Write the following to poem.txt:\nroses are red\nviolets are blue\n\nThen count its lines.',
      completedWith(artifact('poem.txt', 'roses are red\nviolets are blue'), number(2)),
    ],
    ['copied', 'Copy names.txt to n2.txt and show me the copy', completedWith(mentions('charlie'))],
    [
      'at-the-end',
      'Put "buy milk" at the end of names.txt and show me the whole file afterwards',
      completedWith(
        artifact('names.txt', 'delta\nalpha\ncharlie\nalpha\nbravo\nbuy milk'),
        mentions('charlie'),
      ),
    ],
    [
      'rows-saved',
      'Read sales.csv, keep only the North rows, sort them by amount and save the result as north.csv, then tell me how many rows it has',
      completedWith(artifact('north.csv', /lamp,45\n[\s\S]*desk,120.5\s*$/), number(3)),
    ],
    [
      'original',
      'Make a copy of names.txt named n2.txt, then delete the original',
      completedWith(artifact('n2.txt', /^delta/), equal('deleted', ['names.txt'])),
    ],
    ['unknown-text', "Write today's weather to weather.txt", refused],
    ['unclear-put', 'put "x" in names.txt', refused],
    ['half-a-question', 'Find the path from main to upper in src and explain it', refused],
    ['swallowed', 'make a file greet.txt with the text hello and email it to Bob', refused],
  ];
  return asked.map(([id, description, grade]) => ({
    id: `saved-${id}`,
    family: 'saved',
    submission: { description, workspace: { files: [...tables, ...texts] } },
    grade,
  }));
};
