import type { ToolManifest } from '../../../schemas/tool.ts';
import { builtInDeclarations } from '../../tools/declarations.ts';
import { webSearchAvailability } from '../../tools/web-search/web-search.ts';
import { documentClient } from '../aws.ts';
import { readEnvironment } from '../environment.ts';
import { configuredModels } from '../llm/from-environment.ts';
import { createRegistryStore, type RegistryStore } from '../stores/registry-store.ts';
import { manifestOf } from './define-tool.ts';
import type { ToolRegistry, ToolShelf } from './shelf.ts';

/** How long a changed registration may take to reach every function; a new one is seen when it is wanted. */
const FRESH_MS = 30_000;

export const builtInManifests: readonly ToolManifest[] = builtInDeclarations.map(manifestOf);

export interface RegistryDeps {
  readonly registered: Pick<RegistryStore, 'list'>;
  readonly builtIn: readonly ToolManifest[];
  /** Built-in tools that lack a setting, with the reason. */
  readonly unavailable: () => Promise<ReadonlyMap<string, string>>;
  readonly now?: () => number;
}

/** A registry that can be told that a tenant's registrations changed, so that this process sees it at once. */
export interface FreshToolRegistry extends ToolRegistry {
  forget(tenantId: string): void;
}

/** Built-in tools and what the tenant registered; a registration never replaces a built-in tool. */
export function createToolRegistry(deps: RegistryDeps): FreshToolRegistry {
  const now = deps.now ?? Date.now;
  const shelves = new Map<string, { at: number; shelf: Promise<ToolShelf> }>();

  async function load(tenantId: string): Promise<ToolShelf> {
    const [registered, unavailable] = await Promise.all([deps.registered.list(tenantId), deps.unavailable()]);
    const manifests = new Map<string, ToolManifest>();
    for (const manifest of [...registered, ...deps.builtIn]) manifests.set(manifest.name, manifest);
    return { manifests, unavailable };
  }

  return {
    async shelf(tenantId, wanted = []) {
      const known = shelves.get(tenantId);
      if (known !== undefined && now() - known.at < FRESH_MS) {
        const { manifests } = await known.shelf;
        if (wanted.every((name) => manifests.has(name))) return known.shelf;
      }
      const shelf = load(tenantId);
      shelves.set(tenantId, { at: now(), shelf });
      shelf.catch(() => shelves.delete(tenantId));
      return shelf;
    },
    forget(tenantId) {
      shelves.delete(tenantId);
    },
  };
}

async function unavailableTools(): Promise<ReadonlyMap<string, string>> {
  const unavailable = new Map<string, string>();
  const search = webSearchAvailability(process.env);
  if (!search.available) unavailable.set('web_search', search.reason ?? 'not configured');
  const { roles } = await configuredModels();
  if (roles.ai_tool.every(({ provider }) => provider === 'offline')) {
    unavailable.set(
      'ai_tool',
      'no language model is configured: set GEMINI_API_KEY, OPENAI_API_KEY, MISTRAL_API_KEY or GROQ_API_KEY, run Ollama, or set OFFICE_BEDROCK=1',
    );
  }
  return unavailable;
}

let shared: FreshToolRegistry | undefined;

/** One registry for a process: roles that share one share its cache. */
export function toolRegistryFromEnvironment(): FreshToolRegistry {
  shared ??= createToolRegistry({
    registered: createRegistryStore({
      client: documentClient(),
      table: readEnvironment(['REGISTRY_TABLE']).REGISTRY_TABLE,
    }),
    builtIn: builtInManifests,
    unavailable: unavailableTools,
  });
  return shared;
}
