import { callMcpTool } from './mcp.ts';

export const handler = callMcpTool;
