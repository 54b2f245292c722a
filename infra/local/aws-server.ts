import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine/engine.ts';
import { EngineApiError } from './engine/errors.ts';
import type { FunctionHost } from './function-host.ts';
import { KEEP_ALIVE_MS } from './loopback.ts';
import { stepFunctionsActions } from './step-functions-actions.ts';

/** Step Functions' operations that change nothing. */
const READS = new Set(['DescribeExecution', 'ListExecutions']);
/** Lambda's limit for a payload, in bytes, and a little for its envelope. */
const LARGEST_BODY = 7 * 1024 * 1024;

export interface AwsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A request or an answer without its transport. Header names are in lower case. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export type AnswerAws = (request: AwsRequest) => Promise<AwsAnswer>;

/** The few calls to Step Functions (JSON 1.0 protocol) that the office makes. */
export function answerStates(engine: Engine): AnswerAws {
  const actions = stepFunctionsActions(engine);
  return async ({ headers, body }) => {
    const action = stateAction(headers) ?? '';
    const perform = actions[action];
    if (perform === undefined)
      return refusal(400, 'UnknownOperationException', `No operation ${action} here.`);
    try {
      const text = perform(JSON.parse(body));
      // Whoever is told that a task goes on need not say it again after a crash.
      if (!READS.has(action)) await engine.recorded();
      return json(200, text);
    } catch (error) {
      return failureOf(error);
    }
  };
}

function stateAction(headers: AwsRequest['headers']): string | undefined {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? /^AWSStepFunctions\.(\w+)$/.exec(target)?.[1] : undefined;
}

/**
 * The calls to Step Functions, wherever those are answered, and to Lambda (`Invoke`).
 * Never rejects: what a call can't have is an AWS error in the answer.
 */
export function createAwsAnswers(states: AnswerAws, functions: FunctionHost): AnswerAws {
  async function invoke(name: string, type: AwsRequest['headers'][string], body: string): Promise<AwsAnswer> {
    if (!functions.has(name)) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    const payload = body === '' ? '{}' : body;
    if (type === 'Event') {
      void functions.invoke(name, payload);
      return json(202, '');
    }
    const result = await functions.invoke(name, payload);
    if (result.ok) return json(200, result.payload);
    const { errorType, errorMessage, trace } = result;
    const error = JSON.stringify({ errorType, errorMessage, trace });
    return json(200, error, { 'x-amz-function-error': 'Unhandled' });
  }

  async function answer(request: AwsRequest): Promise<AwsAnswer> {
    const { method, path, headers, body } = request;
    if (stateAction(headers) !== undefined) return states(request);
    const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(path)?.[1];
    if (method === 'POST' && invoked !== undefined) {
      return invoke(decodeURIComponent(invoked), headers['x-amz-invocation-type'], body);
    }
    return refusal(404, 'UnknownOperationException', `Nothing answers ${method} ${path} here.`);
  }

  return (request) => answer(request).catch(failureOf);
}

/** Serves the calls on loopback, for every AWS SDK on this machine. */
export async function startAwsServer(answers: AnswerAws): Promise<AwsServer> {
  const server = createServer((request, response) => {
    serve(request)
      .catch(failureOf)
      .then(({ status, headers, body }) => {
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
        response.end(body);
      });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  async function serve(request: IncomingMessage): Promise<AwsAnswer> {
    const { method = '', url: path = '/', headers } = request;
    // Every SDK signs its calls and no web page can: a browser's request to loopback ends here.
    if (!headers.authorization?.startsWith('AWS4-')) {
      return refusal(403, 'MissingAuthenticationTokenException', 'The request has no AWS signature.');
    }
    return answers({ method, path, headers, body: await readBody(request) });
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

function json(status: number, body: string, headers: Record<string, string> = {}): AwsAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', ...headers }, body };
}

function refusal(status: number, name: string, message: string): AwsAnswer {
  return json(status, JSON.stringify({ __type: name, message }), { 'x-amzn-errortype': name });
}

function failureOf(error: unknown): AwsAnswer {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return refusal(error instanceof EngineApiError ? 400 : 500, name, message);
}
