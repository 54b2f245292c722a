import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { KEEP_ALIVE_MS } from './loopback.ts';
import { OfficeStartError } from './office-start-error.ts';

/** Anything that answers requests the way the web does; the receptionist's app is one. */
export interface WebApp {
  fetch(request: Request): Response | Promise<Response>;
}

export interface HttpServer {
  readonly url: string;
  /** Lets requests end for a moment, then closes what is left; event streams never end by themselves. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 500;
const SWALLOW_MS = 2_000;
const SWALLOW_BYTES = 64 * 1024 * 1024;

/**
 * Listens on loopback at once and answers when the app is there, so that a taken port is known before
 * anything else is started and an early request waits instead of failing.
 * @param port 0 for a free one
 * @throws OfficeStartError when the port is taken or needs rights
 */
export async function listenHttp(port: number, app: Promise<WebApp>): Promise<HttpServer> {
  const listener = getRequestListener(
    async (request, { incoming }) => {
      const answer = await (await app).fetch(request);
      if (!['GET', 'HEAD'].includes(request.method)) await swallow(incoming);
      return answer;
    },
    { hostname: '127.0.0.1' },
  );
  const server = createServer((request, response) => void listener(request, response));
  // A client that comes back after Node's five seconds would find its connection reset.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/**
 * Reads on what the app left of a body. A client that asked for the connection to be closed is cut off with
 * the answer, and one that is still sending then sees a broken pipe where it should read a 413 or a 401.
 */
function swallow(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const enough = () => {
      clearTimeout(timer);
      body.off('data', count).off('end', enough).off('close', enough).off('error', enough);
      resolve();
    };
    const count = (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes > SWALLOW_BYTES) enough();
    };
    const timer = setTimeout(enough, SWALLOW_MS);
    body.on('data', count).once('end', enough).once('close', enough).once('error', enough);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new OfficeStartError(portProblem(port, error))),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

function portProblem(port: number, error: NodeJS.ErrnoException): string {
  const advice = 'choose another, e.g. PORT=8788 npm start';
  if (error.code === 'EADDRINUSE') return `Port ${port} is taken; stop what listens there, or ${advice}.`;
  if (error.code === 'EACCES') return `Port ${port} needs more rights; ${advice}.`;
  return `Port ${port} can't be used (${error.message}); ${advice}.`;
}
