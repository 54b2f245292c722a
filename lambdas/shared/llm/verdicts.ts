/** Verdicts on what models did, as the policy learns from them. */
import type { Experience } from './experience.ts';
import type { ModelCatalogue } from './models.ts';
import type { ModelRole } from './provider.ts';
import type { TaskKind } from './task-kind.ts';

export interface Verdict {
  readonly tenant_id: string;
  /** Whose work was judged. */
  readonly role: ModelRole;
  readonly kind: TaskKind;
  /** Name of the model that did it, as answers give it. */
  readonly model: string;
  readonly good: boolean;
}

/** Never fails: a lost count is no reason to lose a verdict. */
export type LearnFromVerdict = (verdict: Verdict) => Promise<void>;

/** Counts verdicts for the tier of a model that has a price; all others cost no request. */
export function createLearner(deps: {
  readonly catalogue: ModelCatalogue;
  readonly experience: () => Pick<Experience, 'record'>;
  readonly onTrouble: (what: string, error: unknown) => void;
}): LearnFromVerdict {
  return async ({ tenant_id, role, kind, model: name, good }) => {
    // A caller's own plan names no model of the file.
    if (!Object.hasOwn(deps.catalogue.file.models, name)) return;
    const { metered, tier } = deps.catalogue.model(name);
    if (!metered || tier === 'encoder') return;
    await deps
      .experience()
      .record(tenant_id, role, kind, tier, good)
      .catch((error: unknown) => deps.onTrouble('experience', error));
  };
}
