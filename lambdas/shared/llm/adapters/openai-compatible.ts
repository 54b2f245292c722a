/**
 * The OpenAI-compatible protocol: OpenAI, Gemini, Mistral, Groq, Ollama and any other base URL.
 * Format: the Chat Completions and Embeddings reference of OpenAI's API.
 */
import OpenAI from 'openai';
import type {
  ChatCompletion,
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { JsonObject } from '../../../../schemas/json.ts';
import type { MessagePart, ModelProvider, ProviderCall, ProviderReply, TokenUsage } from '../provider.ts';
import { ProviderError } from '../provider.ts';
import type { ProviderContext } from '../providers.ts';
import { classifyOpenAiError } from './openai-errors.ts';
import { isStrictSchema, withoutMeta } from './strict-schema.ts';

/** Retries, time limits and billing are the router's; the SDK's own are off. Node's fetch keeps connections alive. */
export function openAiCompatibleProvider(context: ProviderContext): ModelProvider {
  let client: { readonly key: string; readonly sdk: OpenAI } | null = null;
  /** Models that refused their schema: asked in JSON mode since. */
  const withoutSchema = new Set<string>();

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
        }),
      };
    return client.sdk;
  }

  async function guarded<T>(call: (openai: OpenAI) => Promise<T>): Promise<T> {
    const openai = await sdk();
    try {
      return await call(openai);
    } catch (error) {
      throw classifyOpenAiError(context.name, error, openai.apiKey ?? '');
    }
  }

  /** Runs the call; a model that refuses the schema itself is asked again in JSON mode, which nobody billed. */
  async function negotiated(
    call: ProviderCall,
    run: (params: ChatCompletionCreateParamsNonStreaming) => Promise<ProviderReply>,
  ): Promise<ProviderReply> {
    const bySchema = call.json?.mechanism === 'json_schema';
    if (!bySchema || withoutSchema.has(call.model)) return run(paramsOf(context.name, call, false));
    try {
      return await run(paramsOf(context.name, call, true));
    } catch (error) {
      const refusesSchema =
        error instanceof ProviderError &&
        error.kind === 'bad_request' &&
        /response_format|json_?schema|schema/i.test(error.message);
      if (!refusesSchema) throw error;
      withoutSchema.add(call.model);
      return run(paramsOf(context.name, call, false));
    }
  }

  return {
    name: context.name,

    complete: (call) =>
      negotiated(call, (params) =>
        guarded(async (openai) =>
          replyOf(context.name, await openai.chat.completions.create(params, { signal: call.signal })),
        ),
      ),

    stream: (call, onText) =>
      negotiated(call, (params) =>
        guarded(async (openai) => {
          const chunks = await openai.chat.completions.create(
            { ...params, stream: true, stream_options: { include_usage: true } },
            { signal: call.signal },
          );
          let text = '';
          let refusal = '';
          let finish: string | null = null;
          let usage: TokenUsage = unknownUsage;
          for await (const chunk of chunks) {
            const choice = chunk.choices[0];
            const delta = choice?.delta.content ?? '';
            if (delta) onText(delta);
            text += delta;
            refusal += choice?.delta.refusal ?? '';
            finish = choice?.finish_reason ?? finish;
            if (chunk.usage) usage = usageOf(chunk.usage);
          }
          if (finish === null)
            throw new ProviderError('network', `${context.name}: the stream ended before the answer did.`);
          return { text, usage, stop_reason: stopReason(finish, refusal) };
        }),
      ),

    list: (signal) =>
      guarded(async (openai) => {
        const page = await openai.models.list({ signal });
        return page.data.map((model) => model.id);
      }),

    embed: (model, texts, signal) =>
      guarded(async (openai) => {
        const answer = await openai.embeddings.create(
          { model, input: [...texts], encoding_format: 'float' },
          { signal },
        );
        const vectors = [...answer.data].sort((a, b) => a.index - b.index).map((item) => item.embedding);
        if (vectors.length !== texts.length)
          throw new ProviderError(
            'server',
            `${context.name}: ${vectors.length} vectors for ${texts.length} texts.`,
          );
        return vectors;
      }),
  };
}

function paramsOf(
  provider: string,
  call: ProviderCall,
  bySchema: boolean,
): ChatCompletionCreateParamsNonStreaming {
  const mechanism = call.json?.mechanism ?? 'prompt';
  const inWords = call.json && mechanism === 'json_schema' && !bySchema;
  const system = inWords
    ? `${call.system}\n\nAnswer with one JSON document that fits this JSON Schema:\n${JSON.stringify(call.json?.schema)}`
    : call.system;
  const reasons = /^(o\d|gpt-5)/.test(call.model);
  return {
    model: call.model,
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...call.messages.map(messageOf),
    ],
    // OpenAI renamed it; the others know the old name.
    ...(provider === 'openai'
      ? { max_completion_tokens: call.max_output_tokens }
      : { max_tokens: call.max_output_tokens }),
    // Reasoning models refuse any temperature but their own.
    ...(reasons ? {} : { temperature: call.temperature }),
    ...(call.json && bySchema ? { response_format: schemaFormat(call.json.name, call.json.schema) } : {}),
    ...(call.json && !bySchema && mechanism !== 'prompt' ? { response_format: { type: 'json_object' } } : {}),
  };
}

function schemaFormat(name: string, schema: JsonObject) {
  return {
    type: 'json_schema' as const,
    json_schema: {
      name: name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64),
      schema: withoutMeta(schema),
      strict: isStrictSchema(schema),
    },
  };
}

function messageOf(message: ProviderCall['messages'][number]): ChatCompletionMessageParam {
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (message.role === 'assistant') return { role: 'assistant', content: texts.join('\n') };
  // Plain text as a string: some servers know nothing else.
  if (texts.length === message.content.length) return { role: 'user', content: texts.join('\n\n') };
  return { role: 'user', content: message.content.map(partOf) };
}

function partOf(part: MessagePart): ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const url = `data:${part.media_type};base64,${Buffer.from(part.bytes).toString('base64')}`;
  if (part.type === 'image') return { type: 'image_url', image_url: { url } };
  return { type: 'file', file: { filename: part.name, file_data: url } };
}

function replyOf(provider: string, completion: ChatCompletion): ProviderReply {
  const choice = completion.choices?.[0];
  if (!choice?.message)
    throw new ProviderError('server', `${provider}: the answer has no choices.`, { may_have_run: true });
  return {
    text: choice.message.content ?? '',
    usage: completion.usage ? usageOf(completion.usage) : unknownUsage,
    stop_reason: stopReason(choice.finish_reason, choice.message.refusal ?? ''),
  };
}

/** Not a number, so that the router's estimate takes its place. */
const unknownUsage: TokenUsage = {
  input_tokens: Number.NaN,
  output_tokens: Number.NaN,
  cached_input_tokens: 0,
};

function usageOf(usage: NonNullable<ChatCompletion['usage']>): TokenUsage {
  return {
    input_tokens: usage.prompt_tokens,
    output_tokens: usage.completion_tokens,
    cached_input_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  };
}

function stopReason(finish: string, refusal: string): ProviderReply['stop_reason'] {
  if (refusal !== '' || finish === 'content_filter') return 'refusal';
  return finish === 'length' ? 'length' : 'end';
}
