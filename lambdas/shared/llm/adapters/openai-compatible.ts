/**
 * The OpenAI-compatible protocol: OpenAI, Gemini, Mistral, Groq, Ollama and any other base URL.
 * Format: the Chat Completions and Embeddings reference of OpenAI's API.
 */
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ModelProvider, ProviderCall, TokenUsage } from '../provider.ts';
import { ProviderError } from '../provider.ts';
import type { ProviderContext } from '../providers.ts';
import { adjusted, type Dialect, dialectOf, paramsOf, refusalOf } from './openai-dialect.ts';
import { classifyOpenAiError } from './openai-errors.ts';
import { bodyOf, replyOf, stopReason, textOf, unknownUsage, usageOf, vectorsOf } from './openai-reply.ts';
import { fetchFor } from './openai-transport.ts';
import { thinkingFilter, withoutThinking } from './thinking.ts';

/** A server may refuse the schema, JSON mode, the limit's name, the temperature and the count of a stream. */
const MOST_REFUSALS = 5;

/** Retries, time limits and billing are the router's; the SDK's own are off. Node's fetch keeps connections alive. */
export function openAiCompatibleProvider(context: ProviderContext): ModelProvider {
  let client: { readonly key: string; readonly sdk: OpenAI } | null = null;
  /** By model, what it took last. */
  const dialects = new Map<string, Dialect>();

  async function sdk(): Promise<OpenAI> {
    // The SDK insists on a key; servers that need none ignore it.
    const key = (await context.key()) ?? 'none';
    if (client?.key !== key)
      client = {
        key,
        sdk: new OpenAI({
          apiKey: key,
          baseURL: context.base_url,
          maxRetries: 0,
          timeout: 900_000,
          logLevel: 'off',
          fetch: fetchFor(context.name),
        }),
      };
    return client.sdk;
  }

  async function guarded<T>(call: (openai: OpenAI, key: string) => Promise<T>): Promise<T> {
    const openai = await sdk();
    const key = openai.apiKey ?? '';
    try {
      return await call(openai, key);
    } catch (error) {
      throw classifyOpenAiError(context.name, error, key);
    }
  }

  /** Runs the call in the model's dialect, and again without what it refuses. */
  async function negotiated<T>(
    call: ProviderCall,
    run: (params: ChatCompletionCreateParamsNonStreaming, dialect: Dialect) => Promise<T>,
  ): Promise<T> {
    for (let refusals = 0; ; refusals += 1) {
      const dialect = dialects.get(call.model) ?? dialectOf(context.name, call.model);
      const params = paramsOf(call, dialect);
      try {
        return await run(params, dialect);
      } catch (error) {
        const refusal = refusals < MOST_REFUSALS ? refusalOf(error) : null;
        const next = refusal === null ? null : adjusted(dialect, params, refusal);
        if (!next) throw error;
        dialects.set(call.model, next);
      }
    }
  }

  return {
    name: context.name,

    complete: (call) =>
      guarded((openai, key) =>
        negotiated(call, async (params) => {
          const body = await openai.chat.completions.create(params, { signal: call.signal });
          return replyOf(context.name, bodyOf(context.name, body, key), call.json !== undefined);
        }),
      ),

    stream: (call, onText) =>
      guarded((openai) =>
        negotiated(call, async (params, dialect) => {
          const chunks = await openai.chat.completions.create(
            {
              ...params,
              stream: true,
              ...(dialect.stream_usage ? { stream_options: { include_usage: true } } : {}),
            },
            { signal: call.signal },
          );
          const spoken = thinkingFilter(onText);
          let text = '';
          let refusal = '';
          let finish: string | null = null;
          let usage: TokenUsage = unknownUsage;
          for await (const chunk of chunks) {
            // Some servers send null, chunks without choices, or choices without a delta.
            const choice = chunk?.choices?.[0];
            const delta = textOf(choice?.delta?.content);
            if (delta) spoken.push(delta);
            text += delta;
            refusal += choice?.delta?.refusal ?? '';
            finish = choice?.finish_reason ?? finish;
            if (chunk?.usage) usage = usageOf(chunk.usage);
          }
          if (finish === null)
            throw new ProviderError('network', `${context.name}: the stream ended before the answer did.`);
          spoken.end();
          return {
            text: withoutThinking(text),
            usage,
            stop_reason: stopReason(context.name, finish, refusal),
          };
        }),
      ),

    list: (signal) =>
      guarded(async (openai, key) => {
        const page = bodyOf(context.name, await openai.get('/models', { signal }), key);
        const models = 'data' in page && Array.isArray(page.data) ? page.data : null;
        if (!models)
          throw new ProviderError(
            'server',
            `${context.name}: what answers has no list of models; check that the base URL is that of the API, with /v1 where it has one.`,
          );
        return models.map((model) => String(model?.id));
      }),

    embed: (model, texts, signal) =>
      guarded(async (openai, key) => {
        const answer = await openai.embeddings.create(
          { model, input: [...texts], encoding_format: 'float' },
          { signal },
        );
        return vectorsOf(context.name, bodyOf(context.name, answer, key), texts.length);
      }),
  };
}
