import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { discoverMcpTools, registeredName } from '../../../../lambdas/tools/mcp/discover.ts';
import { callMcpTool } from '../../../../lambdas/tools/mcp/mcp.ts';
import { startMcpServer } from '../../../helpers/mcp-server.ts';
import { aToolEvent } from '../../../helpers/tool-run.ts';

let server: Awaited<ReturnType<typeof startMcpServer>>;
beforeAll(async () => {
  server = await startMcpServer();
});
afterAll(() => server.stop());

const policy = () => ({
  timeout_seconds: 10,
  max_output_bytes: 100_000,
  allow_hosts: [server.host],
  deny_hosts: [],
});

function call(tool: string, inputs: Record<string, string> = {}, changes: Record<string, unknown> = {}) {
  const event = aToolEvent(inputs);
  return callMcpTool({
    ...event,
    tool_context: { ...event.tool_context, policy: policy(), mcp: { url: server.url, tool }, ...changes },
  });
}

describe('an MCP server', () => {
  it('shows its tools as manifests with its schemas and risk high', async () => {
    const manifests = await discoverMcpTools(
      'Loop Back',
      { url: server.url, allow_hosts: [server.host] },
      new AbortController().signal,
    );
    expect(manifests.map(({ name, risk, source }) => [name, risk, source.kind])).toEqual([
      ['loop_back_greet', 'high', 'mcp'],
      ['loop_back_fail', 'high', 'mcp'],
      ['loop_back_count', 'high', 'mcp'],
    ]);
    expect(manifests[0]?.input_schema).toMatchObject({
      type: 'object',
      properties: { name: { type: 'string' } },
    });
  });

  it('answers a call with text, blocks and structured content', async () => {
    expect(await call('greet', { name: 'Ada' })).toMatchObject({
      status: 'ok',
      output: { text: 'Hello, Ada!' },
    });
    expect(await call('count')).toMatchObject({
      status: 'ok',
      output: { structured: { calls: server.calls() } },
    });
  });

  it('has its errors told by name', async () => {
    expect(await call('fail')).toEqual({
      status: 'error',
      error: { name: 'ToolReportedError', message: 'It broke.', retryable: false },
    });
    expect(await call('greet', {})).toMatchObject({ status: 'error' });
  });

  it('at a private address is not reached unless the policy names it', async () => {
    const before = server.calls();
    const answer = await call('count', {}, { policy: { ...policy(), allow_hosts: [] } });
    expect(answer).toMatchObject({
      status: 'error',
      error: { name: 'ConnectionFailed', message: expect.stringContaining('127.0.0.1') },
    });
    expect(server.calls()).toBe(before);
  });

  it('can’t be asked whether an earlier call took effect', async () => {
    const event = aToolEvent({});
    expect(await callMcpTool({ ...event, operation: 'reconcile' })).toMatchObject({
      error: { name: 'InDoubt' },
    });
  });

  it('gives names that fit the registry', () => {
    expect(registeredName('My Server', 'get-Forecast.v2')).toBe('my_server_get_forecast_v2');
    expect(registeredName('7up', 'x'.repeat(99))).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
  });
});
