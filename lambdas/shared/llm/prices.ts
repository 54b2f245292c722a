/**
 * Money as whole nano-dollars (1e-9 USD): sums of floats drift, and a cheap token costs 50 of these.
 * The largest sum that stays exact is 9 million dollars.
 */
import type { Model } from './models.ts';
import type { TokenUsage } from './provider.ts';

export const toNano = (usd: number): number => Math.ceil(usd * 1e9 - 1e-4);
export const toUsd = (nano: number): number => nano / 1e9;

/** Nano-dollars of one token, from US dollars per million. */
const perToken = (usdPerMillion: number): number => usdPerMillion * 1e3;

/** What an answered call costs, rounded up. `cached_input_tokens` and `cache_write_tokens` are parts of `input_tokens`. */
export function costOf(model: Pick<Model, 'usd_per_million'>, usage: TokenUsage): number {
  const prices = model.usd_per_million;
  const written = usage.cache_write_tokens ?? 0;
  const plain = Math.max(0, usage.input_tokens - usage.cached_input_tokens - written);
  return Math.ceil(
    plain * perToken(prices.input) +
      usage.cached_input_tokens * perToken(prices.cached_input ?? prices.input) +
      written * perToken(prices.cache_write ?? prices.input) +
      usage.output_tokens * perToken(prices.output) -
      1e-6,
  );
}

/** What the provider's prefix cache saved, in nano-dollars. */
export function savedByPrefix(model: Pick<Model, 'usd_per_million'>, usage: TokenUsage): number {
  const { input, cached_input: cached = input } = model.usd_per_million;
  return Math.max(0, Math.floor(usage.cached_input_tokens * perToken(input - cached)));
}

/** The most a call can cost, in nano-dollars: every input token at the dearest rate, and the longest answer. */
export function worstCaseOf(
  model: Pick<Model, 'usd_per_million'>,
  inputBound: number,
  maxOutputTokens: number,
): number {
  const { input, output, cache_write: write = 0, cached_input: cached = 0 } = model.usd_per_million;
  return Math.ceil(
    inputBound * perToken(Math.max(input, write, cached)) + maxOutputTokens * perToken(output),
  );
}

/**
 * Usage as it can be: providers that report none, nonsense, or more than the request could have used are corrected.
 * `suspicious` says so.
 */
export function plausibleUsage(
  reported: TokenUsage,
  limits: { readonly input: number; readonly output: number },
  estimated: { readonly input: number; readonly output: number },
): TokenUsage & { readonly suspicious: boolean } {
  const sane = (value: number, limit: number) => Number.isInteger(value) && value >= 0 && value <= limit;
  const inputIsSane = sane(reported.input_tokens, limits.input) && reported.input_tokens > 0;
  const outputIsSane =
    sane(reported.output_tokens, limits.output) && (reported.output_tokens > 0 || estimated.output === 0);
  const wrong = (value: number, limit: number, estimate: number) =>
    Number.isFinite(value) && value > limit ? limit : estimate;
  const input = inputIsSane
    ? reported.input_tokens
    : wrong(reported.input_tokens, limits.input, Math.min(estimated.input, limits.input));
  const output = outputIsSane
    ? reported.output_tokens
    : wrong(reported.output_tokens, limits.output, Math.min(estimated.output, limits.output));
  const cached = sane(reported.cached_input_tokens, input) ? reported.cached_input_tokens : 0;
  const written = sane(reported.cache_write_tokens ?? 0, input - cached)
    ? (reported.cache_write_tokens ?? 0)
    : 0;
  return {
    input_tokens: input,
    output_tokens: output,
    cached_input_tokens: cached,
    cache_write_tokens: written,
    suspicious: !inputIsSane || !outputIsSane,
  };
}
