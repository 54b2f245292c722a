import { describe, expect, it } from '@jest/globals';
import { createGate } from '../../../lambdas/gate/gate.ts';
import type { GateDecision } from '../../../schemas/gate.ts';
import { memoryGateStore } from '../../helpers/memory-gate.ts';

const key = { tenant_id: 'acme', task_id: '01TASK' };

/** What a line of calls does: `update` the gate's item, then `answer` whom that lets through. */
type Move = { readonly call: string; readonly phase: 'update' | 'answer' };

/** Every order in which the moves of the lines can happen, each line's own order kept. */
function* interleavings(lines: readonly (readonly Move[])[]): Generator<Move[]> {
  if (lines.every((line) => line.length === 0)) yield [];
  for (const [index, [first, ...rest]] of lines.entries()) {
    if (first === undefined) continue;
    for (const others of interleavings(lines.with(index, rest))) yield [first, ...others];
  }
}

const whole = (call: string): Move[] => [
  { call, phase: 'update' },
  { call, phase: 'answer' },
];

/**
 * How a call may go: at once; dying between its two moves and being made again; or being given up, made again with a new
 * token where it has one, and taking effect at any time after all.
 */
const ways = (call: string): Move[][][] => [
  [whole(`${call} 1`)],
  [[{ call: `${call} 1`, phase: 'update' }, ...whole(`${call} 2`)]],
  [whole(`${call} 1`), whole(`${call} 2`)],
];

/** Plays one order on the real gate and resolves with the answers that the last token of the waiting item got. */
async function play(moves: readonly Move[], status: 'succeeded' | 'failed') {
  const store = memoryGateStore();
  const paused = new Map<string, { go: () => void; done: Promise<void> }>();
  const answers: { token: string; decision: GateDecision }[] = [];
  const ended = new Set<string>();
  const early: string[] = [];
  for (const { call, phase } of moves) {
    if (phase === 'answer') {
      paused.get(call)?.go();
      await paused.get(call)?.done;
      continue;
    }
    // The update is made and its answer is under way, until the call's next move.
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const hold = async <T>(update: Promise<T>): Promise<T> => {
      const state = await update;
      await held;
      return state;
    };
    const gate = createGate({
      store: {
        wait: (...wanted) => hold(store.wait(...wanted)),
        end: (...wanted) => hold(store.end(...wanted)),
      },
      answer: async (token, decision) => {
        if (ended.size < 2) early.push(call);
        answers.push({ token, decision });
      },
    });
    const [what = '', nth] = call.split(' ');
    const done =
      what === 'wait'
        ? gate.wait(key, 'g', 'c', { token: `token ${nth}`, prerequisites: ['a', 'b'] })
        : gate.release(key, 'g', what, { status: what === 'a' ? status : 'succeeded' });
    if (what !== 'wait') ended.add(what);
    paused.set(call, { go, done });
  }
  return { answers, early };
}

describe('the two-sided race at the gate, in every interleaving', () => {
  it.each([
    ['succeeded', 'run'],
    ['failed', 'skip'],
  ] as const)(
    'lets the item through once both prerequisites ended (%s)',
    async (status, expected) => {
      let orders = 0;
      const wrong: { moves: string[]; answers: unknown }[] = [];
      for (const wait of ways('wait'))
        for (const a of ways('a'))
          for (const b of ways('b')) {
            const lines = [...wait, ...a, ...b];
            // Two calls of everything in every order are millions: one call at a time arrives late, and then none dies.
            if (lines.length > 4 || (lines.length === 4 && lines.flat().length > 8)) continue;
            const live = `token ${wait.flat().some(({ call }) => call === 'wait 2') ? 2 : 1}`;
            for (const moves of interleavings(lines)) {
              orders += 1;
              const { answers, early } = await play(moves, status);
              const heard = answers.filter(({ token }) => token === live);
              const isRight =
                heard.length > 0 &&
                early.length === 0 &&
                answers.every(({ decision }) => decision.decision === expected);
              if (!isRight)
                wrong.push({ moves: moves.map(({ call, phase }) => `${call} ${phase}`), answers });
            }
          }
      expect(wrong.slice(0, 3)).toEqual([]);
      expect(orders).toBeGreaterThan(10_000);
    },
    60_000,
  );
});
