import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createGate, decide } from '../../../lambdas/gate/gate.ts';
import type { GateDecision, Outcome } from '../../../schemas/gate.ts';
import { memoryGateStore } from '../../helpers/memory-gate.ts';

const key = { tenant_id: 'acme', task_id: '01TASK' };

interface Item {
  readonly id: string;
  readonly needs: string[];
}

/** DAGs in topological order: an item needs earlier ones only. */
const dags = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((rows) =>
    rows.map(
      (row, i): Item => ({ id: `i${i}`, needs: i === 0 ? [] : [...new Set(row.map((n) => `i${n % i}`))] }),
    ),
  );

describe('the gate', () => {
  it('answers whichever of "waits" and "ended" comes second, in every order and only once', async () => {
    const prerequisites = ['a', 'b'];
    const actions = ['wait', 'a', 'b'] as const;
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const answers: GateDecision[] = [];
      const gate = createGate({
        store: memoryGateStore(),
        answer: async (_token, decision) => void answers.push(decision),
      });
      for (const [nth, index] of order.entries()) {
        const action = actions[index];
        if (action === 'wait') await gate.wait(key, 'task', 'c', { token: 'token-c', prerequisites });
        else await gate.release(key, 'task', action ?? '', { status: 'succeeded' });
        expect(answers).toHaveLength(nth === 2 ? 1 : 0);
      }
      expect(answers[0]?.decision).toBe('run');
    }
  });

  it('says skip when a prerequisite failed or was skipped, but only once all have ended', () => {
    const ended = new Map<string, Outcome>([['a', { status: 'failed' }]]);
    expect(decide(['a', 'b'], ended)).toBeNull();
    ended.set('b', { status: 'succeeded' });
    expect(decide(['a', 'b'], ended)?.decision).toBe('skip');
    expect(decide(['b'], ended)?.decision).toBe('run');
  });

  it('hands the outcomes of prerequisites to the item it lets through', async () => {
    const answers: GateDecision[] = [];
    const gate = createGate({
      store: memoryGateStore(),
      answer: async (_token, decision) => void answers.push(decision),
    });
    await gate.release(key, 's1#1', 'read', { status: 'succeeded', output: { inline: { content: 'x' } } });
    await gate.wait(key, 's1#1', 'write', { token: 't', prerequisites: ['read'] });
    expect(answers[0]?.outcomes['read']?.output).toEqual({ inline: { content: 'x' } });
  });

  it('starts every item of a random DAG exactly once, after its prerequisites, at the moment the last one ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        dags,
        fc.array(fc.nat(9), { maxLength: 200 }),
        fc.nat(4),
        async (items, choices, window) => {
          const started = new Map<string, number>();
          const decisions = new Map<string, GateDecision>();
          const ended = new Set<string>();
          const running: string[] = [];
          let picks = 0;
          const pick = (length: number) => (choices[picks++ % Math.max(1, choices.length)] ?? 0) % length;
          const start = (id: string, decision: GateDecision['decision']) => {
            started.set(id, (started.get(id) ?? 0) + 1);
            if (decision === 'run') running.push(id);
            else skipped.push(id);
          };
          const skipped: string[] = [];
          const gate = createGate({
            store: memoryGateStore(),
            answer: async (token, decision) => {
              // A task token is single use: the engine ignores a second answer.
              if (decisions.has(token)) return;
              decisions.set(token, decision);
              start(token, decision.decision);
            },
          });
          const failing = (id: string) => Number(id.slice(1)) % 7 === 3;
          // Map gives a window of items at a time, in topological order; a window of 1 to 5 here.
          const waitingRoom = [...items];
          let inFlight = 0;
          const admit = async () => {
            while (inFlight <= window && waitingRoom.length > 0) {
              const item = waitingRoom.shift() as Item;
              inFlight += 1;
              if (item.needs.length === 0) start(item.id, 'run');
              else {
                await gate.wait(key, 'task', item.id, { token: item.id, prerequisites: item.needs });
                // Lambda may deliver twice.
                if (pick(3) === 0)
                  await gate.wait(key, 'task', item.id, { token: item.id, prerequisites: item.needs });
              }
            }
          };
          const finish = async (id: string, status: Outcome['status']) => {
            const needs = items.find((item) => item.id === id)?.needs ?? [];
            expect(needs.every((need) => ended.has(need))).toBe(true);
            ended.add(id);
            inFlight -= 1;
            await gate.release(key, 'task', id, { status });
            if (pick(3) === 0) await gate.release(key, 'task', id, { status });
          };
          await admit();
          while (running.length > 0 || skipped.length > 0) {
            const skip = skipped.pop();
            if (skip !== undefined) await finish(skip, 'skipped');
            else {
              const [id] = running.splice(pick(running.length), 1);
              await finish(id as string, failing(id as string) ? 'failed' : 'succeeded');
            }
            await admit();
            for (const item of items) {
              const begun = started.has(item.id) || waitingRoom.includes(item);
              if (item.needs.length > 0 && item.needs.every((need) => ended.has(need)))
                expect(begun).toBe(true);
            }
          }
          expect([...started.values()].every((times) => times === 1)).toBe(true);
          expect(started.size).toBe(items.length);
          expect(ended.size).toBe(items.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
