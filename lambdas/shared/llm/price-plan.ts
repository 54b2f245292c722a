import type { Plan, Quote, Step } from '../../../schemas/plan.ts';
import { configuredModels } from './from-environment.ts';
import { loadModels, type Model } from './models.ts';
import { toUsd, worstCaseOf } from './prices.ts';
import { boundTokens } from './tokens.ts';

/** Longest answer a priced step asks for when it names none; the router's own default. */
const OUTPUT_TOKENS = 4_096;
/** Tokens an attachment or an earlier output may add to a prompt, per reference. */
const REFERENCE_TOKENS = 8_000;

/** Tools that spend money: their steps are priced as calls of this role. */
const PRICED_TOOL = 'ai_tool';

function boundInput(step: Step): number {
  const text = JSON.stringify(step.inputs);
  const references = text.split('${steps.').length - 1;
  const attachments = Array.isArray(step.inputs['attachments']) ? step.inputs['attachments'].length : 0;
  return boundTokens(text) + (references + attachments) * REFERENCE_TOKENS;
}

/** The most a plan's own steps can cost, if every priced step goes to the dearest of the given models. */
export function quotePlan(plan: Plan, models: readonly Pick<Model, 'usd_per_million'>[]): Quote {
  let nano = 0;
  let tokens = 0;
  for (const step of plan.steps) {
    if (step.action !== PRICED_TOOL) continue;
    const input = boundInput(step);
    tokens += input + OUTPUT_TOKENS;
    nano += Math.max(0, ...models.map((model) => worstCaseOf(model, input, OUTPUT_TOKENS)));
  }
  return { max_usd: toUsd(nano), max_tokens: tokens };
}

/** How long a changed configuration may take to be priced with. */
const FRESH_MS = 30_000;

/** A pricer over the models that are configured right now, looked up at most every half minute. */
export function pricePlanFromEnvironment(now: () => number = Date.now): () => Promise<(plan: Plan) => Quote> {
  let known: { readonly at: number; readonly models: Promise<Model[]> } | undefined;
  const load = async (): Promise<Model[]> => {
    const catalogue = loadModels();
    const { roles } = await configuredModels();
    return roles.ai_tool.map(({ model }) => catalogue.model(model));
  };
  return async () => {
    if (known === undefined || now() - known.at > FRESH_MS) {
      const models = load();
      known = { at: now(), models };
      models.catch(() => {
        known = undefined;
      });
    }
    const models = await known.models;
    return (plan) => quotePlan(plan, models);
  };
}
