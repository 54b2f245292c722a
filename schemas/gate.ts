/** What waits at a gate, and what it is told. */
import { z } from 'zod';
import { idSchema } from './identifiers.ts';
import { claimCheckSchema } from './references.ts';
import { taskKeySchema } from './task.ts';

/** How an item ended; `output` so that dependents need not look it up. */
export const outcomeSchema = z.strictObject({
  status: z.enum(['succeeded', 'failed', 'skipped']),
  output: claimCheckSchema.optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

const gatePlaceSchema = taskKeySchema.extend({
  /** The execution, and for the steps of a plan `#<iteration>`: each run of a task has gates of its own. */
  gate: z.string().min(1).max(200),
  item: idSchema,
});
export const gateEventSchema = z.discriminatedUnion('action', [
  gatePlaceSchema.extend({
    action: z.literal('wait'),
    prerequisites: z.array(idSchema).min(1),
    task_token: z.string().min(1),
  }),
  gatePlaceSchema.extend({
    action: z.literal('release'),
    has_dependents: z.boolean(),
    outcome: outcomeSchema,
  }),
]);
/** What a waiting item's token is answered with. */
export const gateDecisionSchema = z.strictObject({
  decision: z.enum(['run', 'skip']),
  outcomes: z.record(z.string(), outcomeSchema),
});
export type GateDecision = z.infer<typeof gateDecisionSchema>;
