import { builtInDeclarations } from '../lambdas/tools/declarations.ts';
import type { Reach } from './network.ts';

/** Functions behind tools that tenants register; their servers are elsewhere. */
const REACHES_SERVERS = new Set(['mcp']);
/** Tools that run code of a task. */
const RUNS_CODE = new Set(['python_exec']);

/** Where a tool's packets may go, by what it declares. */
export function reachOf(tool: string): Reach {
  if (REACHES_SERVERS.has(tool)) return 'internet';
  const declaration = builtInDeclarations.find(({ name }) => name === tool);
  if (declaration === undefined) return 'nothing';
  if (declaration.network === 'internet') return 'internet';
  return declaration.workspace === 'direct' ? 'workspaces' : 'nothing';
}

/** True when tenants must not even share an execution environment one after the other. */
export const isTenantIsolated = (tool: string): boolean => RUNS_CODE.has(tool);
