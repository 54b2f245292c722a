/**
 * Which providers there are, which of them are configured, and how they are made, at the first call that needs them:
 * a function never loads an adapter it does not use.
 */
import { z } from 'zod';
import { describeError, OfficeError } from '../errors.ts';
import { builtInAdapters } from './adapters/built-in.ts';
import {
  baseUrlOf,
  isEnabled,
  isLoopback,
  type Model,
  type ModelCatalogue,
  type ProviderEntry,
  regionOf,
} from './models.ts';
import type { ModelProvider } from './provider.ts';
import type { KeyRing } from './secrets.ts';

export interface ProviderContext {
  readonly name: string;
  readonly entry: ProviderEntry;
  readonly base_url: string | null;
  readonly environment: NodeJS.ProcessEnv;
  /** The provider's key; asked for at each call, so that a rotated one is used. */
  readonly key: () => Promise<string | null>;
}
export type ProviderFactory = (context: ProviderContext) => ModelProvider | Promise<ModelProvider>;

/** @throws ProviderSetupError for a provider that has to be registered */
export type BuiltIn = (name: string, entry: ProviderEntry) => Promise<ProviderFactory>;

const registered = new Map<string, ProviderFactory>();

/**
 * Makes a provider of the model file under this name; replaces the built-in adapter if there is one.
 * @returns a function that takes it out again
 */
export function registerProvider(name: string, factory: ProviderFactory): () => void {
  registered.set(name, factory);
  return () => {
    if (registered.get(name) === factory) registered.delete(name);
  };
}

export type ProviderStatus =
  | { readonly configured: true; readonly installed?: readonly string[] }
  | { readonly configured: false; readonly missing: string };

export interface ProviderRegistry {
  provider(name: string): Promise<ModelProvider>;
  status(name: string): Promise<ProviderStatus>;
  /** The model as it can be called now, or what is missing. */
  usable(model: Model): Promise<{ readonly model: Model } | { readonly missing: string }>;
}

export class ProviderSetupError extends OfficeError {
  override readonly name = 'ProviderSetupError';
}

/** How long an answer, or silence, of a discovered provider is believed. */
const DISCOVERY_MS = 60_000;
const DISCOVERY_TIMEOUT_MS = 300;
const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })) });

export interface ProviderRegistryDeps {
  readonly catalogue: ModelCatalogue;
  readonly environment: NodeJS.ProcessEnv;
  readonly keys: KeyRing;
  /** Instead of the built-in adapters. */
  readonly builtIn?: BuiltIn;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/** The configured providers, with the built-in adapters. */
export const createProviderRegistry = (deps: ProviderRegistryDeps): ProviderRegistry =>
  registryWith(deps, deps.builtIn ?? builtInAdapters);

/** The same without adapters, for functions that call no model: they need not carry them. */
export const createProviderSettings = (
  deps: ProviderRegistryDeps,
): Pick<ProviderRegistry, 'status' | 'usable'> =>
  registryWith(deps, async (name) => {
    throw new ProviderSetupError(`This function may only tell whether "${name}" is configured, not call it.`);
  });

function registryWith(deps: ProviderRegistryDeps, builtIn: BuiltIn): ProviderRegistry {
  const { catalogue, environment, keys } = deps;
  const now = deps.now ?? (() => Date.now());
  const made = new Map<string, Promise<ModelProvider>>();
  const discovered = new Map<string, { readonly status: Promise<ProviderStatus>; readonly until: number }>();

  function entryOf(name: string): ProviderEntry {
    const entry = catalogue.file.providers[name];
    if (!entry) throw new ProviderSetupError(`There is no provider "${name}" in the model file.`);
    return entry;
  }

  async function make(name: string): Promise<ModelProvider> {
    const entry = entryOf(name);
    const factory = registered.get(name) ?? (await builtIn(name, entry));
    const keyName = entry.api_key_env;
    return factory({
      name,
      entry,
      base_url: baseUrlOf(entry, environment),
      environment,
      key: async () => (keyName ? keys.key(keyName) : null),
    });
  }

  async function discover(baseUrl: string): Promise<ProviderStatus> {
    const address = withoutPassword(baseUrl);
    const missing = `nothing answers at ${address}`;
    const root = baseUrl.replace(/\/v1\/?$/, '');
    try {
      const answer = await (deps.fetch ?? fetch)(`${root}/api/tags`, {
        signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
      });
      if (!answer.ok) return { configured: false, missing };
      const tags = tagsSchema.safeParse(await answer.json());
      if (!tags.success) return { configured: false, missing: `${address} is not an Ollama server` };
      return { configured: true, installed: tags.data.models.map((model) => model.name) };
    } catch (error) {
      return { configured: false, missing: `${missing} (${withoutPassword(describeError(error))})` };
    }
  }

  const registry: ProviderRegistry = {
    provider(name) {
      let promise = made.get(name);
      if (!promise) {
        promise = make(name);
        made.set(name, promise);
        promise.catch(() => made.delete(name));
      }
      return promise;
    },

    async status(name) {
      const entry = entryOf(name);
      if (registered.has(name)) return { configured: true };
      const baseUrl = baseUrlOf(entry, environment);
      switch (entry.protocol) {
        case 'offline':
          return { configured: true };
        case 'registered':
          return { configured: false, missing: `registerProvider("${name}", ...)` };
        case 'bedrock':
          return isEnabled(entry, environment)
            ? { configured: true }
            : { configured: false, missing: `${entry.enabled_env}=1` };
        case 'openai': {
          if (baseUrl === null) return { configured: false, missing: entry.base_url_env ?? 'base_url' };
          if (!/^https?:\/\/[^/]/i.test(baseUrl) || !URL.canParse(baseUrl)) {
            const named = entry.base_url_env ?? 'base_url';
            return { configured: false, missing: `${named} that begins with http:// or https://` };
          }
          if (entry.discover) {
            // In AWS nothing but the function itself is on loopback.
            if (environment['AWS_LAMBDA_RUNTIME_API'] && isLoopback(baseUrl))
              return { configured: false, missing: entry.base_url_env ?? 'base_url' };
            const known = discovered.get(name);
            if (known && known.until > now()) return known.status;
            const status = discover(baseUrl);
            discovered.set(name, { status, until: now() + DISCOVERY_MS });
            return status;
          }
          const missing = entry.api_key_env && !entry.key_optional ? keys.missing(entry.api_key_env) : null;
          return missing ? { configured: false, missing } : { configured: true };
        }
      }
    },

    async usable(model) {
      const status = await registry.status(model.provider);
      if (!status.configured) return { missing: status.missing };
      const entry = entryOf(model.provider);
      const region = entry.protocol === 'bedrock' ? regionOf(entry, environment) : undefined;
      if (model.regions && region && !model.regions.includes(region))
        return { missing: `a region of ${model.regions.join(', ')} for ${model.name}` };
      // A price of zero is a claim; for an endpoint elsewhere it has to be made on purpose.
      const url = baseUrlOf(entry, environment);
      if (model.usd_per_million_env && !environment[model.usd_per_million_env] && url && !isLoopback(url))
        return { missing: model.usd_per_million_env };
      if (!status.installed) return { model };
      const installed = installedId(model, status.installed);
      return installed ? { model: { ...model, id: installed } } : { missing: `"ollama pull ${model.id}"` };
    },
  };
  return registry;
}

/** What `GET /health` shows to everybody. */
const withoutPassword = (text: string): string => text.replace(/\/\/[^/\s]*@/g, '//');

/** Tags default to `latest`; without an exact match another tag of the same model will do. */
function installedId(model: Model, installed: readonly string[]): string | null {
  const same = installed.find((name) => name === model.id || name === `${model.id}:latest`);
  if (same) return same;
  const sibling = installed.find((name) => name.split(':')[0] === model.id);
  if (sibling) return sibling;
  return (model.any_installed && installed.find((name) => !name.includes('embed'))) || null;
}
