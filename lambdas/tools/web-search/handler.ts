import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createWebSearch } from './web-search.ts';

export const handler = toolHandler(createWebSearch({ env: process.env }));
