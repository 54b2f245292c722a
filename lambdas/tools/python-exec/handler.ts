import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createPythonExec } from './python-exec.ts';

export const handler = toolHandler(createPythonExec());
