import type { ModelHop } from './provider.ts';

type Cost = { readonly usd: number; readonly tokens: number };

const toNanoDollar = (usd: number): number => Math.round(usd * 1e9) / 1e9;

export const addCosts = (a: Cost, b: Cost): Cost => ({
  usd: toNanoDollar(a.usd + b.usd),
  tokens: a.tokens + b.tokens,
});

/** What attempts cost together; US dollars to the nano-dollar. */
export const costOfHops = (hops: readonly ModelHop[]): Cost => ({
  usd: hops.reduce((sum, hop) => toNanoDollar(sum + hop.cost_usd), 0),
  tokens: hops.reduce((sum, hop) => sum + hop.input_tokens + hop.output_tokens, 0),
});
