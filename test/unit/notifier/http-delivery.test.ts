import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpDelivery, type Deliver } from '../../../lambdas/notifier/http-delivery.ts';

const open = new Set<ServerResponse>();
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(Number(request.url?.slice(1)));
  // The head is sent; the rest never comes to an end.
  response.write('{');
  open.add(response);
});
let host: string;
let deliver: Deliver;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  deliver = createHttpDelivery({ allowHosts: [host], now: () => new Date() });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a delivery', () => {
  it.each([
    [200, 'delivered'],
    [503, 'failed'],
    [410, 'gone'],
  ])('is answered by the status %i, however long the answer goes on', async (status, outcome) => {
    const url = `http://${host}/${status}`;
    expect(await deliver({ url, secret: null, id: 'msg_1', body: '{}' })).toMatchObject({
      outcome,
      http_status: status,
    });
  });
});
