import { z } from 'zod';

export const providers = ['offline', 'imperfect'] as const;
export const conditions = ['off', 'on', 'poisoned'] as const;
export type ProviderName = (typeof providers)[number];
export type Condition = (typeof conditions)[number];

/** What became of one task. */
export const outcomeSchema = z.object({
  family: z.string(),
  variant: z.int(),
  /** The answer is right, whatever the office thinks of it. */
  right: z.boolean(),
  /** An answer was given that is not right. */
  wrong: z.boolean(),
  first_try: z.boolean(),
  iterations: z.int(),
  planner_calls: z.int(),
  model_calls: z.int(),
  tokens: z.number(),
  usd: z.number(),
  seconds: z.number(),
  /** Of the first plan: calibrated; null where no plan came about. */
  confidence: z.number().nullable(),
  reused: z.boolean(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a phase's process prints. */
export const phaseResultSchema = z.object({
  /** The one memories were compared with: what is recalled depends on it. */
  encoder: z.string(),
  outcomes: z.array(outcomeSchema),
});
export type PhaseResult = z.infer<typeof phaseResultSchema>;
