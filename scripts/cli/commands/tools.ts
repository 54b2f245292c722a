import { z } from 'zod';
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
