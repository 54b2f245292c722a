/**
 * Models, prices, tiers and routes as data: one validated file. Adding a model is adding an entry to it.
 */
import { z } from 'zod';
import { ModelFileError, readModelDocument } from './model-file.ts';
import builtIn from './models.json' with { type: 'json' };
import type { JsonMechanism, ModelRole } from './provider.ts';

export { ModelFileError };

export const modelRoles = ['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool'] as const;
const roleSchema: z.ZodType<ModelRole> = z.enum(modelRoles);

export const tierSchema = z.enum(['encoder', 'small', 'medium', 'large']);
export type Tier = z.infer<typeof tierSchema>;
/** From the smallest to the largest; encoders answer no prompts and stand below. */
export const tierRank: Readonly<Record<Tier, number>> = { encoder: 0, small: 1, medium: 2, large: 3 };

export const abilitySchema = z.enum([
  'json_schema',
  'forced_tool',
  'json_object',
  'images',
  'documents',
  'prompt_cache',
  'streaming',
]);
export type Ability = z.infer<typeof abilitySchema>;

const environmentNameSchema = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable');
const price = z.number().min(0).max(100_000);

export const providerEntrySchema = z.strictObject({
  /** `registered` providers are added by `registerProvider` before the first call. */
  protocol: z.enum(['openai', 'bedrock', 'offline', 'registered']),
  base_url: z.url().optional(),
  base_url_env: environmentNameSchema.optional(),
  /** A variable with `host:port` or an address without a path, as Ollama has one; `/v1` is added. */
  host_env: environmentNameSchema.optional(),
  api_key_env: environmentNameSchema.optional(),
  key_optional: z.boolean().default(false),
  /** The provider is used when this variable is `1`, `true`, `on` or `yes`. */
  enabled_env: environmentNameSchema.optional(),
  /** A variable with the region; `AWS_REGION` without it. */
  region_env: environmentNameSchema.optional(),
  /** Look for it at its address, and use it when it answers. */
  discover: z.boolean().default(false),
  /** Nothing leaves the machine: prompts go unredacted. */
  local: z.boolean().default(false),
});
export type ProviderEntry = z.infer<typeof providerEntrySchema>;

export const modelEntrySchema = z.strictObject({
  provider: z.string(),
  /** The provider's own id; `id_env` names a variable that replaces it. */
  id: z.string().min(1),
  id_env: environmentNameSchema.optional(),
  tier: tierSchema,
  context_tokens: z.int().min(1),
  max_output_tokens: z.int().min(1),
  /** US dollars per million tokens. Without `cached_input` cached tokens cost what the others cost. */
  usd_per_million: z.strictObject({
    input: price,
    output: price,
    cached_input: price.optional(),
    cache_write: price.optional(),
  }),
  /** Names a variable `input,output` or `input,output,cached_input` that replaces the prices above. */
  usd_per_million_env: environmentNameSchema.optional(),
  abilities: z.array(abilitySchema),
  regions: z.array(z.string()).optional(),
  dimensions: z.int().min(1).optional(),
  /** Whether calls touch the ledger, cache and shared breaker; without it, exactly when the model has a price. */
  metered: z.boolean().optional(),
  /** For discovered providers: take the first installed model when `id` is not among them. */
  any_installed: z.boolean().default(false),
});

export const routeSchema = z.strictObject({
  /** Names of models, first choice first. */
  models: z.array(z.string()).min(1),
  /** Other lists for kinds of tasks. */
  kinds: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  max_output_tokens: z.int().min(1).default(4096),
  /** For one attempt. */
  timeout_seconds: z.number().positive().max(900).default(60),
  /** For the whole call: attempts, repairs and fallbacks together. */
  total_seconds: z.number().positive().max(900).default(240),
  /** Briefs are trimmed to this, even when the window is larger. */
  context_budget_tokens: z.int().min(500).optional(),
  /** How many small calls may share one prompt. */
  batch: z.int().min(1).max(50).default(1),
});
export type Route = z.infer<typeof routeSchema>;

export const modelFileSchema = z
  .strictObject({
    providers: z.record(z.string(), providerEntrySchema),
    models: z.record(z.string(), modelEntrySchema),
    routes: z.record(roleSchema, routeSchema),
    embeddings: z.array(z.string()).default([]),
  })
  .superRefine((file, context) => {
    const complain = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const [name, model] of Object.entries(file.models)) {
      if (!Object.hasOwn(file.providers, model.provider))
        complain(['models', name, 'provider'], `there is no provider "${model.provider}"`);
      if (model.max_output_tokens > model.context_tokens)
        complain(['models', name, 'max_output_tokens'], 'is larger than the context');
    }
    const check = (path: PropertyKey[], names: readonly string[], encoder: boolean) => {
      for (const [index, name] of names.entries()) {
        const model = Object.hasOwn(file.models, name) ? file.models[name] : undefined;
        if (!model) complain([...path, index], `there is no model "${name}"`);
        else if ((model.tier === 'encoder') !== encoder)
          complain(
            [...path, index],
            `"${name}" ${encoder ? 'is not an encoder' : 'is an encoder and cannot answer'}`,
          );
      }
    };
    for (const [role, route] of Object.entries(file.routes)) {
      check(['routes', role, 'models'], route.models, false);
      for (const [kind, names] of Object.entries(route.kinds))
        check(['routes', role, 'kinds', kind], names, false);
    }
    check(['embeddings'], file.embeddings, true);
  });
export type ModelFile = z.infer<typeof modelFileSchema>;

/** A model of the file under its name, with its id resolved. */
export interface Model extends Omit<z.infer<typeof modelEntrySchema>, 'metered'> {
  readonly name: string;
  readonly metered: boolean;
  readonly local: boolean;
  /** Rules, not a model: answers when nobody else is left, whatever the order says. */
  readonly last_resort: boolean;
}

export interface ModelCatalogue {
  readonly file: ModelFile;
  /** @throws ModelFileError for an unknown name */
  model(name: string): Model;
  route(role: ModelRole): Route;
}

/**
 * Validates a model file and applies the environment: `OFFICE_ROUTE_<ROLE>` (model names, separated by commas)
 * replaces a role's list, and each model's `id_env` its id.
 * @throws ModelFileError naming every malformed place
 */
export function parseModelFile(document: unknown, environment: NodeJS.ProcessEnv = {}): ModelCatalogue {
  refuseUnknownRoutes(environment);
  const overridden = withRoutes(document, environment);
  const parsed = modelFileSchema.safeParse(overridden);
  if (!parsed.success) {
    const places = parsed.error.issues.map(
      (issue) => `${placeOf(issue.path, environment)}: ${issue.message}`,
    );
    const isFilesFault = parsed.error.issues.some(({ path }) => !routeVariable(path, environment));
    throw new ModelFileError(
      `${isFilesFault ? 'The model file is malformed.' : 'A setting does not fit the model file.'} ${places.join('; ')}`,
    );
  }
  const file = parsed.data;
  const models = new Map(
    Object.entries(file.models).map(([name, { metered, ...entry }]): [string, Model] => [
      name,
      {
        ...entry,
        name,
        id: (entry.id_env && environment[entry.id_env]) || entry.id,
        metered: metered ?? (entry.usd_per_million.input > 0 || entry.usd_per_million.output > 0),
        usd_per_million: pricesFrom(name, entry, environment),
        last_resort: file.providers[entry.provider]?.protocol === 'offline',
        local: staysOnMachine(file.providers[entry.provider], environment),
      },
    ]),
  );
  return {
    file,
    model(name) {
      const model = models.get(name);
      if (!model) throw new ModelFileError(`There is no model "${name}" in the model file.`);
      return model;
    },
    route: (role) => file.routes[role],
  };
}

/** A misspelt role would leave the file's list in its place, and nobody would know. */
function refuseUnknownRoutes(environment: NodeJS.ProcessEnv): void {
  const known = modelRoles.map((role) => `OFFICE_ROUTE_${role.toUpperCase()}`);
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('OFFICE_ROUTE_') && !known.includes(name),
  );
  if (unknown) throw new ModelFileError(`${unknown} names no role; there are ${known.join(', ')}.`);
}

/** The variable that replaced the route this path is in. */
function routeVariable(path: readonly PropertyKey[], environment: NodeJS.ProcessEnv): string | null {
  const name = `OFFICE_ROUTE_${String(path[1]).toUpperCase()}`;
  return path[0] === 'routes' && path[2] === 'models' && environment[name] ? name : null;
}

const placeOf = (path: readonly PropertyKey[], environment: NodeJS.ProcessEnv): string =>
  routeVariable(path, environment) ?? (path.map(String).join('.') || 'the file');

type Prices = z.infer<typeof modelEntrySchema>['usd_per_million'];

function pricesFrom(
  name: string,
  entry: { usd_per_million: Prices; usd_per_million_env?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Prices {
  const text = entry.usd_per_million_env ? environment[entry.usd_per_million_env] : undefined;
  if (!text) return entry.usd_per_million;
  const numbers = z
    .array(price)
    .min(2)
    .max(3)
    .safeParse(text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))));
  if (!numbers.success)
    throw new ModelFileError(
      `${entry.usd_per_million_env} must be "input,output" in US dollars per million tokens for the model ${name}.`,
    );
  const [input = 0, output = 0, cached] = numbers.data;
  return { input, output, ...(cached === undefined ? {} : { cached_input: cached }) };
}

/** The provider's address: the environment's, or else the file's. */
export function baseUrlOf(entry: ProviderEntry, environment: NodeJS.ProcessEnv): string | null {
  const address = entry.base_url_env && environment[entry.base_url_env]?.trim();
  if (address) return address;
  const host = entry.host_env && environment[entry.host_env]?.trim();
  if (host) {
    const url = /^https?:\/\//.test(host) ? host : `http://${host}`;
    // Ollama's server reads 0.0.0.0 as "listen everywhere"; a client means this machine by it.
    return `${url.replace('0.0.0.0', '127.0.0.1').replace(/\/+$/, '')}/v1`;
  }
  return entry.base_url ?? null;
}

/** Whether the variable that switches the provider on, or gives its region, is set; true when it needs none. */
export function isEnabled(entry: ProviderEntry, environment: NodeJS.ProcessEnv): boolean {
  if (!entry.enabled_env) return true;
  const isSwitchedOn = /^(?:1|true|on|yes)$/i.test(environment[entry.enabled_env] ?? '');
  return isSwitchedOn || Boolean(entry.region_env && environment[entry.region_env]);
}

export function regionOf(entry: ProviderEntry, environment: NodeJS.ProcessEnv): string | undefined {
  return (entry.region_env && environment[entry.region_env]) || environment['AWS_REGION'] || undefined;
}

export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname;
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** A provider marked local that was pointed at another machine is not local. */
function staysOnMachine(entry: ProviderEntry | undefined, environment: NodeJS.ProcessEnv): boolean {
  if (!entry?.local) return false;
  const url = baseUrlOf(entry, environment);
  return url === null || isLoopback(url);
}

function withRoutes(document: unknown, environment: NodeJS.ProcessEnv): unknown {
  const shape = z.looseObject({ routes: z.record(z.string(), z.looseObject({})) }).safeParse(document);
  if (!shape.success) return document;
  const routes = { ...shape.data.routes };
  for (const role of modelRoles) {
    const names = environment[`OFFICE_ROUTE_${role.toUpperCase()}`]?.split(',').map((name) => name.trim());
    if (names?.some(Boolean)) routes[role] = { ...routes[role], models: names.filter(Boolean), kinds: {} };
  }
  return { ...shape.data, routes };
}

/**
 * The built-in file, or the one `OFFICE_MODELS_FILE` names, with the environment applied.
 * @throws ModelFileError when it cannot be read or is malformed
 */
export function loadModels(environment: NodeJS.ProcessEnv = process.env): ModelCatalogue {
  const path = environment['OFFICE_MODELS_FILE'];
  if (!path) return parseModelFile(builtIn, environment);
  return parseModelFile(readModelDocument(path), environment);
}

/** The best way to make this model answer JSON. */
export function jsonMechanismOf(model: Model): JsonMechanism {
  for (const mechanism of ['json_schema', 'forced_tool', 'json_object'] as const)
    if (model.abilities.includes(mechanism)) return mechanism;
  return 'prompt';
}
