import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openAiCompatibleProvider } from '../../../../lambdas/shared/llm/adapters/openai-compatible.ts';
import { retryAfter } from '../../../../lambdas/shared/llm/adapters/retry-after.ts';
import type { ModelProvider, ProviderReply } from '../../../../lambdas/shared/llm/provider.ts';
import { type OpenAiServer, startOpenAiServer } from '../../../helpers/openai-server.ts';
import { aProviderCall } from '../../../helpers/provider-call.ts';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const providerOf = (): ModelProvider =>
  openAiCompatibleProvider({
    name: 'vendor',
    entry: { protocol: 'openai', key_optional: true, discover: false, local: false },
    base_url: server.url,
    environment: {},
    key: async () => null,
  });

const ask = (): Promise<ProviderReply> => providerOf().complete(aProviderCall());

function answered(message: object, finish: unknown = 'stop', extra: object = {}): void {
  const choices = [{ index: 0, message, finish_reason: finish }];
  server.script({ kind: 'raw', body: JSON.stringify({ choices, ...extra }) });
}

describe('the pause a provider asks for', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  it.each([
    ['12', 12_000],
    [' 1.5 ', 1_500],
    ['120s', 120_000],
    ['500ms', 500],
    ['2m59.5s', 179_500],
    ['1 minute', 60_000],
    ['1h', 3_600_000],
    ['5, 10', 10_000],
    ['-5', 0],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['5 apples', null],
    ['', null],
  ])('is read from Retry-After: %j', (value, expected) => {
    expect(retryAfter(new Headers({ 'retry-after': value }), now)).toBe(expected);
  });

  it.each([
    [
      'Gemini',
      [
        {
          error: {
            code: 429,
            message: 'Resource has been exhausted.',
            details: [
              { '@type': 'type.googleapis.com/google.rpc.Help' },
              { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' },
            ],
          },
        },
      ],
      17_000,
    ],
    ['Groq', { error: { message: 'Rate limit reached. Please try again in 7.66s. Visit us.' } }, 7_660],
    ['OpenAI', { error: { message: 'Please try again in 1m12s.' } }, 72_000],
    ['nobody', { error: { message: 'Please try again in a while.' } }, null],
  ])('is read from the body of %s', async (_, body, expected) => {
    server.script({ kind: 'raw', status: 429, body: JSON.stringify(body) });
    await expect(ask()).rejects.toMatchObject({ kind: 'rate_limited', retry_after_ms: expected });
  });

  it('is none where the account is empty, in whichever field that stands', async () => {
    for (const error of [{ code: 'insufficient_quota' }, { type: 'insufficient_quota', code: null }]) {
      server.script({ kind: 'raw', status: 429, body: JSON.stringify({ error }) });
      await expect(ask()).rejects.toMatchObject({ kind: 'auth', retryable: false });
    }
  });
});

describe('tokens from the prefix cache', () => {
  it.each([
    ['OpenAI', { prompt_tokens_details: { cached_tokens: 64 } }],
    ['DeepSeek', { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 }],
    ['Moonshot', { cached_tokens: 64 }],
  ])('are counted as %s reports them', async (_, counted) => {
    const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, ...counted };
    answered({ content: '{}' }, 'stop', { usage });
    expect((await ask()).usage).toEqual({ input_tokens: 100, output_tokens: 5, cached_input_tokens: 64 });
  });
});

describe('an odd message', () => {
  it.each([
    ['a call without its type', { content: null, tool_calls: [{ function: { arguments: '{"a":1}' } }] }],
    ['the older function_call', { content: null, function_call: { name: 'f', arguments: '{"a":1}' } }],
    ['a null among the calls', { content: '', tool_calls: [null, { function: { arguments: '{"a":1}' } }] }],
    [
      'a part of thoughts',
      {
        content: [
          { type: 'reasoning', text: '{"b":2}' },
          { type: 'text', text: '{"a":1}' },
        ],
      },
    ],
    ['a refusal that is none', { content: '{"a":1}', refusal: false }],
  ])('is read with %s', async (_, message) => {
    answered(message);
    expect(await ask()).toMatchObject({ text: '{"a":1}', stop_reason: 'end' });
  });

  it.each([
    ['calls that are no list', { content: '', tool_calls: {} }],
    ['calls without a function', { content: '', tool_calls: [{ type: 'function' }] }],
    ['thoughts alone', { content: null, reasoning_content: '{"a":1}' }],
    ['a number for content', { content: 5 }],
  ])('is empty with %s', async (_, message) => {
    answered(message);
    expect((await ask()).text).toBe('');
  });
});

describe('the end of an answer', () => {
  it.each([
    ['length', 'length'],
    ['model_length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['content_filter', 'refusal'],
    ['SAFETY', 'refusal'],
    ['stop', 'end'],
    [null, 'end'],
  ])('is told from finish_reason %j', async (finish, expected) => {
    answered({ content: '{}' }, finish);
    expect((await ask()).stop_reason).toBe(expected);
  });

  it.each(['error', 'insufficient_system_resource'])('is a failure for %s', async (finish) => {
    answered({ content: '{"half' }, finish);
    await expect(ask()).rejects.toMatchObject({ kind: 'server', retryable: true, may_have_run: true });
  });
});

describe('a refusal that is about this prompt or this answer', () => {
  it('leaves the schema in the requests after it', async () => {
    const provider = providerOf();
    const message = 'maximum context length is 8192 tokens (9000 in the messages, 200 in the json_schema)';
    const tooLong = { error: { message, code: 'context_length_exceeded' } };
    const unfit = { error: { message: 'Failed to generate json_schema.', code: 'json_validate_failed' } };
    for (const body of [tooLong, unfit])
      server.script({ kind: 'raw', status: 400, body: JSON.stringify(body) });
    await expect(provider.complete(aProviderCall())).rejects.toMatchObject({ kind: 'too_long' });
    await expect(provider.complete(aProviderCall())).rejects.toMatchObject({
      retryable: true,
      may_have_run: true,
    });
    await provider.complete(aProviderCall());
    expect(server.requests.at(-1)?.body).toHaveProperty('response_format.type', 'json_schema');
    expect(server.requests).toHaveLength(3);
  });
});

describe('a key that is quoted by its ends', () => {
  it('is in no error', async () => {
    const message = `Incorrect API key provided: ${['sk', 'proj'].join('-')}-ab********wxyz. You can find it there.`;
    server.script({ kind: 'status', status: 401, message });
    await expect(ask()).rejects.toMatchObject({
      kind: 'auth',
      message: 'vendor: 401 Incorrect API key provided: [key]. You can find it there.',
    });
  });
});

describe('a stream', () => {
  const streamed = (...events: unknown[]): Promise<ProviderReply> | undefined => {
    const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    server.script({ kind: 'raw', body, headers: { 'content-type': 'text/event-stream' } });
    return providerOf().stream?.(aProviderCall(), () => undefined);
  };
  const said = { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] };

  it('may have a null in it', async () => {
    expect(await streamed(null, said)).toMatchObject({ text: 'x' });
  });

  it('tells a failure by its own code', async () => {
    await expect(streamed(said, { error: { message: 'slow down', code: 429 } })).rejects.toMatchObject({
      kind: 'rate_limited',
      may_have_run: true,
    });
  });
});
