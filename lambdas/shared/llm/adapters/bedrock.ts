/**
 * Amazon Bedrock through Converse (text, pictures, documents, forced tool for JSON, prompt cache points) and
 * InvokeModel for embeddings. Formats: the Bedrock Runtime API reference.
 */
import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type DocumentFormat,
  type ImageFormat,
  InvokeModelCommand,
  type Message,
  type ToolInputSchema,
} from '@aws-sdk/client-bedrock-runtime';

import { z } from 'zod';
import type { JsonObject } from '../../../../schemas/json.ts';
import { documentClient } from '../../aws.ts';
import { tracedClient } from '../../tracing.ts';
import { regionOf } from '../models.ts';
import {
  type MessagePart,
  type ModelProvider,
  type ProviderCall,
  ProviderError,
  type ProviderReply,
  type TokenUsage,
} from '../provider.ts';
import type { ProviderContext } from '../providers.ts';
import { classifyBedrockError } from './bedrock-errors.ts';
import { withoutMeta } from './strict-schema.ts';

/** Credentials and endpoint are the SDK's own; `BEDROCK_GUARDRAIL_ID` and `_VERSION` put a guardrail on each call. */
export function bedrockProvider(
  context: ProviderContext,
  client: Pick<BedrockRuntimeClient, 'send'> = tracedClient(
    new BedrockRuntimeClient({
      ...withRegion(context),
      // The router retries.
      maxAttempts: 1,
      // This client alone prefers HTTP/2, which local endpoints don't speak; nothing here needs it.
      requestHandler: documentClient().config.requestHandler,
    }),
  ),
): ModelProvider {
  async function guarded<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw classifyBedrockError(context.name, error);
    }
  }

  return {
    name: context.name,

    complete: (call) =>
      guarded(async () => {
        const answer = await client.send(new ConverseCommand(inputOf(context, call)), {
          abortSignal: call.signal,
        });
        const blocks = answer.output?.message?.content ?? [];
        return {
          text: textOf(blocks),
          usage: usageOf(answer.usage),
          stop_reason: stopReason(context.name, answer.stopReason),
        };
      }),

    stream: (call, onText) =>
      guarded(async () => {
        const answer = await client.send(new ConverseStreamCommand(inputOf(context, call)), {
          abortSignal: call.signal,
        });
        let text = '';
        let stop: string | undefined;
        let usage: TokenUsage = usageOf(undefined);
        for await (const event of answer.stream ?? []) {
          const delta = event.contentBlockDelta?.delta;
          const piece = delta?.text ?? delta?.toolUse?.input ?? '';
          if (piece) onText(piece);
          text += piece;
          stop = event.messageStop?.stopReason ?? stop;
          if (event.metadata) usage = usageOf(event.metadata.usage);
          const failure =
            event.internalServerException ??
            event.modelStreamErrorException ??
            event.throttlingException ??
            event.serviceUnavailableException ??
            event.validationException;
          if (failure) throw failure;
        }
        if (stop === undefined)
          throw new ProviderError('network', `${context.name}: the stream ended before the answer did.`);
        return { text, usage, stop_reason: stopReason(context.name, stop) };
      }),

    embed: (model, texts, signal) =>
      guarded(() =>
        model.startsWith('cohere.')
          ? embedWithCohere(client, model, texts, signal)
          : Promise.all(texts.map((text) => embedWithTitan(client, model, text, signal))),
      ),
  };
}

function withRegion(context: ProviderContext): { region?: string } {
  const region = regionOf(context.entry, context.environment);
  return region ? { region } : {};
}

function inputOf(context: ProviderContext, call: ProviderCall): ConverseCommandInput {
  const guardrail = context.environment['BEDROCK_GUARDRAIL_ID'];
  const forced = call.json?.mechanism === 'forced_tool' ? call.json : null;
  return {
    modelId: call.model,
    ...(call.system
      ? {
          system: [
            { text: call.system },
            ...(call.cache_prefix ? [{ cachePoint: { type: 'default' as const } }] : []),
          ],
        }
      : {}),
    messages: call.messages.map(messageOf),
    inferenceConfig: { maxTokens: call.max_output_tokens, temperature: call.temperature },
    ...(forced ? { toolConfig: forcedTool(forced.name, forced.schema) } : {}),
    ...(guardrail
      ? {
          guardrailConfig: {
            guardrailIdentifier: guardrail,
            guardrailVersion: context.environment['BEDROCK_GUARDRAIL_VERSION'] || 'DRAFT',
          },
        }
      : {}),
  };
}

/** The only way Converse has to make an answer JSON: one tool, whose call is the answer. */
function forcedTool(name: string, schema: JsonObject): NonNullable<ConverseCommandInput['toolConfig']> {
  const toolName = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  const json = withoutMeta(schema) as ToolInputSchema.JsonMember['json'];
  return {
    tools: [{ toolSpec: { name: toolName, description: 'Gives the answer.', inputSchema: { json } } }],
    toolChoice: { tool: { name: toolName } },
  };
}

function messageOf(message: ProviderCall['messages'][number]): Message {
  return { role: message.role, content: message.content.map(blockOf) };
}

function blockOf(part: MessagePart, index: number): ContentBlock {
  if (part.type === 'text') return { text: part.text };
  if (part.type === 'image')
    return { image: { format: imageFormat(part.media_type), source: { bytes: part.bytes } } };
  // Converse takes letters, digits, single spaces, hyphens, parentheses and brackets in a name.
  const name = part.name.replace(/[^A-Za-z0-9()[\]-]+/g, ' ').trim();
  return {
    document: {
      format: documentFormat(part.media_type),
      name: `${name || 'document'} ${index + 1}`,
      source: { bytes: part.bytes },
    },
  };
}

const imageFormats: Readonly<Record<string, ImageFormat>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};
const documentFormats: Readonly<Record<string, DocumentFormat>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
};

function imageFormat(mediaType: string): ImageFormat {
  const format = imageFormats[mediaType];
  if (!format) throw new ProviderError('bad_request', `Bedrock takes no pictures of the type ${mediaType}.`);
  return format;
}

function documentFormat(mediaType: string): DocumentFormat {
  const format = documentFormats[mediaType];
  if (!format) throw new ProviderError('bad_request', `Bedrock takes no documents of the type ${mediaType}.`);
  return format;
}

function textOf(blocks: readonly ContentBlock[]): string {
  const tool = blocks.find((block) => block.toolUse)?.toolUse;
  // Some models hand over the JSON itself.
  if (tool) return typeof tool.input === 'string' ? tool.input : JSON.stringify(tool.input ?? {});
  return blocks.map((block) => block.text ?? '').join('');
}

type ConverseUsage =
  | {
      inputTokens: number | undefined;
      outputTokens: number | undefined;
      cacheReadInputTokens?: number | undefined;
      cacheWriteInputTokens?: number | undefined;
    }
  | undefined;

/** Converse counts cached tokens apart from the others; here they are parts of the whole. */
function usageOf(usage: ConverseUsage): TokenUsage {
  const read = usage?.cacheReadInputTokens ?? 0;
  const written = usage?.cacheWriteInputTokens ?? 0;
  return {
    input_tokens: (usage?.inputTokens ?? Number.NaN) + read + written,
    output_tokens: usage?.outputTokens ?? Number.NaN,
    cached_input_tokens: read,
    cache_write_tokens: written,
  };
}

/** @throws ProviderError for an answer that Bedrock could not make out */
function stopReason(provider: string, reason: string | undefined): ProviderReply['stop_reason'] {
  if (reason === 'malformed_model_output' || reason === 'malformed_tool_use')
    throw new ProviderError('server', `${provider}: the answer was given up (${reason}).`, {
      may_have_run: true,
    });
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  const refusals = ['guardrail_intervened', 'content_filtered', 'refusal'];
  return reason !== undefined && refusals.includes(reason) ? 'refusal' : 'end';
}

const titanSchema = z.object({ embedding: z.array(z.number()) });
const cohereSchema = z.object({
  embeddings: z.union([z.array(z.array(z.number())), z.object({ float: z.array(z.array(z.number())) })]),
});

async function invoke(
  client: Pick<BedrockRuntimeClient, 'send'>,
  modelId: string,
  body: unknown,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const answer = await client.send(
    new InvokeModelCommand({ modelId, body: JSON.stringify(body), contentType: 'application/json' }),
    { abortSignal },
  );
  return JSON.parse(new TextDecoder().decode(answer.body));
}

async function embedWithTitan(
  client: Pick<BedrockRuntimeClient, 'send'>,
  model: string,
  inputText: string,
  signal: AbortSignal,
): Promise<number[]> {
  return titanSchema.parse(await invoke(client, model, { inputText, normalize: true }, signal)).embedding;
}

async function embedWithCohere(
  client: Pick<BedrockRuntimeClient, 'send'>,
  model: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<number[][]> {
  const body = { texts, input_type: 'search_document', truncate: 'END' };
  const { embeddings } = cohereSchema.parse(await invoke(client, model, body, signal));
  return Array.isArray(embeddings) ? embeddings : embeddings.float;
}
