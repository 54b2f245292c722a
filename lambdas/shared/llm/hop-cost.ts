import type { ModelHop } from './provider.ts';

/** What attempts cost together; US dollars to the nano-dollar. */
export const costOfHops = (hops: readonly ModelHop[]): { usd: number; tokens: number } => ({
  usd: hops.reduce((sum, hop) => Math.round((sum + hop.cost_usd) * 1e9) / 1e9, 0),
  tokens: hops.reduce((sum, hop) => sum + hop.input_tokens + hop.output_tokens, 0),
});
