import { builtInManifests } from '../../lambdas/shared/tools/registry.ts';
import type { ToolShelf } from '../../lambdas/shared/tools/shelf.ts';
import type { Plan, Step } from '../../schemas/plan.ts';
import type { ToolManifest } from '../../schemas/tool.ts';

/** A step with everything the contract asks for. */
export function aStep(overrides: Partial<Step> & Pick<Step, 'step_id'>): Step {
  return {
    action: 'math_calculator',
    inputs: { expression: '1 + 1' },
    timeout_seconds: 300,
    parallelizable: false,
    idempotency_key: `key-${overrides.step_id}`,
    dependencies: [],
    ...overrides,
  };
}

export const aPlan = (steps: readonly Step[], overrides: Partial<Plan> = {}): Plan => ({
  plan_id: 'plan-1',
  task_id: '01TASK',
  metadata: {},
  steps: [...steps],
  ...overrides,
});

/** The built-in tools, all available, with changes. */
export function aShelf(
  changes: { manifests?: readonly ToolManifest[]; unavailable?: Record<string, string> } = {},
): ToolShelf {
  const manifests = new Map(builtInManifests.map((manifest) => [manifest.name, manifest]));
  for (const manifest of changes.manifests ?? []) manifests.set(manifest.name, manifest);
  return { manifests, unavailable: new Map(Object.entries(changes.unavailable ?? {})) };
}
