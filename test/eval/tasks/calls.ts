import type { EvalTask } from '../eval-task.ts';
import { callPath, completedWith, mentions, omits } from '../grade.ts';
import { project } from './samples.ts';

const family = 'calls';
const workspace = { files: project };
const whole = ['main', 'run_pipeline', 'clean_rows', 'process_data'] as const;

/** Call sequences and call graphs in a folder. */
export const callTasks = (): EvalTask[] => [
  {
    id: 'calls-seed',
    family,
    submission: {
      description: 'Analyze the Python files in ./src and create a call graph from main() to process_data()',
      criteria: ['The path starts at main and ends at process_data'],
      constraints: { allowed_tools: ['code_analyzer', 'file_operations'] },
      workspace,
    },
    grade: completedWith(callPath(...whole)),
  },
  {
    id: 'calls-trace',
    family,
    submission: {
      description: 'Trace the call sequence from `main` to `process_data` in the src folder.',
      workspace,
    },
    grade: completedWith(callPath(...whole)),
  },
  {
    id: 'calls-how',
    family,
    submission: { description: 'How does main end up calling process_data in ./src?', workspace },
    grade: completedWith(callPath(...whole)),
  },
  {
    id: 'calls-part',
    family,
    submission: {
      description: 'Show the chain of function calls that leads from run_pipeline to process_data.',
      workspace,
    },
    grade: completedWith(callPath('run_pipeline', 'clean_rows', 'process_data')),
  },
  {
    id: 'calls-between',
    family,
    submission: {
      description: 'Please find the call path between clean_rows and upper inside src',
      workspace,
    },
    grade: completedWith(callPath('clean_rows', 'process_data', 'upper')),
  },
  {
    id: 'calls-none',
    family,
    submission: {
      description:
        'Is there a call path from main to unused in ./src? Find the call path from main to unused.',
      workspace,
    },
    grade: completedWith(mentions('not_found')),
  },
  {
    id: 'calls-callers',
    family,
    submission: { description: 'Which functions call process_data in ./src?', workspace },
    grade: completedWith(mentions('clean_rows'), omits('unused')),
  },
  {
    id: 'calls-callees',
    family,
    submission: { description: 'What functions does run_pipeline call?', workspace },
    grade: completedWith(mentions('read_rows', 'clean_rows'), omits('unused')),
  },
  {
    id: 'calls-graph',
    family,
    submission: { description: 'Build the call graph of ./src', workspace },
    grade: completedWith(mentions('run_pipeline', 'read_rows', 'clean_rows', 'process_data')),
  },
];
