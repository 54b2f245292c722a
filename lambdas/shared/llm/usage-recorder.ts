/** What the router tells the usage store about calls; a lost record is no reason to lose an answer. */
import type { Model } from './models.ts';
import { savedByPrefix, toNano } from './prices.ts';
import type { ModelHop, ModelRequest, TokenUsage } from './provider.ts';
import type { UsageStore } from './usage.ts';

type Asked = Pick<ModelRequest<unknown>, 'role' | 'purpose'>;

export interface UsageRecorder {
  /** The model answered; `hops` are the attempts that led to it. */
  answered(request: Asked, model: Model, usage: TokenUsage, hops: readonly ModelHop[]): Promise<void>;
  /** The store answered; `worthNano` is what the answer had cost. */
  fromStore(request: Asked, model: Model, worthNano: number): Promise<void>;
  /** Attempts without a usable answer may have been billed: the usage must add up to what the budget says. */
  failed(request: Asked, model: Model, hops: readonly ModelHop[]): Promise<void>;
}

const nothing: TokenUsage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 };
const spentOn = (hops: readonly ModelHop[]): number =>
  toNano(hops.reduce((sum, hop) => sum + hop.cost_usd, 0));

export function createUsageRecorder(deps: {
  readonly usage?: Pick<UsageStore, 'record'>;
  readonly onTrouble: (what: string, error: unknown) => void;
}): UsageRecorder {
  async function record(
    { role, purpose }: Asked,
    model: Model,
    entry: { usage: TokenUsage; cost_nano: number; saved_nano: number; from_store: boolean },
  ): Promise<void> {
    if (!model.metered) return;
    const { tenant_id } = purpose;
    await deps.usage
      ?.record({ tenant_id, role, model: model.name, ...entry })
      .catch((error: unknown) => deps.onTrouble('usage', error));
  }

  return {
    answered: (request, model, usage, hops) =>
      record(request, model, {
        usage,
        cost_nano: spentOn(hops),
        saved_nano: savedByPrefix(model, usage),
        from_store: false,
      }),

    fromStore: (request, model, worthNano) =>
      record(request, model, { usage: nothing, cost_nano: 0, saved_nano: worthNano, from_store: true }),

    async failed(request, model, hops) {
      if (hops.every((hop) => hop.cost_usd === 0)) return;
      const sum = (field: 'input_tokens' | 'output_tokens') =>
        hops.reduce((total, hop) => total + hop[field], 0);
      const usage = { ...nothing, input_tokens: sum('input_tokens'), output_tokens: sum('output_tokens') };
      await record(request, model, { usage, cost_nano: spentOn(hops), saved_nano: 0, from_store: false });
    },
  };
}
