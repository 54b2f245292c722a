import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { localApiKey, prepareDataDirectory } from '../../../infra/local/data-directory.ts';
import { listenHttp } from '../../../infra/local/http.ts';
import { startOffice } from '../../../infra/local/office.ts';
import { startStores } from '../../../infra/local/stores.ts';

const directory = mkdtempSync(join(tmpdir(), 'office-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }));

describe('the data directory', () => {
  it('is made when it is absent', () => {
    const path = prepareDataDirectory(join(directory, 'a', 'b'));

    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('that is no directory is refused in one line', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');

    expect(() => prepareDataDirectory(join(file, 'data'))).toThrow(
      expect.objectContaining({
        name: 'OfficeStartError',
        message: expect.stringMatching(/^The data directory .*OFFICE_DATA_DIR.*$/),
      }),
    );
  });

  it('keeps its key, for its owner only', () => {
    chmodSync(directory, 0o755);
    const key = localApiKey(directory);

    expect(key.length).toBeGreaterThan(32);
    expect(localApiKey(directory)).toBe(key);
    expect(statSync(join(directory, 'api-key')).mode & 0o077).toBe(0);
  });
});

describe('the HTTP server', () => {
  it('says which port is taken and how to choose another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;

    const app = Promise.resolve({ fetch: () => new Response() });
    await expect(listenHttp(port, app)).rejects.toMatchObject({
      name: 'OfficeStartError',
      message: `Port ${port} is taken; stop what listens there, or choose another, e.g. PORT=8788 npm start.`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('lets early requests wait for the app, and streams', async () => {
    const app = Promise.withResolvers<{ fetch(): Response }>();
    const server = await listenHttp(0, app.promise);
    const early = fetch(server.url);

    app.resolve({ fetch: () => new Response(new Blob(['data: 1\n\n']).stream()) });

    expect(await (await early).text()).toBe('data: 1\n\n');
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await server.stop();
  });

  it('stops although a stream is open', async () => {
    const app = {
      fetch: () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('x')) })),
    };
    const server = await listenHttp(0, Promise.resolve(app));
    const stream = await fetch(server.url);

    await server.stop();

    await expect(stream.text()).rejects.toThrow();
  });
});

describe('an office', () => {
  it('refuses a short key before it starts anything', async () => {
    await expect(startOffice({ dataDir: directory, apiKey: 'short' })).rejects.toMatchObject({
      name: 'OfficeStartError',
      message: expect.stringContaining('at least 16'),
    });
  });
});

describe('the stores', () => {
  it('count requests, refuse a second office on their data, and let go of it when they stop', async () => {
    const dataDir = prepareDataDirectory(join(directory, 'stores'));
    const onExit = (reason: string): never => {
      throw new Error(`The stores ended by themselves: ${reason}`);
    };
    const options = { dataDir, bucket: 'bucket', onExit, lockPatienceMs: 100 };
    const stores = await startStores(options);
    const unknown = await fetch(stores.endpoints.dynamodb, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        'content-type': 'application/x-amz-json-1.0',
      },
      body: '{}',
    });
    expect(unknown.status).toBe(400);
    expect(await stores.counts()).toMatchObject({ dynamodb: { ListTables: 1 } });

    await expect(startStores(options)).rejects.toMatchObject({
      name: 'OfficeStartError',
      message: expect.stringContaining('Another office is running'),
    });
    await stores.stop();

    const next = await startStores(options);
    await next.stop();
  });

  it('let in one of several offices that start at once, and tell the others why not', async () => {
    const dataDir = prepareDataDirectory(join(directory, 'at-once'));
    const options = { dataDir, bucket: 'bucket', onExit: () => undefined, lockPatienceMs: 300 };

    const all = await Promise.allSettled(Array.from({ length: 5 }, () => startStores(options)));
    for (const each of all) if (each.status === 'fulfilled') await each.value.stop();

    const refused = all.flatMap((each) => (each.status === 'rejected' ? [String(each.reason.message)] : []));
    expect(refused).toEqual(Array(4).fill(expect.stringContaining('Another office is running')));
  });
});
