import type { GateDecision, Outcome } from '../../schemas/gate.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { GateState, GateStore, Waiter } from '../shared/stores/gate-store.ts';

/** Answers a task token; a token that was answered before, or whose execution is gone, is no error. */
export type AnswerToken = (token: string, answer: GateDecision) => Promise<void>;

export interface Gate {
  /** Parks an item; it is let through at once when its prerequisites have already ended. */
  wait(
    key: TaskKey,
    gate: string,
    item: string,
    waiter: { token: string; prerequisites: string[] },
  ): Promise<void>;
  /** Notes how an item ended and lets through whatever that was the last prerequisite of. */
  release(key: TaskKey, gate: string, item: string, outcome: Outcome): Promise<void>;
}

/** Null while a prerequisite is open; `skip` when one of them did not succeed. */
export function decide(prerequisites: readonly string[], ended: GateState['ended']): GateDecision | null {
  if (!prerequisites.every((id) => ended.has(id))) return null;
  const failed = prerequisites.some((id) => ended.get(id)?.status !== 'succeeded');
  return { decision: failed ? 'skip' : 'run', outcomes: Object.fromEntries(ended) };
}

/**
 * The barrier-free gate. Whichever of "starts to wait" and "last prerequisite ends" reaches the item second sees
 * both and answers the token; the first sees only itself. `release` looks at waiters of the ended item only, so a
 * waiter is answered by exactly one of them, and a repeated call repeats an answer that the engine ignores.
 */
export function createGate(deps: { store: GateStore; answer: AnswerToken }): Gate {
  const letThrough = async (state: GateState, concerns: (waiter: Waiter) => boolean): Promise<void> => {
    const answers: Promise<void>[] = [];
    for (const waiter of state.waiting.filter(concerns)) {
      const decision = decide(waiter.prerequisites, state.ended);
      if (decision) answers.push(deps.answer(waiter.token, decision));
    }
    await Promise.all(answers);
  };

  return {
    async wait(key, gate, item, waiter) {
      await letThrough(await deps.store.wait(key, gate, item, waiter), (other) => other.item === item);
    },
    async release(key, gate, item, outcome) {
      const state = await deps.store.end(key, gate, item, outcome);
      await letThrough(state, (waiter) => waiter.prerequisites.includes(item));
    },
  };
}
