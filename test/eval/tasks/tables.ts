import type { EvalTask } from '../eval-task.ts';
import { artifact, artifactNumber, completedWith, equal, mentions, number, omits } from '../grade.ts';
import { shop, tables } from './samples.ts';

const family = 'tables';
const workspace = { files: tables };

/** Questions about CSV files. */
export const tableTasks = (): EvalTask[] => [
  {
    id: 'tables-mean',
    family,
    submission: {
      description: 'Read data.csv, compute the mean of column price, and write it to report.txt',
      workspace,
    },
    grade: completedWith(artifactNumber('report.txt', 7.5)),
  },
  {
    id: 'tables-sum',
    family,
    submission: { description: 'What is the total amount in sales.csv?', workspace },
    grade: completedWith(number(481)),
  },
  {
    id: 'tables-max',
    family,
    submission: { description: 'Find the highest salary in staff.csv', workspace },
    grade: completedWith(number(5200)),
  },
  {
    id: 'tables-count',
    family,
    submission: { description: 'How many rows does staff.csv have?', workspace },
    grade: completedWith(number(5)),
  },
  {
    id: 'tables-filter-count',
    family,
    submission: { description: 'How many rows in sales.csv have an amount greater than 75?', workspace },
    grade: completedWith(number(4)),
  },
  {
    id: 'tables-where',
    family,
    submission: {
      description: 'What is the average salary in staff.csv where department is Engineering?',
      workspace,
    },
    grade: completedWith(number(5000)),
  },
  {
    id: 'tables-group',
    family,
    submission: { description: 'Compute the total amount per region in sales.csv', workspace },
    grade: completedWith(equal('value', { North: 241, South: 160, West: 80 })),
  },
  {
    id: 'tables-group-file',
    family,
    submission: {
      description:
        'Group staff.csv by department, calculate the average salary and save the result to averages.csv',
      workspace,
    },
    grade: completedWith(
      artifact('averages.csv', /^department,[^\n]*\nEngineering,5000\nSales,4000\nSupport,3300\n$/),
    ),
  },
  {
    id: 'tables-which',
    family,
    submission: { description: 'Which employee has the lowest salary in staff.csv?', workspace },
    grade: completedWith(equal('value', 'Eva')),
  },
  {
    id: 'tables-top',
    family,
    submission: { description: 'Show the top 2 rows of staff.csv by age', workspace },
    grade: completedWith(mentions('Cem', 'Dan'), omits('Ida')),
  },
  {
    id: 'tables-sort',
    family,
    submission: {
      description: 'Sort staff.csv by age in ascending order and save it as by_age.csv',
      workspace,
    },
    grade: completedWith(
      artifact('by_age.csv', /^name,department,salary,age\nEva,.*\nBo,.*\nIda,.*\nDan,.*\nCem,.*\n$/),
    ),
  },
  {
    id: 'tables-filter',
    family,
    submission: {
      description: 'Keep only the rows of data.csv where category is "wood" and write them to wood.csv',
      workspace,
    },
    grade: completedWith(
      artifact('wood.csv', 'id,name,price,category,quantity\n3,plank,7,wood,15\n4,beam,22.25,wood,4'),
    ),
  },
  {
    id: 'tables-unique',
    family,
    submission: { description: 'List the unique regions in sales.csv', workspace },
    grade: completedWith(equal('value', ['North', 'South', 'West'])),
  },
  {
    id: 'tables-product',
    family,
    submission: { description: 'Calculate the total value (price * quantity) in data.csv', workspace },
    grade: completedWith(number(394)),
  },
  {
    id: 'tables-describe',
    family,
    submission: { description: 'Give me summary statistics for data.csv', workspace },
    grade: completedWith(mentions('quantity', 'median', 'stdev')),
  },
  {
    id: 'tables-join',
    family,
    submission: {
      description: 'Join orders.csv with customers.csv on customer_id and compute the sum of total per city',
      workspace: { files: shop },
    },
    grade: completedWith(equal('value', { Oslo: 145, Bergen: 20 })),
  },
];
