import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsCall, callOf } from './aws-call.ts';

/** Requests of callers that are at work at once: each is a process of its own on a local AWS. */
const CALLERS_AT_ONCE = 12;
const API_PATH = '/_aws/execute-api/';

export interface Recorder {
  readonly url: string;
  /** What each function has asked of AWS, each kind of call once. */
  calls(): AwsCall[];
  stop(): Promise<void>;
}

/**
 * Stands between callers and a local AWS and passes everything on. It notes the calls of functions, which name
 * themselves in their user agent, and lets API requests wait that the machine has no processes for.
 */
export async function startRecorder(options: {
  readonly port: number;
  readonly target: string;
}): Promise<Recorder> {
  const target = new URL(options.target);
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const calls = new Map<string, AwsCall>();
  const waiting: (() => void)[] = [];
  let atWork = 0;

  async function turn(path: string): Promise<() => void> {
    if (!path.startsWith(API_PATH)) return () => undefined;
    if (atWork >= CALLERS_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else atWork += 1;
    return () => {
      const next = waiting.shift();
      if (next === undefined) atWork -= 1;
      else next();
    };
  }

  function note(incoming: IncomingMessage, body: Buffer): void {
    const call = callOf({
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      headers: incoming.headers,
      body,
    });
    for (const each of call) calls.set(JSON.stringify(each), each);
  }

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    note(incoming, body);
    // The body is here in one piece now.
    const { 'transfer-encoding': _chunked, ...rest } = incoming.headers;
    const headers = { ...rest, 'content-length': String(body.length) };
    const done = await turn(incoming.url ?? '');
    try {
      await new Promise<void>((resolve, reject) => {
        const onward = request(
          {
            agent,
            host: target.hostname,
            port: target.port,
            method: incoming.method,
            path: incoming.url,
            headers,
          },
          (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(outgoing);
            answer.once('error', reject);
            outgoing.once('close', () => resolve());
          },
        );
        onward.once('error', reject);
        onward.end(body);
      });
    } finally {
      done();
    }
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'text/plain' });
      outgoing.end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => [...calls.values()],
    stop: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
