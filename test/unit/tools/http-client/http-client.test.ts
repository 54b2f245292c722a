import { type AddressInfo, createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { manifestOf, type ToolRun } from '../../../../lambdas/shared/tools/define-tool.ts';
import {
  httpClientDeclaration,
  isIdempotentRequest,
} from '../../../../lambdas/tools/http-client/declaration.ts';
import { createHttpClient, type HttpClientDeps } from '../../../../lambdas/tools/http-client/http-client.ts';
import { toolManifestSchema } from '../../../../schemas/tool.ts';
import {
  type Answer,
  type LoopbackHttp,
  sendJson,
  startLoopbackHttp,
} from '../../../helpers/loopback-http.ts';
import { aRun, type RunOverrides } from '../../../helpers/tool-run.ts';

let server: LoopbackHttp;
let other: LoopbackHttp;
const routes = new Map<string, Answer>();

beforeAll(async () => {
  const answer: Answer = (request, response) => {
    const route = routes.get(new URL(request.path, 'http://x').pathname);
    if (route) route(request, response);
    else sendJson(response, 200, { method: request.method, headers: request.headers, body: request.body });
  };
  server = await startLoopbackHttp(answer);
  other = await startLoopbackHttp(answer);
});
afterAll(async () => {
  await server.close();
  await other.close();
});

async function request(
  inputs: z.input<typeof httpClientDeclaration.inputs>,
  run: RunOverrides = {},
  deps: HttpClientDeps = {},
) {
  const allow = { allow_hosts: [server.host, other.host, 'localhost'] };
  const full: ToolRun = aRun({ ...run, policy: { ...allow, ...run.policy } });
  const { output } = await createHttpClient(deps).run(httpClientDeclaration.inputs.parse(inputs), full);
  expect(httpClientDeclaration.output.parse(output)).toEqual(output);
  return output;
}

describe('http_client', () => {
  it('has a valid manifest whose example fits', () => {
    expect(toolManifestSchema.safeParse(manifestOf(httpClientDeclaration)).success).toBe(true);
    expect(httpClientDeclaration.inputs.safeParse(httpClientDeclaration.example).success).toBe(true);
  });

  it('sends a request and returns status, headers and body', async () => {
    const output = await request({
      url: `${server.url}/echo?q=1#fragment`,
      headers: { Accept: 'application/json', 'X-Key': 'k' },
    });

    expect(output).toMatchObject({
      status: 200,
      encoding: 'utf8',
      truncated: false,
      url: `${server.url}/echo?q=1`,
    });
    expect(output.headers['content-type']).toBe('application/json');
    expect(JSON.parse(output.body)).toMatchObject({
      method: 'GET',
      headers: { accept: 'application/json', 'x-key': 'k' },
    });
  });

  it('sends text as text and an object as JSON, with a key that stays the same in a retry', async () => {
    const text = JSON.parse((await request({ url: server.url, method: 'POST', body: 'héllo' })).body);
    const first = JSON.parse((await request({ url: server.url, method: 'POST', body: { a: [1] } })).body);
    const retry = JSON.parse((await request({ url: server.url, method: 'POST', body: { a: [1] } })).body);

    expect(text).toMatchObject({ body: 'héllo', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(first).toMatchObject({ body: '{"a":[1]}', headers: { 'content-type': 'application/json' } });
    expect(first.headers['idempotency-key']).toMatch(/^[0-9a-f]{64}$/);
    expect(retry.headers['idempotency-key']).toBe(first.headers['idempotency-key']);
    expect(text.headers['idempotency-key']).not.toBe(first.headers['idempotency-key']);
    const asText = JSON.parse((await request({ url: server.url, method: 'POST', body: '{"a":[1]}' })).body);
    expect(asText.headers['content-type']).toBe('application/json');
  });

  it.each([404, 500, 418])('returns status %i as a result', async (status) => {
    routes.set('/status', (_, response) => response.writeHead(status).end('no'));
    await expect(request({ url: `${server.url}/status` })).resolves.toMatchObject({ status, body: 'no' });
  });

  it('returns binary as base64 and other charsets as text', async () => {
    routes.set('/png', (_, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 78, 71, 0, 255])),
    );
    routes.set('/latin', (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
        .end(Buffer.from('caf\xe9', 'latin1')),
    );
    await expect(request({ url: `${server.url}/png` })).resolves.toMatchObject({
      body: 'iVBORwD/',
      encoding: 'base64',
    });
    await expect(request({ url: `${server.url}/latin` })).resolves.toMatchObject({
      body: 'café',
      encoding: 'utf8',
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('decodes %s', async (coding, compress) => {
    routes.set('/coded', (_, response) =>
      response
        .writeHead(200, { 'content-encoding': coding, 'content-type': 'text/plain' })
        .end(compress(Buffer.from('hello '.repeat(1000)))),
    );
    const output = await request({ url: `${server.url}/coded` });
    expect(output.body).toBe('hello '.repeat(1000));
    expect(output.headers).not.toHaveProperty('content-encoding');
  });

  it('reads the empty body of a HEAD, a 204 and an empty coded answer', async () => {
    routes.set('/empty', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end());
    routes.set('/204', (_, response) => response.writeHead(204).end());
    await expect(request({ url: `${server.url}/empty`, method: 'HEAD' })).resolves.toMatchObject({
      status: 200,
      body: '',
    });
    await expect(request({ url: `${server.url}/empty` })).resolves.toMatchObject({ status: 200, body: '' });
    await expect(request({ url: `${server.url}/204` })).resolves.toMatchObject({ status: 204, body: '' });
  });

  it('names a broken coding', async () => {
    routes.set('/broken', (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip at all'),
    );
    await expect(request({ url: `${server.url}/broken` })).rejects.toMatchObject({
      name: 'InvalidBody',
      retryable: false,
    });
  });

  it('cuts a body at max_bytes without splitting a character', async () => {
    routes.set('/long', (_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('é'.repeat(500)),
    );
    await expect(request({ url: `${server.url}/long`, max_bytes: 5 })).resolves.toMatchObject({
      body: 'éé',
      truncated: true,
    });
    await expect(request({ url: `${server.url}/long`, max_bytes: 1000 })).resolves.toMatchObject({
      truncated: false,
    });
  });

  it('cuts a body so that the whole output fits the policy', async () => {
    routes.set('/quotes', (_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('"\n'.repeat(20_000)),
    );
    const output = await request({ url: `${server.url}/quotes` }, { policy: { max_output_bytes: 4096 } });
    const bytes = Buffer.byteLength(JSON.stringify(output));
    expect(output.truncated).toBe(true);
    expect(bytes).toBeLessThanOrEqual(4096);
    expect(bytes).toBeGreaterThan(3900);
  });

  it('follows up to five redirects and no sixth', async () => {
    routes.set('/hop', (seen, response) => {
      const left = Number(new URL(seen.path, 'http://x').searchParams.get('left'));
      if (left === 0) response.writeHead(200).end('there');
      else response.writeHead(302, { location: `/hop?left=${left - 1}` }).end();
    });
    await expect(request({ url: `${server.url}/hop?left=5` })).resolves.toMatchObject({
      body: 'there',
      url: `${server.url}/hop?left=0`,
    });
    await expect(request({ url: `${server.url}/hop?left=6` })).rejects.toMatchObject({
      name: 'TooManyRedirects',
    });
  });

  it.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'payload'],
    [308, 'PUT', 'PUT', 'payload'],
    [301, 'DELETE', 'DELETE', ''],
  ] as const)('after %i a %s becomes a %s', async (status, method, expected, body) => {
    routes.set('/from', (_, response) => response.writeHead(status, { location: '/to' }).end());
    const inputs = method === 'DELETE' ? {} : { body: 'payload' };
    const seen = JSON.parse((await request({ url: `${server.url}/from`, method, ...inputs })).body);
    expect(seen).toMatchObject({ method: expected, body });
  });

  it('keeps credentials on the same origin and drops them for another', async () => {
    routes.set('/same', (_, response) => response.writeHead(307, { location: '/echo' }).end());
    routes.set('/cross', (_, response) =>
      response.writeHead(307, { location: `${other.url}/echo`, 'set-cookie': 'a=b' }).end(),
    );
    const headers = { Authorization: 'Bearer s', Cookie: 'c=d', 'X-Api-Key': 'k', Accept: 'text/html' };

    const same = JSON.parse((await request({ url: `${server.url}/same`, headers })).body).headers;
    const cross = JSON.parse((await request({ url: `${server.url}/cross`, headers })).body).headers;

    expect(same).toMatchObject({ authorization: 'Bearer s', cookie: 'c=d', 'x-api-key': 'k' });
    expect(cross).toMatchObject({ accept: 'text/html' });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(cross).not.toHaveProperty(name);
  });

  it('shows and keeps no cookies', async () => {
    routes.set('/login', (_, response) =>
      response.writeHead(302, { location: '/echo', 'set-cookie': 'session=1' }).end(),
    );
    routes.set('/cookie', (_, response) => response.writeHead(200, { 'set-cookie': 'session=1' }).end('ok'));
    expect(JSON.parse((await request({ url: `${server.url}/login` })).body).headers).not.toHaveProperty(
      'cookie',
    );
    expect((await request({ url: `${server.url}/cookie` })).headers).not.toHaveProperty('set-cookie');
  });

  it('resolves the name anew for each connection and connects to that answer', async () => {
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return [{ address: '127.0.0.1', family: 4 as const }];
    };
    const output = await request({ url: `http://localhost:${server.port}/echo` }, {}, { resolve });
    expect(output.status).toBe(200);
    expect(asked).toEqual(['localhost']);
  });

  it('takes exceptions of the installation', async () => {
    const policy = { allow_hosts: [] };
    await expect(request({ url: server.url }, { policy })).rejects.toMatchObject({
      name: 'ForbiddenAddress',
    });
    await expect(
      request({ url: server.url }, { policy }, { allowHosts: [server.host] }),
    ).resolves.toMatchObject({ status: 200 });
  });

  it('refuses a denied host and a policy it can not read', async () => {
    await expect(
      request({ url: server.url }, { policy: { deny_hosts: [server.host] } }),
    ).rejects.toMatchObject({ name: 'ForbiddenHost' });
    await expect(request({ url: server.url }, { policy: { deny_hosts: ['/'] } })).rejects.toMatchObject({
      name: 'InvalidPolicy',
    });
  });

  it('fails retryably when nothing was sent', async () => {
    const closed = await startLoopbackHttp(() => undefined);
    await closed.close();
    const policy = { allow_hosts: [closed.host] };
    const failure = { name: 'ConnectionFailed', retryable: true };
    await expect(request({ url: closed.url, method: 'POST', body: 'x' }, { policy })).rejects.toMatchObject(
      failure,
    );
    const resolve = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND gone.test'), { code: 'ENOTFOUND' });
    };
    await expect(
      request({ url: 'http://gone.test/', method: 'POST' }, {}, { resolve }),
    ).rejects.toMatchObject(failure);
  });

  it.each([
    ['GET', true],
    ['POST', false],
  ] as const)(
    'when the connection breaks after a %s was sent, retryable is %s',
    async (method, retryable) => {
      routes.set('/hang-up', (_, response) => response.destroy());
      await expect(request({ url: `${server.url}/hang-up`, method })).rejects.toMatchObject({
        name: 'ConnectionReset',
        retryable,
      });
    },
  );

  it('ends at its timeout and at the end of the run', async () => {
    routes.set('/never', () => undefined);
    await expect(request({ url: `${server.url}/never`, timeout_seconds: 0.05 })).rejects.toMatchObject({
      name: 'RequestTimeout',
      retryable: true,
    });
    const resolve = () => new Promise<never>(() => undefined);
    await expect(
      request({ url: 'http://slow-name.test/', timeout_seconds: 0.05 }, {}, { resolve }),
    ).rejects.toMatchObject({ name: 'ConnectionFailed' });
    const controller = new AbortController();
    routes.set('/end', () => controller.abort());
    await expect(request({ url: `${server.url}/end` }, { signal: controller.signal })).rejects.toMatchObject({
      name: 'RequestTimeout',
    });
  });

  it('names a redirect that leads to nowhere, and does not repeat what was sent before', async () => {
    routes.set('/nowhere', (_, response) => response.writeHead(307, { location: 'http://gone.test/' }).end());
    const resolve = async () => [];
    for (const [method, retryable] of [
      ['GET', true],
      ['POST', false],
    ] as const) {
      await expect(request({ url: `${server.url}/nowhere`, method }, {}, { resolve })).rejects.toMatchObject({
        name: 'ConnectionFailed',
        retryable,
      });
    }
  });

  it('ends while it connects', async () => {
    const mute = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
    await new Promise<void>((ready) => mute.listen(0, '127.0.0.1', ready));
    const host = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const policy = { allow_hosts: [host] };
    // The server never answers the handshake.
    const pending = request({ url: `https://${host}/`, timeout_seconds: 0.05 }, { policy });
    await expect(pending).rejects.toMatchObject({ name: 'ConnectionFailed', retryable: true });
    await new Promise((closed) => mute.close(closed));
  });

  it.each([
    [{ url: 'not a url' }, 'InvalidUrl'],
    [{ url: '/relative' }, 'InvalidUrl'],
    [{ url: 'ftp://example.com/' }, 'ForbiddenScheme'],
    [{ url: 'https://user:pass@example.com/' }, 'InvalidUrl'],
    [{ url: 'https://example.com/', body: 'x' }, 'InvalidInputs'],
    [
      { url: 'https://example.com/', method: 'POST' as const, body: 'x'.repeat(1_000_001) },
      'RequestTooLarge',
    ],
  ])('refuses %j', async (inputs, name) => {
    await expect(request(inputs)).rejects.toMatchObject({ name, retryable: false });
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'Connection', 'Upgrade', 'a b', 'x\r\ny', ''])(
    'takes no header %j',
    (name) => {
      expect(
        httpClientDeclaration.inputs.safeParse({ url: 'https://example.com/', headers: { [name]: 'v' } })
          .success,
      ).toBe(false);
    },
  );
});

describe('isIdempotentRequest', () => {
  it('is true for safe methods only', () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
    expect(methods.filter((method) => isIdempotentRequest({ method }))).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(isIdempotentRequest({})).toBe(true);
  });
});
