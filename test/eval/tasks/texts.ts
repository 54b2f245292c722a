import type { EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, mentions, number } from '../grade.ts';
import { STORY, texts } from './samples.ts';

const family = 'text';
const workspace = { files: texts };

/** Counting and summarising texts. */
export const textTasks = (): EvalTask[] => [
  {
    id: 'text-lines',
    family,
    submission: { description: 'How many lines are in story.txt?', workspace },
    grade: completedWith(number(5)),
  },
  {
    id: 'text-words',
    family,
    submission: { description: 'Count the words in story.txt.', workspace },
    grade: completedWith(number(STORY.split(/\s+/).filter(Boolean).length)),
  },
  {
    id: 'text-all',
    family,
    submission: { description: 'Count the lines, words and characters of names.txt', workspace },
    grade: completedWith(equal('value', { lines: 5, words: 5, characters: 32 })),
  },
  {
    id: 'text-times',
    family,
    submission: { description: 'How many times does the word "mill" appear in story.txt?', workspace },
    grade: completedWith(number(3)),
  },
  {
    id: 'text-top',
    family,
    submission: { description: 'What are the 2 most common words in story.txt?', workspace },
    grade: completedWith(mentions('the', 'mill')),
  },
  {
    id: 'text-longest',
    family,
    submission: { description: 'Find the longest word in names.txt', workspace },
    grade: completedWith(equal('value', 'charlie')),
  },
  {
    id: 'text-sort',
    family,
    submission: {
      description: 'Sort the lines of names.txt alphabetically and save them to sorted.txt',
      workspace,
    },
    grade: completedWith(artifact('sorted.txt', 'alpha\nalpha\nbravo\ncharlie\ndelta')),
  },
  {
    id: 'text-summary',
    family,
    submission: { description: 'Summarize story.txt in 2 sentences', workspace },
    grade: completedWith(mentions('mill')),
  },
  {
    id: 'text-emails',
    family,
    submission: { description: 'Extract all email addresses from story.txt', workspace },
    grade: completedWith(equal('value', ['miller@example.org'])),
  },
  {
    id: 'text-numbers',
    family,
    submission: { description: 'What is the average of the numbers in numbers.txt?', workspace },
    grade: completedWith(number(18)),
  },
  {
    id: 'text-upper',
    family,
    submission: {
      description: 'Convert names.txt to uppercase and write the result to upper.txt',
      workspace,
    },
    grade: completedWith(artifact('upper.txt', 'DELTA\nALPHA\nCHARLIE\nALPHA\nBRAVO')),
  },
];
