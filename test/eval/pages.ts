import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGES: Readonly<Record<string, { type: string; body: string; status?: number }>> = {
  '/user.json': {
    type: 'application/json',
    body: '{"name":"Ada","address":{"city":"London"},"tags":["a","b","c"]}',
  },
  '/release.json': { type: 'application/json', body: '{"version":"4.7.1","stable":true}' },
  '/items.json': { type: 'application/json', body: '[{"id":1},{"id":2},{"id":3},{"id":4}]' },
  '/hello.txt': { type: 'text/plain', body: 'hello from the server\nsecond line\n' },
  '/index.html': {
    type: 'text/html',
    body: '<!doctype html><html><head><title>Office News</title></head><body><p>Work moves.</p></body></html>',
  },
  '/prices.csv': { type: 'text/csv', body: 'item,price\npen,2\nbook,10\n' },
  '/missing': { type: 'text/plain', body: 'not here', status: 404 },
};

/** The loopback server whose pages the URL tasks fetch. `POST /echo` answers the body it got. */
export async function startPages(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const page =
        request.url === '/echo'
          ? { type: 'text/plain', body: Buffer.concat(chunks).toString('utf8') }
          : PAGES[request.url ?? ''];
      response.writeHead(page === undefined ? 404 : (('status' in page ? page.status : undefined) ?? 200), {
        'content-type': page?.type ?? 'text/plain',
      });
      response.end(page?.body ?? 'not found');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
