import { traced, traceIdsOf } from '../../shared/tracing.ts';
import { answerDiscovery } from './discover.ts';
import { discoveryEventSchema } from './discovery-event.ts';
import { callMcpTool } from './mcp.ts';

/** Calls a tool of an MCP server, or lists a server's tools. */
export const handler = async (event: unknown) => {
  const discovery = discoveryEventSchema.safeParse(event);
  if (discovery.success) return answerDiscovery(discovery.data);
  const context = (event as { tool_context?: unknown } | null)?.tool_context;
  return traced('mcp', traceIdsOf(context), () => callMcpTool(event));
};
