import { jsonObjectSchema } from '../../../schemas/json.ts';
import { type ToolManifest, toolManifestSchema } from '../../../schemas/tool.ts';
import { type McpServer, rootCause, withMcpServer } from './connection.ts';
import type { DiscoveryAnswer, McpDiscovery } from './discovery-event.ts';

const LISTING_MS = 20_000;
const MAX_TOOLS = 100;

/** `my-server` and `getForecast` make `my_server_getforecast`: lower case letters, digits and `_`, 64 at most. */
export function registeredName(server: string, tool: string): string {
  const name = `${server}_${tool}`
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/_+/g, '_');
  return name.replace(/^[^a-z]+/, '').slice(0, 64);
}

/**
 * The tools of an MCP server as manifests: prefixed with the server's name, with the server's own schemas, and with
 * risk `high` until a person classifies them, whatever the server says of itself.
 */
export async function discoverMcpTools(
  name: string,
  server: McpServer,
  signal: AbortSignal,
): Promise<ToolManifest[]> {
  const tools = await withMcpServer(server, { signal, milliseconds: LISTING_MS }, async (client, options) => {
    const found = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor }, options);
      found.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor !== undefined && found.length < MAX_TOOLS);
    return found.slice(0, MAX_TOOLS);
  });
  const taken = new Set<string>();
  return tools.map((tool) =>
    toolManifestSchema.parse({
      name: unique(registeredName(name, tool.name), taken),
      version: '1.0.0',
      description:
        (tool.description ?? tool.title ?? tool.name).replace(/\s+/g, ' ').slice(0, 500) || tool.name,
      input_schema: jsonObjectSchema.parse(tool.inputSchema),
      output_schema: { type: 'object' },
      risk: 'high',
      idempotent: false,
      timeout_seconds: 60,
      memory_mb: 512,
      network: 'internet',
      workspace: 'none',
      example: {},
      source: { kind: 'mcp', url: server.url, tool: tool.name },
    }),
  );
}

/** Names that differ only in what is left out of them get a number. */
function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name.slice(0, 60)}_${i}`;
  taken.add(free);
  return free;
}

/** The tools of a server as an answer of the bridge's function; a server that can't be used is an error in words. */
export async function answerDiscovery({ name, url, allow_hosts }: McpDiscovery): Promise<DiscoveryAnswer> {
  try {
    const server = { url, allow_hosts };
    return { status: 'ok', tools: await discoverMcpTools(name, server, new AbortController().signal) };
  } catch (error) {
    const message = `The MCP server could not be used: ${rootCause(error)}`;
    return { status: 'error', error: { name: 'ConnectionFailed', message, retryable: false } };
  }
}
