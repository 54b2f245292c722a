import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine/engine.ts';
import { EngineApiError } from './engine/errors.ts';
import type { FunctionHost } from './function-host.ts';
import { stepFunctionsActions } from './step-functions-actions.ts';

/** The SDK keeps its connections; closing them under it would cost retries. */
const KEEP_ALIVE_MS = 600_000;
/** Lambda's limit for a payload, in bytes, and a little for its envelope. */
const LARGEST_BODY = 7 * 1024 * 1024;

export interface AwsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The few calls to Step Functions (JSON 1.0 protocol) and Lambda (`Invoke`) that the office makes, on
 * loopback, so that handlers use the AWS SDK here as everywhere.
 */
export async function startAwsServer(engine: Engine, functions: FunctionHost): Promise<AwsServer> {
  const actions = stepFunctionsActions(engine);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : 'InternalFailure';
      const known = error instanceof EngineApiError;
      sendError(response, known ? 400 : 500, name, error instanceof Error ? error.message : String(error));
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Every SDK signs its calls and no web page can: a browser's request to loopback ends here.
    if (!request.headers.authorization?.startsWith('AWS4-')) {
      sendError(response, 403, 'MissingAuthenticationTokenException', 'The request has no AWS signature.');
      return;
    }
    const body = await readBody(request);
    const target = request.headers['x-amz-target'];
    const action = typeof target === 'string' ? /^AWSStepFunctions\.(\w+)$/.exec(target)?.[1] : undefined;
    if (action !== undefined) {
      const perform = actions[action];
      if (perform === undefined)
        sendError(response, 400, 'UnknownOperationException', `No operation ${action} here.`);
      else sendJson(response, 200, perform(JSON.parse(body)));
      return;
    }
    const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1];
    if (request.method === 'POST' && invoked !== undefined) {
      await invoke(decodeURIComponent(invoked), request.headers['x-amz-invocation-type'], body, response);
    } else {
      sendError(
        response,
        404,
        'UnknownOperationException',
        `Nothing answers ${request.method} ${request.url} here.`,
      );
    }
  }

  async function invoke(
    name: string,
    type: string | string[] | undefined,
    body: string,
    response: ServerResponse,
  ): Promise<void> {
    if (!functions.has(name)) {
      sendError(response, 404, 'ResourceNotFoundException', `Function not found: ${name}`);
      return;
    }
    const payload = body === '' ? '{}' : body;
    if (type === 'Event') {
      void functions.invoke(name, payload);
      sendJson(response, 202, '');
      return;
    }
    const result = await functions.invoke(name, payload);
    if (result.ok) {
      sendJson(response, 200, result.payload);
      return;
    }
    const { errorType, errorMessage, trace } = result;
    response.setHeader('x-amz-function-error', 'Unhandled');
    sendJson(response, 200, JSON.stringify({ errorType, errorMessage, trace }));
  }

  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new EngineApiError('ValidationException', `The body exceeds ${LARGEST_BODY} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendError(response: ServerResponse, status: number, name: string, message: string): void {
  response.setHeader('x-amzn-errortype', name);
  sendJson(response, status, JSON.stringify({ __type: name, message }));
}
