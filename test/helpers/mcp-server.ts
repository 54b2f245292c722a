import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

/** A server of the official SDK on loopback, with a tool that greets, one that fails and one that counts its calls. */
export async function startMcpServer() {
  let calls = 0;
  const build = (): McpServer => {
    const server = new McpServer({ name: 'loopback', version: '1.0.0' });
    server.registerTool(
      'greet',
      { description: 'Greets a person.', inputSchema: { name: z.string() } },
      async ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}!` }] }),
    );
    server.registerTool('fail', { description: 'Always fails.' }, async () => ({
      isError: true,
      content: [{ type: 'text', text: 'It broke.' }],
    }));
    server.registerTool(
      'count',
      { description: 'Counts.', outputSchema: { calls: z.number() } },
      async () => {
        calls += 1;
        return { content: [], structuredContent: { calls } };
      },
    );
    return server;
  };
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const transport = new StreamableHTTPServerTransport({});
    const server = build();
    response.on('close', () => void server.close());
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response, text === '' ? undefined : JSON.parse(text));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/mcp`,
    host,
    calls: () => calls,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
