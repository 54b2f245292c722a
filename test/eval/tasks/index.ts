import type { EvalGround, EvalTask } from '../eval-task.ts';
import { arithmeticTasks } from './arithmetic.ts';
import { callTasks } from './calls.ts';
import { chainTasks } from './chains.ts';
import { columnTasks } from './columns.ts';
import { conditionTasks } from './conditions.ts';
import { fileTasks } from './files.ts';
import { outsideTasks } from './outside.ts';
import { pythonTasks } from './python.ts';
import { refusalTasks } from './refusals.ts';
import { savedTasks } from './saved.ts';
import { tableTasks } from './tables.ts';
import { textTasks } from './texts.ts';
import { webTasks } from './web.ts';

/** Every task of the evaluation, family by family. */
export const allTasks = (ground: EvalGround): EvalTask[] => [
  ...callTasks(),
  ...arithmeticTasks(),
  ...pythonTasks(),
  ...fileTasks(),
  ...webTasks(ground),
  ...textTasks(),
  ...tableTasks(),
  ...chainTasks(ground),
  ...conditionTasks(),
  ...outsideTasks(ground),
  ...savedTasks(ground),
  ...columnTasks(ground),
  ...refusalTasks(),
];
