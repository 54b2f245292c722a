import { z } from 'zod';
import { toolViewSchema } from '../../../schemas/http-tools.ts';
import type { Risk } from '../../../schemas/tool.ts';
import { segment } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { table } from '../format.ts';
import type { Terminal } from '../terminal.ts';

const toolsSchema = z.looseObject({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      version: z.string().nullish(),
      risk: z.string().nullish(),
      description: z.string().nullish(),
      available: z.boolean().nullish(),
      unavailable_reason: z.string().nullish(),
    }),
  ),
});

/** `office tools`: the registry; a tool that needs a setting says which. */
export async function listTools(options: OfficeOptions, terminal: Terminal): Promise<number> {
  const answer = await connect(terminal, options).get('/tools', toolsSchema);
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  const rows = answer.tools.map((tool) => [
    tool.name,
    tool.version ?? '',
    tool.risk ?? '',
    tool.available === false
      ? `unavailable: ${tool.unavailable_reason ?? 'not configured'}`
      : (tool.description ?? ''),
  ]);
  terminal.out(
    `${table(['tool', 'version', 'risk', 'what it does'], rows, tableWidth(terminal)).join('\n')}\n`,
  );
  return 0;
}

/** `office tools classify NAME RISK`: a new version of the registered tool with another risk, nothing else changed. */
export async function classifyTool(
  name: string,
  risk: Risk,
  options: OfficeOptions,
  terminal: Terminal,
): Promise<number> {
  const api = connect(terminal, options);
  const path = `/tools/${segment(name)}`;
  const { available: _a, unavailable_reason: _r, ...manifest } = await api.get(path, toolViewSchema);
  const [major, minor, patch] = manifest.version.split('.').map(Number);
  const version = `${major}.${minor}.${(patch ?? 0) + 1}`;
  const kept =
    manifest.risk === risk
      ? manifest
      : await api.request('PUT', path, toolViewSchema, { body: { ...manifest, risk, version } });
  if (options.json) printJson(terminal, kept);
  else terminal.out(`${name} ${kept.version} has risk ${kept.risk}.\n`);
  return 0;
}
