import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { manifestOf } from '../../../../lambdas/shared/tools/define-tool.ts';
import { webSearchDeclaration } from '../../../../lambdas/tools/web-search/declaration.ts';
import { createWebSearch, webSearchAvailability } from '../../../../lambdas/tools/web-search/web-search.ts';
import { toolManifestSchema } from '../../../../schemas/tool.ts';
import {
  type Answer,
  type LoopbackHttp,
  sendJson,
  startLoopbackHttp,
} from '../../../helpers/loopback-http.ts';
import { aRun, type RunOverrides } from '../../../helpers/tool-run.ts';

let server: LoopbackHttp;
let answer: Answer;

beforeAll(async () => {
  server = await startLoopbackHttp((request, response) => answer(request, response));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

const page = (number: number) => ({ title: `Page ${number}`, url: `https://docs.example.com/${number}` });
const pages = [1, 2, 3].map(page);

/** Each service's protocol: refuses what the real one refuses, answers in its documented shape. */
const services = {
  brave: {
    env: () => ({ BRAVE_API_KEY: 'bk', BRAVE_URL: server.url }),
    answer: ((request, response) => {
      const url = new URL(request.path, server.url);
      if (request.headers['x-subscription-token'] !== 'bk')
        return sendJson(response, 401, { type: 'ErrorResponse' });
      if (request.method !== 'GET' || url.pathname !== '/res/v1/web/search')
        return sendJson(response, 404, {});
      const results = pages.map((found) => ({
        ...found,
        type: 'search_result',
        description: `About <strong>${url.searchParams.get('q')}</strong> &amp; more`,
      }));
      sendJson(response, 200, {
        type: 'search',
        query: { original: url.searchParams.get('q') },
        web: { type: 'search', results },
      });
    }) as Answer,
  },
  tavily: {
    env: () => ({ TAVILY_API_KEY: 'tk', TAVILY_URL: server.url }),
    answer: ((request, response) => {
      if (request.headers.authorization !== 'Bearer tk')
        return sendJson(response, 401, { detail: { error: 'Unauthorized' } });
      if (request.method !== 'POST' || request.path !== '/search') return sendJson(response, 404, {});
      const asked = JSON.parse(request.body);
      const query = asked.include_domains ? `${asked.query} site:${asked.include_domains}` : asked.query;
      const results = pages.map((found) => ({
        ...found,
        content: `About ${query} & more`,
        score: 0.9,
        raw_content: null,
      }));
      sendJson(response, 200, { query: asked.query, answer: null, images: [], results, response_time: 0.5 });
    }) as Answer,
  },
  searxng: {
    env: () => ({ SEARXNG_URL: `${server.url}/searx` }),
    answer: ((request, response) => {
      const url = new URL(request.path, server.url);
      if (url.pathname !== '/searx/search') return sendJson(response, 404, {});
      if (url.searchParams.get('format') !== 'json') return sendJson(response, 403, {});
      const results = pages.map((found) => ({
        ...found,
        content: `About ${url.searchParams.get('q')} & more`,
        engine: 'example',
        engines: ['example'],
        positions: [1],
      }));
      sendJson(response, 200, {
        query: url.searchParams.get('q'),
        number_of_results: 3,
        results,
        answers: [],
        infoboxes: [],
        suggestions: [],
        unresponsive_engines: [],
      });
    }) as Answer,
  },
};

async function search(
  env: Record<string, string>,
  inputs: z.input<typeof webSearchDeclaration.inputs>,
  run: RunOverrides = {},
) {
  const { output } = await createWebSearch({ env }).run(webSearchDeclaration.inputs.parse(inputs), aRun(run));
  expect(webSearchDeclaration.output.parse(output)).toEqual(output);
  return output.results;
}

describe.each(Object.entries(services))('web_search through %s', (_, service) => {
  it('finds pages', async () => {
    answer = service.answer;
    await expect(search(service.env(), { query: 'höhlen bären', max_results: 2 })).resolves.toEqual([
      { ...page(1), snippet: 'About höhlen bären & more' },
      { ...page(2), snippet: 'About höhlen bären & more' },
    ]);
    expect(server.seen).toHaveLength(1);
  });

  it('asks for one site and keeps only its pages', async () => {
    answer = service.answer;
    const found = await search(service.env(), { query: 'q', site: 'Example.com' });
    expect(found[0]?.snippet).toMatch(/^About q site:Example.com & more$/);
    await expect(search(service.env(), { query: 'q', site: 'other.com' })).resolves.toEqual([]);
  });

  it.each([
    [401, 'SearchRejected', false],
    [403, 'SearchRejected', false],
    [422, 'SearchRejected', false],
    [429, 'SearchRateLimited', true],
    [503, 'SearchUnavailable', true],
    [302, 'SearchRejected', false],
  ])('names status %i %s', async (status, name, retryable) => {
    answer = (_request, response) =>
      response.writeHead(status, { location: `${server.url}/elsewhere` }).end('{}');
    await expect(search(service.env(), { query: 'q' })).rejects.toMatchObject({ name, retryable });
    expect(server.seen.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it.each(['<html>', '[]', '{"results": 5, "web": 5}', ''])(
    'names the undocumented answer %j',
    async (text) => {
      answer = (_request, response) => response.end(text);
      await expect(search(service.env(), { query: 'q' })).rejects.toMatchObject({
        name: 'InvalidSearchAnswer',
      });
    },
  );

  it('names an answer that never ends', async () => {
    answer = (_request, response) => {
      const more = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    await expect(search(service.env(), { query: 'q' })).rejects.toMatchObject({
      name: 'InvalidSearchAnswer',
    });
  });

  it('ends with its run', async () => {
    answer = () => undefined;
    const signal = AbortSignal.timeout(30);
    await expect(search(service.env(), { query: 'q' }, { signal })).rejects.toMatchObject({
      name: 'SearchUnavailable',
      retryable: true,
    });
  });
});

describe('web_search', () => {
  it('has a valid manifest whose example fits', () => {
    expect(toolManifestSchema.safeParse(manifestOf(webSearchDeclaration)).success).toBe(true);
    expect(webSearchDeclaration.inputs.safeParse(webSearchDeclaration.example).success).toBe(true);
  });

  it('drops what is no web page and what comes twice, and makes one line of each text', async () => {
    answer = (_request, response) =>
      sendJson(response, 200, {
        results: [
          { title: ' A\n<b>title</b>\u0000 &lt;x&gt; ', url: 'https://a.test/', content: null },
          { title: 'again', url: 'https://a.test/', content: '' },
          { title: 'bad', url: 'javascript:alert(1)', content: '' },
          { title: 'bad', url: 'not a url', content: '' },
          { title: null, url: 'http://b.test/', content: 'y'.repeat(5000) },
        ],
      });
    const found = await search(services.searxng.env(), { query: 'q' });
    expect(found).toEqual([
      { title: 'A title <x>', url: 'https://a.test/', snippet: '' },
      { title: '', url: 'http://b.test/', snippet: `${'y'.repeat(999)}…` },
    ]);
  });

  it('says which settings make it available', async () => {
    const none = {
      available: false,
      reason: 'No search service is configured; set BRAVE_API_KEY, TAVILY_API_KEY or SEARXNG_URL.',
    };
    expect(webSearchAvailability({})).toEqual(none);
    expect(webSearchAvailability({ BRAVE_API_KEY: '' })).toEqual(none);
    expect(webSearchAvailability({ SEARXNG_URL: 'localhost' })).toEqual({
      available: false,
      reason: expect.stringContaining('SEARXNG_URL'),
    });
    for (const service of Object.values(services))
      expect(webSearchAvailability(service.env())).toEqual({ available: true });
    await expect(search({}, { query: 'q' })).rejects.toMatchObject({
      name: 'NotConfigured',
      message: none.reason,
    });
  });

  it('prefers Brave, then Tavily', async () => {
    answer = services.brave.answer;
    await search(
      { ...services.searxng.env(), ...services.tavily.env(), ...services.brave.env() },
      { query: 'q' },
    );
    answer = services.tavily.answer;
    await search({ ...services.searxng.env(), ...services.tavily.env() }, { query: 'q' });
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it.each([
    { query: ' ' },
    { query: 'x'.repeat(401) },
    { query: 'q', max_results: 21 },
    { query: 'q', site: 'a.b OR site:c.d' },
    { query: 'q', site: 'localhost' },
  ])('refuses the inputs %j', (inputs) => {
    expect(webSearchDeclaration.inputs.safeParse(inputs).success).toBe(false);
  });
});
