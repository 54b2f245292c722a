/** Which models a call may go to, and in what order. */
import type { Model, ModelCatalogue, Route, Tier } from './models.ts';
import { orderModels } from './policy.ts';
import type { ModelRequest } from './provider.ts';
import type { ProviderRegistry } from './providers.ts';

export interface CandidateDeps {
  readonly catalogue: ModelCatalogue;
  readonly registry: Pick<ProviderRegistry, 'usable'>;
  /** A tenant's own list for a role; null for the file's. */
  readonly tenantRoute?: (
    tenant: string,
    role: ModelRequest<unknown>['role'],
  ) => Promise<readonly string[] | null>;
  readonly remainingShare?: (tenant: string) => Promise<number>;
  readonly provenTier?: (
    tenant: string,
    role: ModelRequest<unknown>['role'],
    kind: string,
  ) => Promise<Tier | null>;
}

/** The usable models of the role's route in the order to try them, and what the others lack. */
export async function candidatesFor<Answer>(
  deps: CandidateDeps,
  request: ModelRequest<Answer>,
  route: Route,
): Promise<{ readonly models: readonly Model[]; readonly missing: ReadonlyMap<string, string> }> {
  const byKind = request.task_kind === undefined ? undefined : route.kinds[request.task_kind];
  let names: readonly string[] = byKind ?? route.models;
  const missing = new Map<string, string>();
  const collect = async (list: readonly string[]) => {
    const usable: Model[] = [];
    for (const name of list) {
      const model = deps.catalogue.model(name);
      const found = await deps.registry.usable(model);
      if ('model' in found) usable.push(found.model);
      else missing.set(model.provider, found.missing);
    }
    return usable;
  };
  let models = await collect(names);
  const tenant = request.purpose.tenant_id;
  // Where nothing can cost money there is no policy to ask, and no request to the table.
  if (models.every((model) => !model.metered) && !(await hasMetered(deps))) return { models, missing };
  const own = await deps.tenantRoute?.(tenant, request.role);
  if (own) {
    names = own;
    models = await collect(names);
  }
  const remaining = await deps.remainingShare?.(tenant);
  const proven = request.task_kind
    ? await deps.provenTier?.(tenant, request.role, request.task_kind)
    : undefined;
  const ordered = orderModels({
    role: request.role,
    models,
    min_tier: request.min_tier,
    plan_confidence: request.plan_confidence,
    rejections: request.rejections,
    remaining_share: remaining ?? 1,
    proven_tier: proven ?? null,
  });
  return { models: ordered, missing };
}

/** A tenant's own list may name models that the file's route leaves out. */
async function hasMetered(deps: CandidateDeps): Promise<boolean> {
  if (!deps.tenantRoute) return false;
  for (const name of Object.keys(deps.catalogue.file.models)) {
    const model = deps.catalogue.model(name);
    if (model.metered && model.tier !== 'encoder' && 'model' in (await deps.registry.usable(model)))
      return true;
  }
  return false;
}
