import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openAiCompatibleProvider } from '../../../../lambdas/shared/llm/adapters/openai-compatible.ts';
import { type ModelProvider, ProviderError } from '../../../../lambdas/shared/llm/provider.ts';

const KEY = ['sk', 'test', '0123456789abcdefghij'].join('-');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** @returns the server's base URL */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const providerAt = (baseUrl: string): ModelProvider =>
  openAiCompatibleProvider({
    name: 'vendor',
    entry: { protocol: 'openai', key_optional: true, discover: false, local: false },
    base_url: baseUrl,
    environment: {},
    key: async () => KEY,
  });

async function failureAt(baseUrl: string, signal = AbortSignal.timeout(20_000)): Promise<ProviderError> {
  const failure = await providerAt(baseUrl)
    .complete({
      model: 'm',
      role: 'planner',
      system: 'Answer.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }] }],
      max_output_tokens: 50,
      temperature: 0,
      signal,
    })
    .then(
      () => null,
      (error: unknown) => error,
    );
  expect(failure).toBeInstanceOf(ProviderError);
  expect((failure as ProviderError).message).not.toContain(KEY);
  return failure as ProviderError;
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with %i takes neither prompt nor key elsewhere', async (status) => {
    let stolen = 0;
    const elsewhere = await serve((_, response) => {
      stolen += 1;
      response.end('{}');
    });
    const here = await serve((_, response) => {
      response.writeHead(status, { location: `${elsewhere}/chat?ticket=4711` }).end();
    });
    const failure = await failureAt(here);
    expect(stolen).toBe(0);
    expect(failure).toMatchObject({ kind: 'bad_request', may_have_run: false });
    expect(failure.message).toContain(`${elsewhere}/chat,`);
    expect(failure.message).not.toContain('4711');
  });
});

describe('an answer without an end', () => {
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  async function flood(status: number): Promise<{ readonly failure: ProviderError; readonly sent: number }> {
    let sent = 0;
    const url = await serve((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      const more = (): void => {
        sent += 1;
        if (response.write(megabyte)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    return { failure: await failureAt(url), sent };
  }

  it('is not read to it', async () => {
    const { failure, sent } = await flood(200);
    expect(failure).toMatchObject({ kind: 'server', may_have_run: true });
    expect(failure.message).toContain('larger than 32 MB');
    expect(sent).toBeLessThan(64);
  });

  it('may be a failure, of which the beginning is enough', async () => {
    const { failure, sent } = await flood(500);
    expect(failure.kind).toBe('server');
    expect(sent).toBeLessThan(32);
  });

  it('that stands still ends with its caller, a failure too', async () => {
    for (const status of [200, 500]) {
      const caller = new AbortController();
      const url = await serve((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.write('{"choices":', () => caller.abort());
      });
      expect(['timeout', 'network']).toContain((await failureAt(url, caller.signal)).kind);
    }
  });
});

describe('a connection that was never made', () => {
  it('costs nothing, and says why', async () => {
    const closed = await serve(() => undefined);
    for (const close of closing.splice(0)) await close();
    const failures = [await failureAt(closed), await failureAt('http://127.0.0.1:6666/v1')];
    for (const failure of failures) expect(failure).toMatchObject({ kind: 'network', may_have_run: false });
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('bad port'),
    ]);
  });

  it('costs nothing where no TLS is spoken', async () => {
    const url = await serve((_, response) => response.end('{}'));
    const failure = await failureAt(url.replace('http:', 'https:'));
    expect(failure).toMatchObject({ kind: 'network', may_have_run: false });
  });

  it('never tells a password that stands in the address', async () => {
    const password = ['Zx9', 'Kq7Lm2'].join('');
    const failure = await failureAt(`http://user:${password}@127.0.0.1:9/v1`);
    expect(failure).toMatchObject({ kind: 'network', may_have_run: false });
    expect(failure.message).not.toContain(password);
  });
});
