import type { McpRefresh } from '../../schemas/http-plugins.ts';
import { builtInToolNames } from '../../schemas/identifiers.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { canonicalHash } from '../shared/canonical.ts';
import type { McpServerRecord } from '../shared/stores/mcp-server-store.ts';
import { ToolVersionExistsError } from '../shared/stores/registry-store.ts';
import type { ReceptionistDeps } from './ports.ts';
import { conflict } from './problem.ts';

type Deps = Pick<ReceptionistDeps, 'registry' | 'mcpServers' | 'discoverMcp' | 'now'>;

const builtIn: ReadonlySet<string> = new Set(builtInToolNames);
/** A tool that was removed and added again starts at a version of its past; this many are tried. */
const MAX_VERSIONS = 1_000;

/** What the server says of a tool: when it changes, so may what the tool does, and its classification is void. */
const digestOf = ({ description, input_schema, source }: ToolManifest): string =>
  canonicalHash({ description, input_schema, source });

function raised(version: string): string {
  const [major = '1', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}

/**
 * Asks an MCP server for its tools and registers them: new and changed ones with risk `high`, unchanged ones stay as
 * they were classified, and those that are gone are removed.
 *
 * @throws HttpProblem 409 when a tool's name is taken, and what `discoverMcp` throws; nothing is registered then
 */
export async function refreshServer(
  deps: Deps,
  tenantId: string,
  server: { readonly name: string; readonly url: string },
): Promise<McpRefresh> {
  const [known, found] = await Promise.all([
    deps.mcpServers.get(tenantId, server.name),
    deps.discoverMcp(server),
  ]);
  const before = known?.tools ?? {};
  const registered = await Promise.all(found.map(({ name }) => deps.registry.get(tenantId, name)));
  for (const [i, { name }] of found.entries()) {
    const taken = builtIn.has(name) || (registered[i] != null && before[name] === undefined);
    if (taken) throw conflict(`There is another tool ${name}; give the server another name.`);
  }
  const tools: Record<string, string> = {};
  const added: string[] = [];
  const changed: string[] = [];
  for (const [i, manifest] of found.entries()) {
    const { name } = manifest;
    const now = registered[i] ?? null;
    tools[name] = digestOf(manifest);
    if (now !== null && before[name] === tools[name]) continue;
    await register(deps, tenantId, {
      ...manifest,
      version: now === null ? manifest.version : raised(now.version),
    });
    (now === null ? added : changed).push(name);
  }
  const removed = Object.keys(before).filter((name) => tools[name] === undefined);
  for (const name of removed) await deps.registry.remove(tenantId, name);
  const record: McpServerRecord = { ...server, tools, updated_at: deps.now().toISOString() };
  await deps.mcpServers.put(tenantId, record);
  return { ...record, tools: Object.keys(tools), added, changed, removed };
}

/** Versions are immutable: the first one that is free, or that holds the same. */
async function register(deps: Deps, tenantId: string, manifest: ToolManifest): Promise<void> {
  let next = manifest;
  for (let tries = 0; tries < MAX_VERSIONS; tries++) {
    try {
      return await deps.registry.put(tenantId, next);
    } catch (error) {
      if (!(error instanceof ToolVersionExistsError)) throw error;
      next = { ...next, version: raised(next.version) };
    }
  }
  throw conflict(`${manifest.name} has too many versions; give the server another name.`);
}

/** Takes a server's tools out of use. */
export async function removeServer(deps: Deps, tenantId: string, server: McpServerRecord): Promise<void> {
  for (const name of Object.keys(server.tools)) await deps.registry.remove(tenantId, name);
  await deps.mcpServers.remove(tenantId, server.name);
}
