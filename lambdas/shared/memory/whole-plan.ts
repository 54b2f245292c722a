import type { Step } from '../../../schemas/plan.ts';
import { topologicalOrder } from '../plans/order.ts';

/** The plan as it would have been in one iteration: earlier steps come back as what later ones refer to. */
export function wholePlan(earlier: readonly Step[], steps: readonly Step[]): Step[] {
  const all = [...earlier, ...steps];
  const ids = new Set(all.map((step) => step.step_id));
  const linked = all.map((step) => {
    const inputs = JSON.stringify(step.inputs);
    const referred = earlier
      .map((other) => other.step_id)
      .filter((id) => id !== step.step_id && inputs.includes(`\${steps.${id}.`));
    const dependencies = [...new Set([...step.dependencies, ...referred])].filter((id) => ids.has(id));
    return { ...step, dependencies };
  });
  const order = topologicalOrder(linked.map((step) => ({ id: step.step_id, needs: step.dependencies })));
  return order === null ? linked : order.flatMap((id) => linked.filter((step) => step.step_id === id));
}
