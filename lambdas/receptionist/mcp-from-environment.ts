import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { readEnvironment } from '../shared/environment.ts';
import { tracedClient } from '../shared/tracing.ts';
import { discoveryAnswerSchema, type McpDiscovery } from '../tools/mcp/discovery-event.ts';
import type { ReceptionistDeps } from './ports.ts';
import { conflict, HttpProblem } from './problem.ts';

/**
 * Asks the bridge's function what tools an MCP server has: the receptionist itself calls nobody outside.
 * Its guard's exceptions are the office's own, as for calls of the tools.
 */
export function discoverMcpFromEnvironment(): ReceptionistDeps['discoverMcp'] {
  const environment = readEnvironment(['TOOL_FUNCTIONS', 'OFFICE_ALLOW_HOSTS']);
  const functions = z.record(z.string(), z.string()).parse(JSON.parse(environment.TOOL_FUNCTIONS));
  const client = tracedClient(new LambdaClient({}));
  return async (server) => {
    if (functions['mcp'] === undefined) throw conflict('No bridge to MCP servers is deployed here.');
    const event: McpDiscovery = {
      operation: 'discover',
      ...server,
      allow_hosts: environment.OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
    };
    const answer = await client.send(
      new InvokeCommand({ FunctionName: functions['mcp'], Payload: JSON.stringify(event) }),
    );
    const parsed = discoveryAnswerSchema.safeParse(
      JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8') || 'null'),
    );
    if (!parsed.success) throw new HttpProblem(502, 'The bridge to MCP servers gave no answer; try again.');
    if (parsed.data.status === 'error') throw new HttpProblem(502, parsed.data.error.message);
    return parsed.data.tools;
  };
}
