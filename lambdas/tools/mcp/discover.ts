import { jsonObjectSchema } from '../../../schemas/json.ts';
import { type ToolManifest, toolManifestSchema } from '../../../schemas/tool.ts';
import { type McpServer, withMcpServer } from './connection.ts';

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
  return tools.map((tool) =>
    toolManifestSchema.parse({
      name: registeredName(name, tool.name),
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
