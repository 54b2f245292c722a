/**
 * Embeddings through the same providers, budget and privacy as prompts. The models are those of `embeddings` in the
 * model file, in order; vectors of different models never mix, so the answer names its model.
 */
import { createRedactor } from '../privacy/redact.ts';
import type { AskForPersonalData } from '../privacy/service.ts';
import type { BudgetLedger } from './budget.ts';
import type { Model, ModelCatalogue } from './models.ts';
import { costOf, toUsd, worstCaseOf } from './prices.ts';
import { type ModelHop, type ModelPurpose, NoModelAnsweredError, ProviderError } from './provider.ts';
import type { ProviderRegistry } from './providers.ts';
import { boundTokens, estimateTokens } from './tokens.ts';
import type { UsageStore } from './usage.ts';

export interface EmbeddingAnswer {
  /** One vector per text, in order, all of the model's dimensions. */
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  readonly provider: string;
  readonly hops: readonly ModelHop[];
  readonly cost: { readonly usd: number; readonly tokens: number };
}

export interface Embedder {
  /** The first configured encoder; null when there is none. */
  model(): Promise<{ readonly name: string; readonly dimensions: number | null } | null>;
  /**
   * Null when no encoder is configured. `only` asks for the model whose vectors are to be compared with.
   * @throws NoModelAnsweredError, BudgetExhaustedError, TaskCostLimitError
   */
  embed(
    purpose: ModelPurpose,
    texts: readonly string[],
    options?: { readonly only?: string; readonly signal?: AbortSignal },
  ): Promise<EmbeddingAnswer | null>;
}

const TIMEOUT_MS = 20_000;
/** Texts in one request; OpenAI takes 2,048, Bedrock's Cohere 96. */
const BATCH = 96;

export function createEmbedder(deps: {
  readonly catalogue: ModelCatalogue;
  readonly registry: Pick<ProviderRegistry, 'provider' | 'usable'>;
  readonly ledger: BudgetLedger;
  readonly usage?: Pick<UsageStore, 'record'>;
  /** Asked about texts that leave, besides the office's own rules. */
  readonly personalData?: AskForPersonalData;
  readonly onTrouble?: (what: string, error: unknown) => void;
}): Embedder {
  async function usable(): Promise<Model[]> {
    const models: Model[] = [];
    for (const name of deps.catalogue.file.embeddings) {
      const found = await deps.registry.usable(deps.catalogue.model(name));
      if ('model' in found) models.push(found.model);
    }
    return models;
  }

  async function embedWith(
    model: Model,
    purpose: ModelPurpose,
    texts: readonly string[],
    signal: AbortSignal,
    onSpent: (nano: number) => void,
  ): Promise<{ vectors: number[][]; nano: number; tokens: number }> {
    const provider = await deps.registry.provider(model.provider);
    if (!provider.embed) throw new ProviderError('bad_request', `${model.provider} has no embeddings.`);
    const findings = model.local ? [] : ((await deps.personalData?.(texts)) ?? []);
    // Half the window in bytes is within the window in tokens for any language.
    const cut = texts.map((text) =>
      (model.local ? text : createRedactor(findings).redact(text)).slice(0, model.context_tokens),
    );
    const bound = cut.reduce((sum, text) => sum + boundTokens(text) + 2, 0);
    const tokens = Math.min(
      bound,
      cut.reduce((sum, text) => sum + estimateTokens(text) + 2, 0),
    );
    const worst = worstCaseOf(model, bound, 0);
    const reservation = await deps.ledger.reserve(purpose, worst);
    let answered = 0;
    try {
      const vectors: number[][] = [];
      for (let start = 0; start < cut.length; start += BATCH) {
        const batch = cut.slice(start, start + BATCH);
        vectors.push(...(await provider.embed(model.id, batch, signal)));
        answered += batch.reduce((sum, text) => sum + boundTokens(text) + 2, 0);
      }
      const dimensions = new Set(vectors.map((vector) => vector.length));
      if (dimensions.size > 1)
        throw new ProviderError(
          'server',
          `${model.name}: vectors of ${[...dimensions].join(' and ')} dimensions.`,
          {
            may_have_run: true,
          },
        );
      // The protocols' vectors come without a count; the estimate, rounded up by a fifth, is what is billed.
      const usage = {
        input_tokens: Math.min(bound, Math.ceil(tokens * 1.2)),
        output_tokens: 0,
        cached_input_tokens: 0,
      };
      const nano = costOf(model, usage);
      await deps.ledger.settle(reservation, nano);
      if (model.metered)
        await deps.usage
          ?.record({
            tenant_id: purpose.tenant_id,
            role: 'embeddings',
            model: model.name,
            usage,
            cost_nano: nano,
            saved_nano: 0,
          })
          .catch((error: unknown) => deps.onTrouble?.('usage', error));
      return { vectors, nano, tokens: usage.input_tokens };
    } catch (error) {
      // Batches before the one that failed were answered, and are billed.
      const nano =
        error instanceof ProviderError && !error.may_have_run ? worstCaseOf(model, answered, 0) : worst;
      onSpent(nano);
      await deps.ledger
        .settle(reservation, nano)
        .catch((trouble: unknown) => deps.onTrouble?.('settle', trouble));
      throw error;
    }
  }

  return {
    async model() {
      const [first] = await usable();
      return first ? { name: first.name, dimensions: first.dimensions ?? null } : null;
    },

    async embed(purpose, texts, options = {}) {
      const models = (await usable()).filter((model) => !options.only || model.name === options.only);
      const hops: ModelHop[] = [];
      let cause: unknown = null;
      for (const model of models) {
        const limit = AbortSignal.timeout(TIMEOUT_MS);
        const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
        const started = performance.now();
        let lost = 0;
        const hop = { provider: model.provider, model: model.name, output_tokens: 0 };
        try {
          const { vectors, nano, tokens } = await embedWith(model, purpose, texts, signal, (spent) => {
            lost = spent;
          });
          const usd = toUsd(nano);
          const duration_ms = performance.now() - started;
          hops.push({ ...hop, outcome: 'answered', input_tokens: tokens, cost_usd: usd, duration_ms });
          return { vectors, model: model.name, provider: model.provider, hops, cost: { usd, tokens } };
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          cause = error;
          const duration_ms = performance.now() - started;
          const reason = `${error.kind}: ${error.message}`;
          hops.push({
            ...hop,
            outcome: 'failed',
            reason,
            input_tokens: 0,
            cost_usd: toUsd(lost),
            duration_ms,
          });
        }
      }
      if (models.length === 0) return null;
      const why = hops.map((hop) => `${hop.model}: ${hop.reason}`).join('; ');
      throw new NoModelAnsweredError(`No encoder answered. ${why}`, hops, cause);
    },
  };
}
