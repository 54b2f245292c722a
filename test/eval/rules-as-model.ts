/**
 * The office's own rules behind the OpenAI protocol: the office takes them for a language model that costs money, so its
 * prompts, trimming, redaction, checks and cache are those of a real one, and tokens per task can be counted without one.
 */
import { createOfflineProvider } from '../../lambdas/shared/llm/offline/offline-provider.ts';
import { ModelRequiredError } from '../../lambdas/shared/llm/provider.ts';
import { estimateTokens } from '../../lambdas/shared/llm/tokens.ts';
import { type Behaviour, type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { roleOf, said } from '../helpers/scripted-model.ts';

const rules = createOfflineProvider();

async function answerTo(body: Record<string, unknown>): Promise<Behaviour> {
  const role = roleOf(body);
  if (role === 'ai_tool') return { kind: 'refusal' };
  try {
    const { text } = await rules.complete({
      model: 'rules',
      role: role as 'planner',
      system: '',
      messages: [{ role: 'user', content: [{ type: 'text', text: said(body, 'user') }] }],
      max_output_tokens: 1,
      temperature: 0,
      cache_prefix: false,
      signal: new AbortController().signal,
    });
    const prompt_tokens = promptTokens(body);
    const completion_tokens = estimateTokens(text);
    const total_tokens = prompt_tokens + completion_tokens;
    return { kind: 'answer', text, usage: { prompt_tokens, completion_tokens, total_tokens } };
  } catch (error) {
    if (error instanceof ModelRequiredError) return { kind: 'refusal' };
    throw error;
  }
}

/** What a provider would count: all messages, and the schema that stands in the request. */
function promptTokens(body: Record<string, unknown>): number {
  const messages = ['system', 'user', 'assistant'].map((role) => said(body, role)).join('\n');
  return estimateTokens(messages) + estimateTokens(JSON.stringify(body['response_format'] ?? ''));
}

export async function startRulesAsModel(): Promise<{
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}> {
  const server: OpenAiServer = await startOpenAiServer();
  server.answerBy(answerTo);
  return {
    environment: {
      OPENAI_COMPATIBLE_BASE_URL: server.url,
      OPENAI_COMPATIBLE_MODEL: 'rules',
      OPENAI_COMPATIBLE_USD_PER_MILLION: '1,4',
      OFFICE_BUDGET_DAY_USD: 'none',
      OFFICE_BUDGET_MONTH_USD: 'none',
    },
    stop: () => server.close(),
  };
}
