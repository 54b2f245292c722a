import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { type Json, type JsonObject, jsonSchema } from '../../../schemas/json.ts';
import { type ToolAnswer, type ToolContext, toolEventSchema } from '../../../schemas/tool.ts';
import { rootCause, withMcpServer } from './connection.ts';

/** A block of an MCP answer as JSON; images and audio stay base64 with their type. */
const blockOf = (block: unknown): Json => jsonSchema.parse(JSON.parse(JSON.stringify(block)));

async function call(context: ToolContext, inputs: JsonObject): Promise<ToolAnswer> {
  const { mcp, policy } = context;
  if (mcp === undefined) return failed('InvalidEvent', 'The MCP bridge was invoked without a server.');
  const milliseconds = Math.max(
    1,
    Math.min(policy.timeout_seconds * 1000, Date.parse(context.deadline) - Date.now()),
  );
  const server = { url: mcp.url, allow_hosts: policy.allow_hosts, deny_hosts: policy.deny_hosts };
  const answer = await withMcpServer(
    server,
    { signal: new AbortController().signal, milliseconds },
    (client, options) => client.callTool({ name: mcp.tool, arguments: inputs }, undefined, options),
  );
  const content = Array.isArray(answer.content) ? answer.content.map(blockOf) : [];
  const text = content
    .flatMap((block) =>
      block !== null && typeof block === 'object' && 'text' in block ? [String(block['text'])] : [],
    )
    .join('\n');
  if (answer.isError === true)
    return failed('ToolReportedError', text || 'The tool of the MCP server reported an error.');
  const structured = answer.structuredContent;
  const output: JsonObject = {
    text,
    content,
    ...(structured === undefined ? {} : { structured: blockOf(structured) }),
  };
  if (Buffer.byteLength(JSON.stringify(output)) > policy.max_output_bytes) {
    return failed('OutputTooLarge', `The answer is larger than ${policy.max_output_bytes} bytes.`);
  }
  return { status: 'ok', output };
}

const failed = (name: string, message: string, retryable = false): ToolAnswer => ({
  status: 'error',
  error: { name, message, retryable },
});

/**
 * The bridge to tools of MCP servers. Whether a call whose answer was lost took effect is unknown, so `reconcile`
 * always answers InDoubt.
 */
export async function callMcpTool(event: unknown): Promise<ToolAnswer> {
  const parsed = toolEventSchema.safeParse(event);
  if (!parsed.success) return failed('InvalidEvent', 'The MCP bridge was invoked wrongly.');
  const { inputs, operation, tool_context: context } = parsed.data;
  if (operation === 'reconcile')
    return failed('InDoubt', 'An MCP server can’t say whether an earlier call took effect.');
  try {
    return await call(context, inputs);
  } catch (error) {
    if (error instanceof McpError) return failed('McpError', error.message);
    const name =
      error instanceof Error && error.name === 'TimeoutError' ? 'TimeoutExceeded' : 'ConnectionFailed';
    return failed(name, `The MCP server could not be used: ${rootCause(error)}`);
  }
}
