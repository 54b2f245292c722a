import type { z } from 'zod';
import type { ToolDeclaration } from '../shared/tools/define-tool.ts';
import { aiToolDeclaration } from './ai-tool/declaration.ts';
import { codeAnalyzerDeclaration } from './code-analyzer/declaration.ts';
import { fileOperationsDeclaration } from './file-operations/declaration.ts';
import { httpClientDeclaration } from './http-client/declaration.ts';
import { mathCalculatorDeclaration } from './math-calculator/declaration.ts';
import { pythonExecDeclaration } from './python-exec/declaration.ts';
import { webSearchDeclaration } from './web-search/declaration.ts';

/** The built-in tools, in the order in which planners see them. */
export const builtInDeclarations: readonly ToolDeclaration<z.ZodType, z.ZodType>[] = [
  codeAnalyzerDeclaration,
  pythonExecDeclaration,
  fileOperationsDeclaration,
  mathCalculatorDeclaration,
  httpClientDeclaration,
  webSearchDeclaration,
  aiToolDeclaration,
];
