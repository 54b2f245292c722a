import type { GateState, GateStore, Waiter } from '../../lambdas/shared/stores/gate-store.ts';
import type { Outcome } from '../../schemas/gate.ts';

/** One item a gate whose updates are serialized and answered with the whole item, as DynamoDB does. */
export function memoryGateStore(): GateStore {
  const gates = new Map<string, { waiting: Map<string, Waiter>; ended: Map<string, Outcome> }>();
  const of = (gate: string) => {
    const known = gates.get(gate) ?? { waiting: new Map(), ended: new Map() };
    gates.set(gate, known);
    return known;
  };
  const copy = (gate: string): GateState => ({
    waiting: [...of(gate).waiting.values()],
    ended: new Map(of(gate).ended),
  });
  return {
    async wait(_key, gate, item, waiter) {
      of(gate).waiting.set(waiter.token, { item, ...waiter });
      return copy(gate);
    },
    async end(_key, gate, item, outcome) {
      of(gate).ended.set(item, outcome);
      return copy(gate);
    },
  };
}
