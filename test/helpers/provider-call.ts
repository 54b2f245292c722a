import type { ProviderCall } from '../../lambdas/shared/llm/provider.ts';

/** One question as the router hands it to a provider. */
export const aProviderCall = (extra: Partial<ProviderCall> = {}): ProviderCall => ({
  model: 'm',
  role: 'planner',
  system: 'Answer.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }] }],
  json: { name: 'answer', schema: { type: 'object' }, mechanism: 'json_schema' },
  max_output_tokens: 50,
  temperature: 0,
  signal: AbortSignal.timeout(5_000),
  ...extra,
});
