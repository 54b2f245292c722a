import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { documentClient } from '../../../../lambdas/shared/aws.ts';
import { bedrockProvider } from '../../../../lambdas/shared/llm/adapters/bedrock.ts';
import type { ModelProvider, ProviderCall } from '../../../../lambdas/shared/llm/provider.ts';

interface Seen {
  readonly path: string;
  readonly body: Record<string, unknown>;
}
const seen: Seen[] = [];
let next: { status: number; headers?: Record<string, string>; body: unknown };
let provider: ModelProvider;
let client: BedrockRuntimeClient;

const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  seen.push({ path: decodeURIComponent(request.url ?? ''), body: JSON.parse(text) as Seen['body'] });
  response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
  response.end(typeof next.body === 'string' ? next.body : JSON.stringify(next.body));
});

beforeAll(async () => {
  process.env['AWS_REGION'] ??= 'us-east-1';
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new BedrockRuntimeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: documentClient().config.requestHandler,
  });
  provider = bedrockProvider(
    {
      name: 'bedrock',
      entry: { protocol: 'bedrock', key_optional: false, discover: false, local: false },
      base_url: null,
      environment: { BEDROCK_GUARDRAIL_ID: 'gr-1', BEDROCK_GUARDRAIL_VERSION: '3' },
      key: async () => null,
    },
    client,
  );
});
afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen.length = 0;
});

const call: ProviderCall = {
  model: 'anthropic.claude',
  role: 'planner',
  system: 'You plan.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Plan.' }] }],
  max_output_tokens: 50,
  temperature: 0,
  cache_prefix: true,
  signal: new AbortController().signal,
};
const answer = (content: unknown[], stopReason = 'end_turn') => ({
  status: 200,
  body: {
    output: { message: { role: 'assistant', content } },
    stopReason,
    usage: {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cacheReadInputTokens: 7,
      cacheWriteInputTokens: 3,
    },
    metrics: { latencyMs: 1 },
  },
});

describe('Bedrock', () => {
  it('asks through Converse, with a cache point and the guardrail, and counts cached tokens into the whole', async () => {
    next = answer([{ text: 'Hello' }]);
    const reply = await provider.complete(call);
    expect(reply).toEqual({
      text: 'Hello',
      usage: { input_tokens: 20, output_tokens: 5, cached_input_tokens: 7, cache_write_tokens: 3 },
      stop_reason: 'end',
    });
    expect(seen[0]).toMatchObject({
      path: '/model/anthropic.claude/converse',
      body: {
        system: [{ text: 'You plan.' }, { cachePoint: { type: 'default' } }],
        inferenceConfig: { maxTokens: 50, temperature: 0 },
        guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '3' },
      },
    });
  });

  it('forces a tool for JSON and takes its input for the answer', async () => {
    next = answer([{ toolUse: { toolUseId: 't', name: 'plan', input: { ok: true } } }], 'tool_use');
    const schema = { $schema: 'x', type: 'object', properties: { ok: { type: 'boolean' } } };
    const reply = await provider.complete({
      ...call,
      json: { name: 'the plan', schema, mechanism: 'forced_tool' },
    });
    expect(reply).toMatchObject({ text: '{"ok":true}', stop_reason: 'end' });
    expect(seen[0]?.body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'the_plan', inputSchema: { json: { type: 'object' } } } }],
      toolChoice: { tool: { name: 'the_plan' } },
    });
  });

  it('sends pictures and documents under names that Converse takes', async () => {
    next = answer([{ text: 'ok' }]);
    const bytes = new Uint8Array([1, 2]);
    const content = [
      { type: 'image', media_type: 'image/png', bytes },
      { type: 'document', media_type: 'application/pdf', name: 'a/b_c.pdf', bytes },
    ] as const;
    await provider.complete({ ...call, messages: [{ role: 'user', content }] });
    expect(seen[0]?.body['messages']).toMatchObject([
      {
        content: [
          { image: { format: 'png', source: { bytes: 'AQI=' } } },
          { document: { format: 'pdf', name: 'a b c pdf 2' } },
        ],
      },
    ]);
  });

  it.each([
    ['max_tokens', 'length'],
    ['guardrail_intervened', 'refusal'],
    ['content_filtered', 'refusal'],
    ['refusal', 'refusal'],
    ['stop_sequence', 'end'],
  ])('reads the stop reason %s as %s', async (reason, stop) => {
    next = answer([{ text: 'x' }], reason);
    expect(await provider.complete(call)).toMatchObject({ stop_reason: stop });
  });

  it.each([
    ['ThrottlingException', 429, 'Slow down', 'rate_limited', 2_000],
    ['AccessDeniedException', 403, 'No', 'auth', null],
    ['ValidationException', 400, 'Input is too long for requested model.', 'too_long', null],
    ['ValidationException', 400, 'Malformed', 'bad_request', null],
    ['ModelTimeoutException', 408, 'Late', 'timeout', null],
    ['ServiceUnavailableException', 503, 'Down', 'server', null],
  ])('classifies %s (%i, %s)', async (type, status, message, kind, pause) => {
    next = {
      status,
      headers: { 'x-amzn-errortype': type, 'retry-after': pause ? '2' : '' },
      body: { message },
    };
    await expect(provider.complete(call)).rejects.toMatchObject({
      name: 'ProviderError',
      kind,
      retry_after_ms: pause,
    });
  });

  it.each(['malformed_model_output', 'malformed_tool_use'])('takes %s for no answer', async (reason) => {
    next = answer([{ text: 'half of' }], reason);
    await expect(provider.complete(call)).rejects.toMatchObject({ kind: 'server', may_have_run: true });
  });

  it('takes the input of a tool as text, too', async () => {
    next = answer([{ toolUse: { toolUseId: 't', name: 'plan', input: '{"ok":true}' } }], 'tool_use');
    expect((await provider.complete(call)).text).toBe('{"ok":true}');
  });

  it.each([
    [200, '<html>Log in</html>', 'server', /not JSON.*endpoint/],
    [502, '<html>Bad gateway</html>', 'server', /502.*not JSON/],
    [413, '', 'too_long', /./],
  ])('classifies a %i with %j', async (status, body, kind, words) => {
    next = { status, body };
    await expect(provider.complete(call)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(words),
    });
  });

  it('embeds with Titan, one text a request', async () => {
    next = { status: 200, body: { embedding: [0.1, 0.2] } };
    const vectors = await provider.embed?.('amazon.titan-embed-text-v2:0', ['a', 'b'], call.signal);
    expect(vectors).toEqual([
      [0.1, 0.2],
      [0.1, 0.2],
    ]);
    expect(seen.map(({ body }) => body['inputText'])).toEqual(['a', 'b']);
  });

  it('embeds with Cohere, all texts in one', async () => {
    next = { status: 200, body: { embeddings: [[1], [2]] } };
    expect(await provider.embed?.('cohere.embed-multilingual-v3', ['a', 'b'], call.signal)).toEqual([
      [1],
      [2],
    ]);
  });

  it('streams, and knows a stream that broke off', async () => {
    const events = (last: object[]) => ({
      send: async () => ({
        stream: (async function* () {
          yield { contentBlockDelta: { delta: { text: 'Hel' }, contentBlockIndex: 0 } };
          yield { contentBlockDelta: { delta: { text: 'lo' }, contentBlockIndex: 0 } };
          yield* last;
        })(),
      }),
    });
    const streaming = (last: object[]) =>
      bedrockProvider(
        {
          name: 'bedrock',
          entry: { protocol: 'bedrock', key_optional: false, discover: false, local: false },
          base_url: null,
          environment: {},
          key: async () => null,
        },
        events(last) as unknown as BedrockRuntimeClient,
      );
    const pieces: string[] = [];
    const whole = streaming([
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } } },
    ]);
    const reply = await whole.stream?.(call, (delta) => pieces.push(delta));
    expect(reply).toMatchObject({
      text: 'Hello',
      usage: { input_tokens: 3, output_tokens: 2 },
      stop_reason: 'end',
    });
    expect(pieces).toEqual(['Hel', 'lo']);
    await expect(streaming([]).stream?.(call, () => undefined)).rejects.toMatchObject({ kind: 'network' });
  });
});
