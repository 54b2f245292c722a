import type { Archives } from './archives.ts';
import { contextOf } from './plan-context.ts';
import { memoryKey } from './record.ts';

/** An office without memory: every task is the first. */
export const noArchives: Archives = {
  reuse: async () => null,
  following: async () => null,
  recall: async () => [],
  note: (work, plan) => ({
    key: memoryKey(work.description, plan.steps),
    reused: false,
    follows: false,
    context: contextOf(work),
    files: [],
    reusable: false,
    earlier: [],
    pitfalls: [],
    shown: plan.shown,
    instead_of: [...plan.instead_of],
    stated_confidence: plan.stated_confidence,
    cost: { ...plan.cost },
  }),
  expect: async () => null,
  usualSeconds: () => null,
  warnings: async () => [],
  remember: async () => undefined,
  blame: async () => undefined,
  rate: async () => false,
  knownFailures: async () => [],
  failurePatterns: async () => [],
};
