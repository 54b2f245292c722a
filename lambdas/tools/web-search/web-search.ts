import { ZodError } from 'zod';
import { type Tool, ToolFailure } from '../../shared/tools/define-tool.ts';
import { timeLimit } from '../../shared/tools/time-limit.ts';
import { adapterFor, type SearchAdapter, type SearchEnvironment } from './adapters.ts';
import { type WebSearchInputs, type WebSearchResult, webSearchDeclaration } from './declaration.ts';

const REQUEST_TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 2_000_000;

export interface WebSearchDeps {
  readonly env: SearchEnvironment;
  readonly fetch?: typeof globalThis.fetch;
}

/** Whether a search service is configured, and if not, which settings to set. */
export function webSearchAvailability(env: SearchEnvironment): { available: boolean; reason?: string } {
  const found = adapterFor(env);
  return 'adapter' in found ? { available: true } : { available: false, reason: found.reason };
}

/**
 * The `web_search` tool over Brave, Tavily or SearXNG, whichever the environment configures (in this order). The
 * services' addresses come from the installation, not from a task, so they may be private.
 */
export function createWebSearch(
  deps: WebSearchDeps,
): Tool<typeof webSearchDeclaration.inputs, typeof webSearchDeclaration.output> {
  const send = deps.fetch ?? globalThis.fetch;
  return {
    declaration: webSearchDeclaration,
    async run(inputs, run) {
      const found = adapterFor(deps.env);
      if ('reason' in found) throw new ToolFailure('NotConfigured', found.reason);
      const { adapter } = found;
      const limit = timeLimit(run.signal, REQUEST_TIMEOUT_MS);
      try {
        const answer = await ask(adapter, inputs, send, limit.signal);
        return { output: { results: usable(parse(adapter, answer), inputs) } };
      } finally {
        limit.end();
      }
    },
  };
}

async function ask(
  adapter: SearchAdapter,
  inputs: WebSearchInputs,
  send: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string> {
  const { url, init } = adapter.request(inputs);
  try {
    // A redirect would carry the key to an address nobody configured.
    const response = await send(url, { ...init, signal, redirect: 'manual' });
    if (!response.ok) {
      await response.body?.cancel();
      throw refusal(adapter, response.status);
    }
    return await limitedText(adapter, response);
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    // fetch rejects with TypeError for a network failure and with the signal's DOMException for a timeout.
    if (error instanceof TypeError || signal.aborted) {
      throw new ToolFailure('SearchUnavailable', `${adapter.name} can't be reached or took too long.`, {
        retryable: true,
        cause: error,
      });
    }
    throw error;
  }
}

function refusal(adapter: SearchAdapter, status: number): ToolFailure {
  if (status === 401 || status === 403) {
    return new ToolFailure(
      'SearchRejected',
      `${adapter.name} refused the office's key or access (status ${status}); check the setting.`,
    );
  }
  if (status === 429 || status === 432 || status === 433) {
    return new ToolFailure(
      'SearchRateLimited',
      `${adapter.name} allows no more searches now (status ${status}).`,
      { retryable: status === 429 },
    );
  }
  if (status >= 500) {
    return new ToolFailure('SearchUnavailable', `${adapter.name} failed with status ${status}.`, {
      retryable: true,
    });
  }
  return new ToolFailure('SearchRejected', `${adapter.name} did not accept the search (status ${status}).`);
}

async function limitedText(adapter: SearchAdapter, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new ToolFailure(
        'InvalidSearchAnswer',
        `${adapter.name} answered with more than ${MAX_ANSWER_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(adapter: SearchAdapter, answer: string): WebSearchResult[] {
  try {
    return adapter.parse(JSON.parse(answer));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof ZodError)) throw error;
    throw new ToolFailure(
      'InvalidSearchAnswer',
      `${adapter.name} answered with something that is not its documented JSON.`,
      {
        cause: error,
      },
    );
  }
}

/** Web pages only, each once, of the wanted site, at most as many as asked for. */
function usable(
  results: readonly WebSearchResult[],
  { max_results, site }: WebSearchInputs,
): WebSearchResult[] {
  const seen = new Set<string>();
  return results
    .filter(({ url }) => {
      if (seen.has(url) || !URL.canParse(url)) return false;
      seen.add(url);
      const { protocol, hostname } = new URL(url);
      return /^https?:$/.test(protocol) && (site === undefined || isWithin(hostname, site.toLowerCase()));
    })
    .slice(0, max_results);
}

function isWithin(hostname: string, site: string): boolean {
  return hostname === site || hostname.endsWith(`.${site}`);
}
