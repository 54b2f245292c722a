import type { Json } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';
import { canonicalHash } from '../canonical.ts';

/** A fingerprint of what steps do, whatever they are called. */
export function doingOf(steps: readonly Pick<Step, 'step_id' | 'action' | 'inputs'>[]): string {
  const places = new Map(steps.map((step, at) => [step.step_id, `step${at}`]));
  return canonicalHash(
    JSON.parse(
      JSON.stringify(steps.map(({ action, inputs }) => [action, inputs])).replace(
        /\$\{steps\.(\w+)\./g,
        (whole, id: string) => (places.has(id) ? `\${steps.${places.get(id)}.` : whole),
      ),
    ) as Json,
  );
}
