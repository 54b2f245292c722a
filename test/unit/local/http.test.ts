import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { listenHttp } from '../../../infra/local/http.ts';

/** Sends with "Connection: close" and reads the answer only once everything is sent, as Python's clients do. */
function sendAll(url: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: 'POST',
      agent: false,
      headers: { connection: 'close', 'content-length': bytes },
    });
    let sent = false;
    sending.once('finish', () => {
      sent = true;
    });
    sending.once('error', reject);
    sending.once('response', (answer) => {
      answer.resume();
      if (sent) resolve(answer.statusCode);
      else reject(new Error('The answer came, and the connection closed, while the body was being sent.'));
    });
    sending.end(Buffer.alloc(bytes, 'x'));
  });
}

describe('listenHttp', () => {
  it('lets a client send the whole of a body that the app refused unread', async () => {
    const app = { fetch: () => new Response('too large', { status: 413 }) };
    const server = await listenHttp(0, Promise.resolve(app));

    try {
      await expect(sendAll(server.url, 12_000_000)).resolves.toBe(413);
    } finally {
      await server.stop();
    }
  });
});
