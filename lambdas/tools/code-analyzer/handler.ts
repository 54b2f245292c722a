import { workspaceOfRun } from '../../shared/tools/run-workspace.ts';
import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createCodeAnalyzer } from './code-analyzer.ts';

export const handler = toolHandler((context) =>
  createCodeAnalyzer({ workspaceFor: () => workspaceOfRun(context) }),
);
