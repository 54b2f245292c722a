import { z } from 'zod';
import type { WebSearchInputs, WebSearchResult } from './declaration.ts';

/** One search service: how to ask it and how to read its answer. */
export interface SearchAdapter {
  readonly name: string;
  request(inputs: WebSearchInputs): { readonly url: string; readonly init: RequestInit };
  /** @throws ZodError when the answer is not what the service documents */
  parse(answer: unknown): WebSearchResult[];
}

/** Settings by name; the office's environment. */
export type SearchEnvironment = Readonly<Record<string, string | undefined>>;

/** The settings that make the tool available; the first one set decides. */
export const searchSettings = ['BRAVE_API_KEY', 'TAVILY_API_KEY', 'SEARXNG_URL'] as const;

/**
 * The configured service, in the order Brave, Tavily, SearXNG, or why there is none. `BRAVE_URL` and `TAVILY_URL`
 * replace the services' own addresses (a proxy of the company).
 */
export function adapterFor(env: SearchEnvironment): { adapter: SearchAdapter } | { reason: string } {
  const brave = env['BRAVE_API_KEY'];
  if (brave)
    return configured(env, 'BRAVE_URL', 'https://api.search.brave.com', (base) => braveAdapter(brave, base));
  const tavily = env['TAVILY_API_KEY'];
  if (tavily)
    return configured(env, 'TAVILY_URL', 'https://api.tavily.com', (base) => tavilyAdapter(tavily, base));
  if (env['SEARXNG_URL']) return configured(env, 'SEARXNG_URL', '', searxngAdapter);
  return {
    reason: `No search service is configured; set ${searchSettings.slice(0, -1).join(', ')} or ${searchSettings.at(-1)}.`,
  };
}

function configured(
  env: SearchEnvironment,
  setting: string,
  standard: string,
  make: (base: string) => SearchAdapter,
): { adapter: SearchAdapter } | { reason: string } {
  const base = env[setting] || standard;
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    return { reason: `The setting ${setting} is no http or https URL; correct it.` };
  }
  return { adapter: make(base) };
}

const text = z.string().nullish();

const braveAnswerSchema = z.object({
  web: z
    .object({ results: z.array(z.object({ title: text, url: z.string(), description: text })) })
    .nullish(),
});

/** Brave Web Search API: `GET /res/v1/web/search`, key in `X-Subscription-Token`, `count` up to 20. */
function braveAdapter(key: string, base: string): SearchAdapter {
  return {
    name: 'Brave',
    request(inputs) {
      const url = below(base, 'res/v1/web/search');
      url.searchParams.set('q', withSite(inputs));
      url.searchParams.set('count', String(inputs.max_results));
      url.searchParams.set('text_decorations', 'false');
      return {
        url: url.href,
        init: { headers: { accept: 'application/json', 'x-subscription-token': key } },
      };
    },
    parse: (answer) =>
      (braveAnswerSchema.parse(answer).web?.results ?? []).map((result) =>
        resultOf(result.title, result.url, result.description),
      ),
  };
}

const tavilyAnswerSchema = z.object({
  results: z.array(z.object({ title: text, url: z.string(), content: text })),
});

/** Tavily: `POST /search`, key as bearer token, `include_domains` for one site. */
function tavilyAdapter(key: string, base: string): SearchAdapter {
  return {
    name: 'Tavily',
    request(inputs) {
      return {
        url: below(base, 'search').href,
        init: {
          method: 'POST',
          headers: {
            accept: 'application/json',
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({
            query: inputs.query,
            max_results: inputs.max_results,
            search_depth: 'basic',
            ...(inputs.site === undefined ? {} : { include_domains: [inputs.site] }),
          }),
        },
      };
    },
    parse: (answer) =>
      tavilyAnswerSchema
        .parse(answer)
        .results.map((result) => resultOf(result.title, result.url, result.content)),
  };
}

const searxngAnswerSchema = z.object({
  results: z.array(z.object({ title: text, url: z.string(), content: text })),
});

/** SearXNG: `GET /search?format=json`; the instance must allow the json format; it has no limit of results. */
function searxngAdapter(base: string): SearchAdapter {
  return {
    name: 'SearXNG',
    request(inputs) {
      const url = below(base, 'search');
      url.searchParams.set('q', withSite(inputs));
      url.searchParams.set('format', 'json');
      return { url: url.href, init: { headers: { accept: 'application/json' } } };
    },
    parse: (answer) =>
      searxngAnswerSchema
        .parse(answer)
        .results.map((result) => resultOf(result.title, result.url, result.content)),
  };
}

/** A path below a base URL, which may itself have a path. */
function below(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`);
}

function withSite({ query, site }: WebSearchInputs): string {
  return site === undefined ? query : `${query} site:${site}`;
}

const MAX_TITLE = 300;
const MAX_SNIPPET = 1_000;

function resultOf(
  title: string | null | undefined,
  url: string,
  snippet: string | null | undefined,
): WebSearchResult {
  return { title: plain(title, MAX_TITLE), url, snippet: plain(snippet, MAX_SNIPPET) };
}

/** One line of text: the services mark hits with tags and escape the rest as HTML. */
function plain(html: string | null | undefined, limit: number): string {
  const bare = (html ?? '')
    .slice(0, limit * 4)
    .replace(/<\/?[a-z][^<>]{0,200}>/gi, '')
    .replace(/&(amp|lt|gt|quot|#39|#x27|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return bare.length > limit ? `${bare.slice(0, limit - 1)}…` : bare;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
  nbsp: ' ',
};
