import { z } from 'zod';
import { mcpRefreshSchema, mcpServerListSchema } from '../../../schemas/http-plugins.ts';
import { segment } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { table } from '../format.ts';
import type { Terminal } from '../terminal.ts';

type Refreshed = z.output<typeof mcpRefreshSchema>;

function tell(found: Refreshed, options: OfficeOptions, terminal: Terminal): number {
  if (options.json) {
    printJson(terminal, found);
    return 0;
  }
  const lines = [
    ...found.added.map((name) => `+ ${name}  risk high`),
    ...found.changed.map((name) => `~ ${name}  changed: risk high again`),
    ...found.removed.map((name) => `- ${name}`),
  ];
  terminal.out(`${found.name}: ${found.tools.length} tools at ${found.url}\n`);
  for (const line of lines) terminal.out(`  ${line}\n`);
  if (found.added.length + found.changed.length > 0)
    terminal.out(
      'Until they are classified a person must approve their use: office tools classify NAME low|medium\n',
    );
  return 0;
}

/** `office tools add-mcp NAME URL`: registers the tools of an MCP server. */
export async function addMcp(
  name: string,
  url: string,
  options: OfficeOptions,
  terminal: Terminal,
): Promise<number> {
  const api = connect(terminal, options);
  return tell(
    await api.request('PUT', `/mcp-servers/${segment(name)}`, mcpRefreshSchema, { body: { url } }),
    options,
    terminal,
  );
}

/** `office tools refresh-mcp NAME`: asks the server again. */
export async function refreshMcp(name: string, options: OfficeOptions, terminal: Terminal): Promise<number> {
  const api = connect(terminal, options);
  return tell(
    await api.request('POST', `/mcp-servers/${segment(name)}/refresh`, mcpRefreshSchema),
    options,
    terminal,
  );
}

/** `office tools remove-mcp NAME`: takes the server and its tools out of use. */
export async function removeMcp(name: string, options: OfficeOptions, terminal: Terminal): Promise<number> {
  await connect(terminal, options).request('DELETE', `/mcp-servers/${segment(name)}`, z.null());
  if (options.json) printJson(terminal, { removed: name });
  else terminal.out(`${name} and its tools are out of use.\n`);
  return 0;
}

/** `office tools list-mcp`. */
export async function listMcp(options: OfficeOptions, terminal: Terminal): Promise<number> {
  const answer = await connect(terminal, options).get('/mcp-servers', mcpServerListSchema);
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  const rows = answer.servers.map(({ name, url, tools }) => [name, url, tools.join(' ')]);
  terminal.out(`${table(['server', 'address', 'tools'], rows, tableWidth(terminal)).join('\n')}\n`);
  return 0;
}
