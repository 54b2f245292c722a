import type { EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, mentions, number, omits } from '../grade.ts';
import { texts } from './samples.ts';

const family = 'files';
const workspace = { files: texts };

/** Reading, writing, listing, searching and changing files of the workspace. */
export const fileTasks = (): EvalTask[] => [
  {
    id: 'files-read',
    family,
    submission: { description: 'What does docs/guide.md say?', workspace },
    grade: completedWith(mentions('Read me first.')),
  },
  {
    id: 'files-write',
    family,
    submission: { description: 'Write "hello office" to greetings/hello.txt' },
    grade: completedWith(artifact('greetings/hello.txt', 'hello office')),
  },
  {
    id: 'files-create',
    family,
    submission: { description: 'Create a file named todo.md containing the text "- buy milk"' },
    grade: completedWith(artifact('todo.md', '- buy milk')),
  },
  {
    id: 'files-append',
    family,
    submission: { description: 'Add the line "echo" to the end of names.txt', workspace },
    grade: completedWith(artifact('names.txt', 'delta\nalpha\ncharlie\nalpha\nbravo\necho')),
  },
  {
    id: 'files-list',
    family,
    submission: { description: 'List all files in the workspace', workspace },
    grade: completedWith(mentions('story.txt', 'names.txt', 'docs/guide.md')),
  },
  {
    id: 'files-list-kind',
    family,
    submission: { description: 'Show me all markdown files', workspace },
    grade: completedWith(mentions('docs/guide.md'), omits('numbers.txt')),
  },
  {
    id: 'files-count',
    family,
    submission: { description: 'How many .txt files are there?', workspace },
    grade: completedWith(number(3)),
  },
  {
    id: 'files-search',
    family,
    submission: { description: 'Search for "wheel" in story.txt', workspace },
    grade: completedWith(mentions('the wheel stopped once', 'repaired the wheel')),
  },
  {
    id: 'files-which',
    family,
    submission: { description: 'Which files contain the word "grain"?', workspace },
    grade: completedWith(mentions('story.txt'), omits('guide.md')),
  },
  {
    id: 'files-copy',
    family,
    submission: { description: 'Copy names.txt to backup/names.bak', workspace },
    grade: completedWith(artifact('backup/names.bak', 'delta\nalpha\ncharlie\nalpha\nbravo')),
  },
  {
    id: 'files-rename',
    family,
    submission: { description: 'Rename numbers.txt to digits.txt and then list the files', workspace },
    grade: completedWith(artifact('digits.txt', /^4\n8\n/), mentions('digits.txt')),
  },
  {
    id: 'files-delete',
    family,
    submission: { description: 'Delete names.txt, then list all files.', workspace },
    grade: completedWith(mentions('story.txt', 'numbers.txt')),
  },
  {
    id: 'files-exists',
    family,
    submission: { description: 'Does missing.txt exist?', workspace },
    grade: completedWith(equal('exists', false)),
  },
  {
    id: 'files-replace',
    family,
    submission: { description: 'Replace "alpha" with "omega" in names.txt', workspace },
    grade: completedWith(artifact('names.txt', 'delta\nomega\ncharlie\nomega\nbravo')),
  },
];
