import { modelRouterFromEnvironment } from '../../shared/llm/from-environment.ts';
import { workspaceOfRun } from '../../shared/tools/run-workspace.ts';
import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createAiTool } from './ai-tool.ts';

const router = modelRouterFromEnvironment();

export const handler = toolHandler((context) =>
  createAiTool({ router, workspaceFor: () => workspaceOfRun(context) }),
);
