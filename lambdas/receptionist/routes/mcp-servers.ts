import {
  mcpRefreshSchema,
  mcpServerBodySchema,
  mcpServerListSchema,
  mcpServerNameSchema,
  mcpServerViewSchema,
} from '../../../schemas/http-plugins.ts';
import type { McpServerRecord } from '../../shared/stores/mcp-server-store.ts';
import { type Endpoint, endpoint, problemAnswer } from '../endpoint.ts';
import { refreshServer, removeServer } from '../mcp-servers.ts';
import type { ReceptionistDeps } from '../ports.ts';
import { badRequest, notFound } from '../problem.ts';

const tag = 'MCP servers';
const answers = {
  200: { description: 'What was found', schema: mcpRefreshSchema },
  502: problemAnswer('The server gave no answer, or none that is one of MCP'),
};
const view = (server: McpServerRecord) => ({ ...server, tools: Object.keys(server.tools) });

async function findServer(deps: ReceptionistDeps, tenantId: string, name: string): Promise<McpServerRecord> {
  const server = mcpServerNameSchema.safeParse(name).success
    ? await deps.mcpServers.get(tenantId, name)
    : null;
  if (server === null)
    throw notFound(
      `There is no MCP server ${JSON.stringify(name.slice(0, 80))}; GET /mcp-servers lists them.`,
    );
  return server;
}

const list = endpoint({
  method: 'GET',
  path: '/mcp-servers',
  operation_id: 'listMcpServers',
  tag,
  summary: 'The MCP servers whose tools are registered',
  scope: 'tasks:read',
  answers: { 200: { description: 'Servers', schema: mcpServerListSchema } },
  handle: async ({ deps, caller }) => ({
    status: 200,
    body: { servers: (await deps.mcpServers.list(caller.tenant_id)).map(view) },
  }),
});

const get = endpoint({
  method: 'GET',
  path: '/mcp-servers/{name}',
  operation_id: 'getMcpServer',
  tag,
  summary: 'One server and its tools',
  scope: 'tasks:read',
  answers: { 200: { description: 'The server', schema: mcpServerViewSchema } },
  handle: async ({ deps, caller, param }) => ({
    status: 200,
    body: view(await findServer(deps, caller.tenant_id, param('name'))),
  }),
});

const add = endpoint({
  method: 'PUT',
  path: '/mcp-servers/{name}',
  operation_id: 'addMcpServer',
  tag,
  summary: 'Register the tools of an MCP server (streamable HTTP)',
  description:
    'They appear under the name as their prefix, with the server’s own schemas and risk high until PUT /tools/{name} classifies them.',
  scope: 'admin',
  body: mcpServerBodySchema,
  answers,
  async handle({ deps, caller, body, param }) {
    const parsed = mcpServerNameSchema.safeParse(param('name'));
    if (!parsed.success) {
      const message = parsed.error.issues[0]?.message ?? 'is not a server name';
      throw badRequest('The path does not hold a server name.', [{ path: 'name', message }]);
    }
    const problem = await deps.addressProblem(body.url);
    if (problem !== null)
      throw badRequest(`The server can not be reached from here. ${problem}`, [
        { path: 'url', message: problem },
      ]);
    const server = await refreshServer(deps, caller.tenant_id, { name: parsed.data, url: body.url });
    await deps.audit.append(caller.tenant_id, {
      action: 'mcp_server.added',
      actor: caller.actor,
      detail: { server: server.name, url: server.url, tools: server.tools },
    });
    return { status: 200, body: server };
  },
});

const refresh = endpoint({
  method: 'POST',
  path: '/mcp-servers/{name}/refresh',
  operation_id: 'refreshMcpServer',
  tag,
  summary: 'Ask the server again',
  description: 'A tool that changed has risk high again: what was classified was another one.',
  scope: 'admin',
  answers,
  async handle({ deps, caller, param }) {
    const { name, url } = await findServer(deps, caller.tenant_id, param('name'));
    const server = await refreshServer(deps, caller.tenant_id, { name, url });
    await deps.audit.append(caller.tenant_id, {
      action: 'mcp_server.refreshed',
      actor: caller.actor,
      detail: { server: name, added: server.added, changed: server.changed, removed: server.removed },
    });
    return { status: 200, body: server };
  },
});

const remove = endpoint({
  method: 'DELETE',
  path: '/mcp-servers/{name}',
  operation_id: 'removeMcpServer',
  tag,
  summary: 'Take a server and its tools out of use',
  scope: 'admin',
  answers: { 204: { description: 'Removed' } },
  async handle({ deps, caller, param }) {
    const server = await findServer(deps, caller.tenant_id, param('name'));
    await removeServer(deps, caller.tenant_id, server);
    await deps.audit.append(caller.tenant_id, {
      action: 'mcp_server.removed',
      actor: caller.actor,
      detail: { server: server.name, tools: Object.keys(server.tools) },
    });
    return { status: 204, body: null };
  },
});

export const mcpServerRoutes: readonly Endpoint[] = [list, get, add, refresh, remove];
