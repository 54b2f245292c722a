import { workspaceOfRun } from '../../shared/tools/run-workspace.ts';
import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createFileOperations } from './file-operations.ts';

export const handler = toolHandler((context) =>
  createFileOperations({ workspaceFor: () => workspaceOfRun(context) }),
);
