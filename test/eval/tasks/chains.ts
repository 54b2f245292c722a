import type { EvalGround, EvalTask } from '../eval-task.ts';
import { artifact, artifactNumber, completedWith, equal, mentions, number } from '../grade.ts';
import { project, tables, texts } from './samples.ts';

const family = 'chains';

/** Several operations of one task, some in one sentence, some in several. */
export const chainTasks = ({ pagesUrl }: EvalGround): EvalTask[] => [
  {
    id: 'chains-table-text',
    family,
    submission: {
      description: 'Load staff.csv. What is the median age? Save it to median.txt.',
      workspace: { files: tables },
    },
    grade: completedWith(artifactNumber('median.txt', 34)),
  },
  {
    id: 'chains-filter-sort',
    family,
    submission: {
      description:
        'Filter sales.csv to rows where amount > 50, sort by amount descending, and save the first 2 rows to best.csv',
      workspace: { files: tables },
    },
    grade: completedWith(
      artifact(
        'best.csv',
        'date,region,product,amount\n2024-02-02,South,desk,130\n2024-01-03,North,desk,120.5',
      ),
    ),
  },
  {
    id: 'chains-calc',
    family,
    submission: { description: 'Compute 12 * 12. Compute 90 / 4. Write both results to results.txt.' },
    grade: completedWith(artifact('results.txt', /144[\s\S]*22\.5/)),
  },
  {
    id: 'chains-independent',
    family,
    submission: {
      description: 'Count the lines in names.txt. What is the sum of the numbers in numbers.txt?',
      workspace: { files: texts },
    },
    grade: completedWith(number(5), number(108)),
  },
  {
    id: 'chains-write-read',
    family,
    submission: {
      description: 'Write "first" to log.txt, append "second" to log.txt, and then count its lines',
    },
    grade: completedWith(artifact('log.txt', 'first\nsecond'), number(2)),
  },
  {
    id: 'chains-web-table',
    family,
    submission: {
      description: `Download ${pagesUrl}/prices.csv and save it to prices.csv. Then compute the mean of the price column in prices.csv.`,
    },
    grade: completedWith(artifact('prices.csv', 'item,price\npen,2\nbook,10'), number(6)),
  },
  {
    id: 'chains-web-words',
    family,
    submission: {
      description: `Fetch ${pagesUrl}/hello.txt, count the words and write the count to words.txt`,
    },
    grade: completedWith(artifactNumber('words.txt', 6)),
  },
  {
    id: 'chains-calls-file',
    family,
    submission: {
      description: 'Find the call path from main to process_data in ./src and write it to path.txt',
      workspace: { files: project },
    },
    grade: completedWith(artifact('path.txt', /main[\s\S]*run_pipeline[\s\S]*clean_rows[\s\S]*process_data/)),
  },
  {
    id: 'chains-python-file',
    family,
    submission: { description: 'Run this python code: print(2 ** 16)\n\nThen save the output to power.txt' },
    grade: completedWith(artifactNumber('power.txt', 65536)),
  },
  {
    id: 'chains-criteria',
    family,
    submission: {
      description: 'Write a 1 sentence summary of story.txt to short.txt',
      criteria: ['short.txt exists'],
      workspace: { files: texts },
    },
    grade: completedWith(artifact('short.txt', /mill/)),
  },
  {
    id: 'chains-near-name',
    family,
    submission: { description: 'Count the lines in namse.txt', workspace: { files: texts } },
    grade: completedWith(number(5), mentions('names.txt')),
  },
  {
    id: 'chains-two-measures',
    family,
    submission: {
      description:
        'Read data.csv, compute the average price and the total quantity, and save them to stats.json',
      workspace: { files: tables },
    },
    grade: completedWith(
      artifact('stats.json', /7\.5[\s\S]*619/),
      equal('value', { mean_price: 7.5, sum_quantity: 619 }),
    ),
  },
];
