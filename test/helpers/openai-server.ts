/**
 * A loopback server that speaks the OpenAI protocol (chat completions, streaming, embeddings, models) and misbehaves
 * on command: each request takes the next behaviour of the script, and answers properly when there is none.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Behaviour =
  | { readonly kind: 'answer'; readonly text: string; readonly usage?: unknown; readonly finish?: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly code?: string;
      readonly message?: string;
    }
  /** Sent as it is, whatever was asked. */
  | {
      readonly kind: 'raw';
      readonly body: string;
      readonly status?: number;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  /** Sends the head of the answer, then a byte now and then, and never ends. */
  | { readonly kind: 'drip' }
  | { readonly kind: 'truncated_body' }
  | { readonly kind: 'invalid_body' }
  | { readonly kind: 'no_choices' };

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string;
  readonly body: Record<string, unknown>;
}

export interface OpenAiServer {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Behaviours of the next requests, in order. */
  script(...behaviours: readonly Behaviour[]): void;
  /** What a request without a scripted behaviour is answered with. */
  answerWith(text: string): void;
  /** Decides on the behaviour by the request; the script of `script` goes first. */
  answerBy(decide: (body: Record<string, unknown>) => Behaviour | Promise<Behaviour>): void;
  /** Starts `requests` and the script anew. */
  forget(): void;
  close(): Promise<void>;
}

/** @param onPort for who has to be told the address beforehand; 0 takes any free one */
export async function startOpenAiServer(onPort = 0): Promise<OpenAiServer> {
  const requests: SeenRequest[] = [];
  const queue: Behaviour[] = [];
  const drips = new Set<NodeJS.Timeout>();
  let decide = (_body: Record<string, unknown>): Behaviour | Promise<Behaviour> => ({
    kind: 'answer',
    text: '{"ok":true}',
  });

  const server = createServer(async (request, response) => {
    const body = await readJson(request);
    const path = request.url ?? '';
    requests.push({ path, authorization: request.headers.authorization ?? '', body });
    if (path.endsWith('/models') && queue.length === 0) {
      send(response, 200, { object: 'list', data: [{ id: 'm', object: 'model' }] });
      return;
    }
    const behaviour = queue.shift() ?? (await decide(body));
    if (path.endsWith('/embeddings') && behaviour.kind === 'answer') send(response, 200, embeddings(body));
    else behave(behaviour, body, response, drips);
  });
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    script: (...behaviours) => void queue.push(...behaviours),
    answerWith: (text) => {
      decide = () => ({ kind: 'answer', text });
    },
    answerBy: (how) => {
      decide = how;
    },
    forget: () => {
      requests.length = 0;
      queue.length = 0;
    },
    close: async () => {
      for (const drip of drips) clearInterval(drip);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function behave(
  behaviour: Behaviour,
  body: Record<string, unknown>,
  response: ServerResponse,
  drips: Set<NodeJS.Timeout>,
): void {
  switch (behaviour.kind) {
    case 'answer': {
      const { text, usage, finish } = behaviour;
      if (body['stream']) stream(response, text, finish ?? 'stop', usage);
      else send(response, 200, completion(text, finish ?? 'stop', usage, undefined, forcedTool(body)));
      break;
    }
    case 'refusal':
      send(response, 200, completion(null, 'stop', undefined, 'I cannot help with that.'));
      break;
    case 'status': {
      const { status, message, code = null, headers } = behaviour;
      const error = { message: message ?? `status ${status}`, type: 'error', code };
      send(response, status, { error }, headers);
      break;
    }
    case 'raw':
      response.writeHead(behaviour.status ?? 200, {
        'content-type': 'application/json',
        ...behaviour.headers,
      });
      response.end(behaviour.body);
      break;
    case 'reset':
      response.socket?.resetAndDestroy();
      break;
    case 'hang':
      break;
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
      const drip = setInterval(() => response.write(' '), 20);
      drips.add(drip);
      response.on('close', () => clearInterval(drip));
      break;
    }
    case 'truncated_body': {
      const text = JSON.stringify(completion('{"ok":true}', 'stop', undefined));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      break;
    }
    case 'invalid_body':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('<html>not json</html>');
      break;
    case 'no_choices':
      send(response, 200, { id: 'x', object: 'chat.completion', choices: [] });
      break;
  }
}

const usualUsage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };

/** The function that the request forces, whose arguments are then the answer. */
function forcedTool(body: Record<string, unknown>): string | null {
  const choice = body['tool_choice'] as { readonly function?: { readonly name?: string } } | undefined;
  return choice?.function?.name ?? null;
}

function completion(
  text: string | null,
  finish: string,
  usage: unknown,
  refusal?: string,
  tool: string | null = null,
): unknown {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: tool === null ? text : null,
          refusal: refusal ?? null,
          ...(tool === null
            ? {}
            : {
                tool_calls: [{ id: 'call-1', type: 'function', function: { name: tool, arguments: text } }],
              }),
        },
        finish_reason: tool === null ? finish : 'tool_calls',
        logprobs: null,
      },
    ],
    // `null` takes the field out.
    ...(usage === null ? {} : { usage: usage ?? usualUsage }),
  };
}

function stream(response: ServerResponse, text: string, finish: string, usage: unknown): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (delta: unknown, reason: string | null, used: unknown) =>
    response.write(
      `data: ${JSON.stringify({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: used ? [] : [{ index: 0, delta, finish_reason: reason }],
        usage: used,
      })}\n\n`,
    );
  for (let index = 0; index < text.length; index += 7)
    event({ content: text.slice(index, index + 7) }, null, null);
  event({}, finish, null);
  if (usage !== null) event({}, null, usage ?? usualUsage);
  response.end('data: [DONE]\n\n');
}

function embeddings(body: Record<string, unknown>): unknown {
  const input = Array.isArray(body['input']) ? body['input'].map(String) : [String(body['input'])];
  const data = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: [text.length, index, 1],
  }));
  return { object: 'list', data: data.reverse(), model: 'm', usage: { prompt_tokens: 5, total_tokens: 5 } };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
