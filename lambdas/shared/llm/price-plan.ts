/** What a plan's model calls can cost, before it runs, from the price table the router bills with. */
import type { Plan, Quote, Step } from '../../../schemas/plan.ts';
import { loadModels, type Model, type ModelCatalogue } from './models.ts';
import { toUsd, worstCaseOf } from './prices.ts';
import { boundTokens } from './tokens.ts';

/** What the parts of a prompt are taken for whose length nobody knows before the plan runs. */
const TOKENS_PER_REFERENCE = 2_000;
const TOKENS_PER_ATTACHMENT = 8_000;
/** The tool's own instructions and schema. */
const TOKENS_OF_FRAME = 2_000;
/** An answer, and its repair. */
const CALLS_PER_STEP = 2;

/**
 * Prices the steps that call a model, at the dearest configured model of the route; the other tools cost nothing.
 * `usable` says which models are configured.
 */
export function createPlanPricer(
  catalogue: ModelCatalogue,
  usable: (model: Model) => boolean,
): (plan: Pick<Plan, 'steps'>) => Quote {
  return (plan) => {
    const route = catalogue.route('ai_tool');
    const models = route.models.map((name) => catalogue.model(name)).filter(usable);
    let nano = 0;
    let tokens = 0;
    for (const step of plan.steps) {
      if (step.action !== 'ai_tool') continue;
      const input = inputOf(step);
      const output = (model: Model) => Math.min(route.max_output_tokens, model.max_output_tokens);
      nano +=
        CALLS_PER_STEP * Math.max(0, ...models.map((model) => worstCaseOf(model, input, output(model))));
      tokens += CALLS_PER_STEP * (input + Math.max(0, ...models.map(output)));
    }
    return { max_usd: toUsd(nano), max_tokens: tokens };
  };
}

function inputOf(step: Step): number {
  const text = JSON.stringify(step.inputs);
  const references = text.match(/\$\{steps\./g)?.length ?? 0;
  const attachments = step.inputs['attachments'];
  const attached = Array.isArray(attachments) ? attachments.length : 0;
  return (
    boundTokens(text) + references * TOKENS_PER_REFERENCE + attached * TOKENS_PER_ATTACHMENT + TOKENS_OF_FRAME
  );
}

/** Counts every model whose provider's settings are there; a discovered one is free and changes nothing. */
export function pricePlanFromEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): (plan: Pick<Plan, 'steps'>) => Quote {
  const catalogue = loadModels(environment);
  return createPlanPricer(catalogue, (model) => {
    const entry = catalogue.file.providers[model.provider];
    if (!entry) return false;
    const set = (name: string | undefined) => name === undefined || Boolean(environment[name]);
    const hasKey =
      set(entry.api_key_env) || Boolean(environment[`${entry.api_key_env}_SECRET_ARN`]) || entry.key_optional;
    return hasKey && set(entry.enabled_env);
  });
}
