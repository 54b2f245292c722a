import { answerDiscovery } from './discover.ts';
import { discoveryEventSchema } from './discovery-event.ts';
import { callMcpTool } from './mcp.ts';

/** Calls a tool of an MCP server, or lists a server's tools. */
export const handler = async (event: unknown) => {
  const discovery = discoveryEventSchema.safeParse(event);
  return discovery.success ? answerDiscovery(discovery.data) : callMcpTool(event);
};
