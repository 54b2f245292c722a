/** What is configured and what is missing, for `GET /health` and `office doctor`. */
import { describeError } from '../errors.ts';
import type { ModelCatalogue, Tier } from './models.ts';
import { type ModelRole, ProviderError } from './provider.ts';
import type { ProviderRegistry, ProviderStatus } from './providers.ts';

export interface ConfiguredModels {
  /** The usable models of each role, in the order of the route. The last one is the rule-based provider. */
  readonly roles: Readonly<Record<ModelRole, readonly ConfiguredModel[]>>;
  readonly embeddings: readonly ConfiguredModel[];
  readonly providers: Readonly<Record<string, ProviderStatus>>;
}
export interface ConfiguredModel {
  readonly model: string;
  readonly provider: string;
  readonly id: string;
  readonly tier: Tier;
}

export async function describeConfigured(
  catalogue: ModelCatalogue,
  registry: Pick<ProviderRegistry, 'status' | 'usable'>,
): Promise<ConfiguredModels> {
  const usable = async (names: readonly string[]) => {
    const found: ConfiguredModel[] = [];
    for (const name of names) {
      const result = await registry.usable(catalogue.model(name));
      if ('model' in result) {
        const { provider, id, tier } = result.model;
        found.push({ model: name, provider, id, tier });
      }
    }
    return found;
  };
  const of = (role: ModelRole) => usable(catalogue.route(role).models);
  const roles = {
    analyst: await of('analyst'),
    planner: await of('planner'),
    validator: await of('validator'),
    broker: await of('broker'),
    reviewer: await of('reviewer'),
    ai_tool: await of('ai_tool'),
  };
  const providers: Record<string, ProviderStatus> = {};
  for (const name of Object.keys(catalogue.file.providers)) providers[name] = await registry.status(name);
  return {
    roles,
    embeddings: await usable(catalogue.file.embeddings),
    providers,
  };
}

export type ProviderCheck =
  | { readonly provider: string; readonly state: 'answers'; readonly models: number }
  | { readonly provider: string; readonly state: 'fails'; readonly reason: string; readonly advice: string };

/** Asks every configured provider for its list of models, which costs nothing and proves key and address. */
export async function checkProviders(
  catalogue: ModelCatalogue,
  registry: Pick<ProviderRegistry, 'status' | 'provider'>,
  timeoutMs = 5_000,
): Promise<readonly ProviderCheck[]> {
  const checks = Object.entries(catalogue.file.providers).map(
    async ([name, entry]): Promise<ProviderCheck | null> => {
      if (!(await registry.status(name)).configured) return null;
      const provider = await registry.provider(name);
      if (!provider.list) return null;
      try {
        const models = await provider.list(AbortSignal.timeout(timeoutMs));
        return { provider: name, state: 'answers', models: models.length };
      } catch (error) {
        const isKey = error instanceof ProviderError && error.kind === 'auth';
        const advice = isKey
          ? `check ${entry.api_key_env ?? 'the credentials'}: the provider refuses it`
          : `check ${entry.base_url_env ?? 'the network'}`;
        return { provider: name, state: 'fails', reason: describeError(error), advice };
      }
    },
  );
  return (await Promise.all(checks)).filter((check) => check !== null);
}
