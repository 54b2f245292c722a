/**
 * Which tier has done well at which kind of work, and the tenants' own routes.
 *
 * Items (table ACCOUNTS_TABLE, `pk = TENANT#<tenant>`): `OUTCOME#<role>#<kind>` with the counters `<tier>_ok` and
 * `<tier>_bad`; `ROUTES` with a list of model names by role.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type ModelCatalogue, ModelFileError, modelRoles, type Tier } from './models.ts';
import type { ModelRole } from './provider.ts';

type AnsweringTier = Exclude<Tier, 'encoder'>;
const tiers: readonly AnsweringTier[] = ['small', 'medium', 'large'];

/** Fewer judged answers than this say nothing. */
const ENOUGH = 5;
const GOOD_SHARE = 0.8;
const KEEP_SECONDS = 90 * 86_400;
/** How long a read is believed. */
const FRESH_MS = 60_000;

export type TenantRoutes = Partial<Record<ModelRole, readonly string[]>>;

export interface Experience {
  /** The reviewer or validator judged work that a model of this tier did. */
  record(tenant: string, role: ModelRole, kind: string, tier: AnsweringTier, good: boolean): Promise<void>;
  /** The smallest tier with enough good answers; null when too little is known. */
  provenTier(tenant: string, role: ModelRole, kind: string): Promise<Tier | null>;
  readRoutes(tenant: string): Promise<TenantRoutes>;
  /** @throws ModelFileError for an unknown model */
  setRoutes(tenant: string, routes: TenantRoutes): Promise<void>;
}

const routesSchema = z.partialRecord(z.enum(modelRoles), z.array(z.string()).min(1));

export function createExperience(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
  readonly catalogue: ModelCatalogue;
  readonly now?: () => number;
}): Experience {
  const now = deps.now ?? (() => Date.now());
  const kept = new Map<string, { readonly item: Record<string, unknown>; readonly until: number }>();

  async function load(pk: string, sk: string): Promise<Record<string, unknown>> {
    const id = `${pk}|${sk}`;
    const known = kept.get(id);
    if (known && known.until > now()) return known.item;
    const answer = await deps.client.send(new GetCommand({ TableName: deps.table, Key: { pk, sk } }));
    const item = answer.Item ?? {};
    kept.set(id, { item, until: now() + FRESH_MS });
    return item;
  }

  return {
    async record(tenant, role, kind, tier, good) {
      const key = { pk: `TENANT#${tenant}`, sk: `OUTCOME#${role}#${kind}` };
      await deps.client.send(
        new UpdateCommand({
          TableName: deps.table,
          Key: key,
          UpdateExpression: 'ADD #counter :one SET expires_at = :ttl',
          ExpressionAttributeNames: { '#counter': `${tier}_${good ? 'ok' : 'bad'}` },
          ExpressionAttributeValues: { ':one': 1, ':ttl': Math.floor(now() / 1000) + KEEP_SECONDS },
        }),
      );
      kept.delete(`${key.pk}|${key.sk}`);
    },

    async provenTier(tenant, role, kind) {
      const item = await load(`TENANT#${tenant}`, `OUTCOME#${role}#${kind}`);
      for (const tier of tiers) {
        const good = Number(item[`${tier}_ok`] ?? 0);
        const bad = Number(item[`${tier}_bad`] ?? 0);
        if (good + bad >= ENOUGH && good / (good + bad) >= GOOD_SHARE) return tier;
      }
      return null;
    },

    async readRoutes(tenant) {
      const item = await load(`TENANT#${tenant}`, 'ROUTES');
      return withoutUndefined(routesSchema.parse(item['routes'] ?? {}));
    },

    async setRoutes(tenant, routes) {
      const parsed = routesSchema.safeParse(routes);
      if (!parsed.success)
        throw new ModelFileError('Routes are lists of model names by role.', { cause: parsed.error });
      for (const names of Object.values(parsed.data))
        for (const name of names ?? [])
          if (deps.catalogue.model(name).tier === 'encoder')
            throw new ModelFileError(`"${name}" is an encoder and cannot answer.`);
      const key = { pk: `TENANT#${tenant}`, sk: 'ROUTES' };
      await deps.client.send(
        new PutCommand({ TableName: deps.table, Item: { ...key, routes: parsed.data } }),
      );
      kept.delete(`${key.pk}|${key.sk}`);
    },
  };
}

function withoutUndefined(routes: z.infer<typeof routesSchema>): TenantRoutes {
  const clean: { [Role in ModelRole]?: readonly string[] } = {};
  for (const role of modelRoles) {
    const names = routes[role];
    if (names) clean[role] = names;
  }
  return clean;
}
