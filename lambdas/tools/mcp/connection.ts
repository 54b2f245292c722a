import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, fetch as undiciFetch } from 'undici';
import { describeError } from '../../shared/errors.ts';
import { createSsrfGuard } from '../../shared/security/ssrf-guard.ts';
import { timeLimit } from '../../shared/tools/time-limit.ts';

export interface McpServer {
  readonly url: string;
  /** `host` or `host:port` that may be reached although they are private. */
  readonly allow_hosts: readonly string[];
  readonly deny_hosts?: readonly string[];
}

/**
 * Speaks to an MCP server (streamable HTTP) for one piece of work. Connections go through the SSRF guard and redirects
 * are not followed, so a server's address can't lead inside.
 */
export async function withMcpServer<Result>(
  server: McpServer,
  limits: { readonly signal: AbortSignal; readonly milliseconds: number },
  work: (client: Client, options: { signal: AbortSignal; timeout: number }) => Promise<Result>,
): Promise<Result> {
  const limit = timeLimit(limits.signal, limits.milliseconds);
  const guard = createSsrfGuard({
    allow_hosts: [...server.allow_hosts],
    deny_hosts: [...(server.deny_hosts ?? [])],
  });
  const agent = new Agent({ connect: guard.connector({ timeoutMs: 10_000, signal: limit.signal }) });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: (url, init) =>
      undiciFetch(url, {
        ...(init as Parameters<typeof undiciFetch>[1]),
        dispatcher: agent,
        redirect: 'error',
      }) as unknown as Promise<Response>,
    // A failed stream ends the work; the executor decides about another try.
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
    },
  });
  const client = new Client({ name: 'intelligent-office', version: '1.0.0' });
  try {
    // Its types say `sessionId: string | undefined` where the interface says optional.
    await client.connect(transport as Parameters<typeof client.connect>[0], { signal: limit.signal });
    return await work(client, { signal: limit.signal, timeout: limits.milliseconds });
  } finally {
    await client.close();
    await agent.destroy();
    limit.end();
  }
}

/** fetch wraps what happened: the guard's refusal is the cause of its cause. */
export function rootCause(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return describeError(cause);
}
