import type { Command } from 'commander';
import { riskSchema } from '../../schemas/tool.ts';
import { UsageError } from './failures.ts';
import { type Finish, officeCommand, refuseOtherCommands } from './office-command.ts';
import type { Terminal } from './terminal.ts';

/** The registry, and what fills it. */
export function addToolCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const tools = officeCommand(program)('tools', 'list the tools of the registry').action(async (options) =>
    finish((await import('./commands/tools.ts')).listTools(options, terminal)),
  );
  tools
    .command('new <name>')
    .description('write the files of a new tool: declaration, logic, handler and test')
    .action(async (name) => finish((await import('./commands/tool-scaffold.ts')).newTool(name, terminal)));
  addPluginCommands(officeCommand(tools), terminal, finish);
  refuseOtherCommands(tools, 'lists them');
}

/** Tools from outside this repository: Lambda functions of the account, MCP servers. */
function addPluginCommands(
  tools: ReturnType<typeof officeCommand>,
  terminal: Terminal,
  finish: Finish,
): void {
  tools('classify <name> <risk>', 'say how risky a registered tool is: low, medium or high').action(
    async (name, risk, options) => {
      const chosen = riskSchema.safeParse(risk);
      if (!chosen.success) throw new UsageError(`"${risk}" is no risk: give low, medium or high.`);
      return finish((await import('./commands/tools.ts')).classifyTool(name, chosen.data, options, terminal));
    },
  );
  tools('discover', 'register the Lambda functions of the account that carry the tag office:tool')
    .option('--dry-run', 'list them only')
    .action(async (options) =>
      finish((await import('./commands/tools-discover.ts')).discoverTools(options, terminal)),
    );
  tools('add-mcp <name> <url>', 'register the tools of an MCP server (streamable HTTP)').action(
    async (name, url, options) =>
      finish((await import('./commands/mcp.ts')).addMcp(name, url, options, terminal)),
  );
  tools('list-mcp', 'list the MCP servers').action(async (options) =>
    finish((await import('./commands/mcp.ts')).listMcp(options, terminal)),
  );
  tools('refresh-mcp <name>', 'ask an MCP server for its tools again').action(async (name, options) =>
    finish((await import('./commands/mcp.ts')).refreshMcp(name, options, terminal)),
  );
  tools('remove-mcp <name>', 'take an MCP server and its tools out of use').action(async (name, options) =>
    finish((await import('./commands/mcp.ts')).removeMcp(name, options, terminal)),
  );
}

/** What decides what steps may do. */
export function addPolicyCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const load = () => import('./commands/policies.ts');
  const policies = officeCommand(program)(
    'policies',
    'the Cedar policies that decide what steps may do',
  ).action(async (options) => finish((await load()).listPolicies(options, terminal)));
  const policy = officeCommand(policies);
  policy('show <name>', 'the text of one').action(async (name, options) =>
    finish((await load()).showPolicy(name, options, terminal)),
  );
  policy('put <name> <file>', 'add or replace one of your own').action(async (name, file, options) =>
    finish((await load()).putPolicy(name, file, options, terminal)),
  );
  policy('remove <name>', 'remove one of your own').action(async (name, options) =>
    finish((await load()).removePolicy(name, options, terminal)),
  );
  refuseOtherCommands(policies, 'lists them');
}
