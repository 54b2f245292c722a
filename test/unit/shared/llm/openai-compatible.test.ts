import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openAiCompatibleProvider } from '../../../../lambdas/shared/llm/adapters/openai-compatible.ts';
import { type ModelProvider, ProviderError } from '../../../../lambdas/shared/llm/provider.ts';
import { type Behaviour, type OpenAiServer, startOpenAiServer } from '../../../helpers/openai-server.ts';
import { aProviderCall } from '../../../helpers/provider-call.ts';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const KEY = ['sk', 'test', '0123456789abcdefghij'].join('-');

const providerOf = (name = 'compatible', key: string | null = KEY, baseUrl = server.url): ModelProvider =>
  openAiCompatibleProvider({
    name,
    entry: { protocol: 'openai', key_optional: true, discover: false, local: false },
    base_url: baseUrl,
    environment: {},
    key: async () => key,
  });

const refused = (message: string): Behaviour => ({ kind: 'status', status: 400, message });

const completion = (message: object, extra: object = {}): Behaviour => ({
  kind: 'raw',
  body: JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }], ...extra }),
});

async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
}

describe('what a server refuses', () => {
  it('is renamed or left out, and stays so', async () => {
    const provider = providerOf();
    server.script(
      refused(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
      refused(
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
      ),
      refused("'response_format.type' must be 'json_object' or 'text'"),
    );
    expect((await provider.complete(aProviderCall())).text).toBe('{"ok":true}');
    await provider.complete(aProviderCall());
    expect(server.requests).toHaveLength(5);
    for (const { body } of server.requests.slice(-2)) {
      expect(body).toMatchObject({ max_completion_tokens: 50, response_format: { type: 'json_object' } });
      expect(body).not.toHaveProperty('max_tokens');
      expect(body).not.toHaveProperty('temperature');
      expect(JSON.stringify(body)).toContain('JSON Schema');
    }
  });

  it('may be every mode for JSON', async () => {
    server.script(refused("'response_format.type' must be 'json_schema' or 'text'"));
    await providerOf().complete(
      aProviderCall({ json: { name: 'answer', schema: { type: 'object' }, mechanism: 'json_object' } }),
    );
    expect(server.requests.at(-1)?.body).not.toHaveProperty('response_format');
  });

  it('may be told in a long list of complaints', async () => {
    const detail = [{ loc: ['body', 'x'.repeat(400)] }, { loc: ['body', 'response_format', 'type'] }];
    server.script({ kind: 'raw', status: 422, body: JSON.stringify({ detail }) });
    expect((await providerOf().complete(aProviderCall())).text).toBe('{"ok":true}');
  });

  it('may be the new name of the limit, at an older server', async () => {
    server.script(refused('Unrecognized request argument supplied: max_completion_tokens'));
    await providerOf('openai').complete(aProviderCall());
    expect(server.requests.at(-1)?.body).toMatchObject({ max_tokens: 50 });
  });

  it('may be the count of a stream', async () => {
    server.script(refused('stream_options: Extra inputs are not permitted'));
    const { json: _, ...plain } = aProviderCall();
    const reply = await providerOf().stream?.(plain, () => undefined);
    expect(reply?.text).toBe('{"ok":true}');
    expect(server.requests.at(-1)?.body).not.toHaveProperty('stream_options');
  });

  it('ends the call when it is something else, or never ends', async () => {
    server.script(refused('the model is on holiday'));
    expect((await failureOf(providerOf().complete(aProviderCall()))).kind).toBe('bad_request');
    expect(server.requests).toHaveLength(1);
    server.answerBy(() =>
      refused('unknown: temperature, max_tokens, max_completion_tokens, response_format'),
    );
    expect((await failureOf(providerOf().complete(aProviderCall()))).kind).toBe('bad_request');
    expect(server.requests.length).toBeLessThan(8);
  });

  it('tells a limit that is too high from a prompt that is too long', async () => {
    const limit = 'max_tokens must be at most 4096, the maximum value for `max_tokens`';
    server.script(refused(limit), refused("This model's maximum context length is 8192 tokens"));
    expect((await failureOf(providerOf().complete(aProviderCall()))).kind).toBe('bad_request');
    expect((await failureOf(providerOf().complete(aProviderCall()))).kind).toBe('too_long');
  });
});

describe('the words of a refusal', () => {
  it.each([
    ['OpenAI', { error: { message: 'no such model', code: 'x' } }],
    ['Mistral', { object: 'error', message: 'no such model', type: 'invalid_model', code: '1500' }],
    ['Gemini', [{ error: { code: 400, message: 'no such model', status: 'INVALID_ARGUMENT' } }]],
    ['a server in Python', { detail: 'no such model' }],
    ['Ollama', { error: 'no such model' }],
  ])('are kept, as %s sends them', async (_, body) => {
    server.script({ kind: 'raw', status: 400, body: JSON.stringify(body) });
    const failure = await failureOf(providerOf().complete(aProviderCall()));
    expect(failure).toMatchObject({ kind: 'bad_request', message: 'compatible: 400 no such model' });
  });
});

describe('what a server answers', () => {
  it.each([
    [
      'in parts with thoughts',
      {
        content: [
          { type: 'thinking', thinking: [{ text: 'no' }] },
          { type: 'text', text: '{}' },
        ],
      },
    ],
    ['behind thoughts', { content: '<think>{"no":1}</think>\n{}' }],
    [
      'as arguments of a function',
      {
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [
      'as an object of arguments',
      { content: '', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: {} } }] },
    ],
  ])('is read %s', async (_, message) => {
    server.script(completion(message));
    expect((await providerOf().complete(aProviderCall())).text).toBe('{}');
  });

  it('is nothing when it is missing or all thoughts', async () => {
    server.script(completion({ content: null }), completion({}), completion({ content: '<think>if only' }));
    for (let turn = 0; turn < 3; turn += 1)
      expect((await providerOf().complete(aProviderCall())).text).toBe('');
  });

  it('may come under the wrong content type', async () => {
    const body = JSON.stringify({ choices: [{ message: { content: '{}' }, finish_reason: 'stop' }] });
    server.script({ kind: 'raw', body, headers: { 'content-type': 'text/plain' } });
    expect((await providerOf().complete(aProviderCall())).text).toBe('{}');
  });

  it.each([
    [{ message: 'slow down', code: 429 }, 'rate_limited'],
    [{ message: 'upstream is busy', code: 502 }, 'server'],
    [{ message: 'no credits', code: 402 }, 'auth'],
    [{ message: 'what?', code: 'invalid_request' }, 'server'],
    ['just words', 'server'],
  ] as const)('is a failure when its body says so: %j', async (error, kind) => {
    server.script({ kind: 'raw', body: JSON.stringify({ error }) });
    const failure = await failureOf(providerOf().complete(aProviderCall()));
    expect(failure).toMatchObject({ kind, may_have_run: false });
    expect(failure.message).toContain(typeof error === 'string' ? error : error.message);
  });

  it('is told from a page', async () => {
    const page =
      '<!DOCTYPE html><html><head><style>p{}</style></head><body><h1>502 Bad Gateway</h1></body></html>';
    server.script(
      { kind: 'raw', body: page, headers: { 'content-type': 'text/html' } },
      { kind: 'raw', status: 502, body: page, headers: { 'content-type': 'text/html' } },
      { kind: 'raw', status: 404, body: '404 page not found', headers: { 'content-type': 'text/plain' } },
      { kind: 'raw', body: page, headers: { 'content-type': 'text/html' } },
    );
    expect((await failureOf(providerOf().complete(aProviderCall()))).message).toMatch(/not JSON.*base URL/);
    const gateway = await failureOf(providerOf().complete(aProviderCall()));
    expect(gateway).toMatchObject({ kind: 'server' });
    expect(gateway.message).toContain('502 Bad Gateway');
    expect(gateway.message).not.toContain('<');
    expect((await failureOf(providerOf().complete(aProviderCall()))).message).toContain('/v1');
    const list = providerOf().list?.(AbortSignal.timeout(5_000)) ?? Promise.resolve();
    expect((await failureOf(list)).message).toContain('base URL');
  });

  it('has thoughts in its total where they are billed', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 };
    server.script(completion({ content: '{}' }, { usage }));
    expect((await providerOf().complete(aProviderCall())).usage).toMatchObject({ output_tokens: 35 });
  });

  it('streams without its thoughts, and takes chunks without choices', async () => {
    const chunk = (content: string, finish: string | null = null) => ({
      choices: [{ index: 0, delta: { content }, finish_reason: finish }],
    });
    const events = [
      { id: 'x' },
      chunk('<th'),
      chunk('ink>hm'),
      chunk(' no</think>'),
      chunk('\nSo: <b'),
      chunk('>', 'stop'),
      { choices: [{ index: 0 }] },
    ];
    const body = `${events.map((event) => `data: ${JSON.stringify(event)}`).join('\n\n')}\n\ndata: [DONE]\n\n`;
    server.script({ kind: 'raw', body, headers: { 'content-type': 'text/event-stream' } });
    const pieces: string[] = [];
    const { json: _, ...plain } = aProviderCall();
    const reply = await providerOf().stream?.(plain, (piece) => pieces.push(piece));
    expect(reply?.text).toBe('So: <b>');
    expect(pieces.join('')).toBe('So: <b>');
  });
});

describe('addresses and keys', () => {
  it.each(['', '/', '//', '\n'])('work with %j behind the address', async (end) => {
    await providerOf('compatible', KEY, server.url + end).complete(aProviderCall());
    expect(server.requests.at(-1)?.path.replace(/\/+/g, '/')).toBe('/v1/chat/completions');
  });

  it.each(['a line\nbreak', 'an ellipsis…'])(
    'say so when no key has %j, and never quote it',
    async (inside) => {
      const failure = await failureOf(providerOf('compatible', KEY + inside).complete(aProviderCall()));
      expect(failure.kind).toBe('auth');
      expect(failure.message).toContain('set it again');
      expect(failure.message).not.toContain(KEY);
    },
  );
});

describe('a secret in a long message', () => {
  it('is not cut in half before it is found', async () => {
    const other = ['ghp', 'q5RfONM5NHWdsVDp6xLUZNCuCw5LoVhJDvLa'].join('_');
    server.script(refused(`${'so it is. '.repeat(27)}sent ${other} there`));
    const failure = await failureOf(providerOf().complete(aProviderCall()));
    expect(failure.message).not.toContain(other.slice(0, 12));
  });
});

describe('embeddings', () => {
  const vectors = (...list: unknown[]): Behaviour => ({
    kind: 'raw',
    body: JSON.stringify({ data: list.map((embedding, index) => ({ index, embedding })) }),
  });

  it('are in order, whatever order they come in, also without an index', async () => {
    const body = JSON.stringify({ data: [{ embedding: [1] }, { embedding: [2] }] });
    server.script({ kind: 'raw', body });
    const embed = providerOf().embed;
    expect(await embed?.('m', ['a', 'b'], AbortSignal.timeout(5_000))).toEqual([[1], [2]]);
  });

  it.each([
    ['of two lengths', vectors([1, 2], [1])],
    ['of nothing', vectors([], [])],
    ['of null', vectors([null], [1])],
    ['too few', vectors([1])],
    ['in another form', { kind: 'raw', body: '{"embeddings":[[1],[2]]}' }],
    ['that are a failure', { kind: 'raw', body: '{"error":{"message":"no such model"}}' }],
  ] as const)('are refused when they are %s', async (_, behaviour) => {
    server.script(behaviour);
    const embedded = providerOf().embed?.('m', ['a', 'b'], AbortSignal.timeout(5_000));
    expect((await failureOf(embedded ?? Promise.resolve())).kind).toBe('server');
  });
});
