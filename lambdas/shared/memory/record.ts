import { z } from 'zod';
import { jsonObjectSchema } from '../../../schemas/json.ts';
import { type Step, stepSchema } from '../../../schemas/plan.ts';
import { canonicalHash } from '../canonical.ts';

/** What went wrong before the plan that is remembered went right, or for good. */
export const pitfallSchema = z.strictObject({
  /** The tool of the step that failed; null when no step did. */
  action: z.string().nullable(),
  error: z.string().nullable(),
  lesson: z.string(),
});
export type Pitfall = z.infer<typeof pitfallSchema>;

const MAX_PITFALLS = 10;

/** One remembered plan with everything that happened to it. Texts and inputs are free of personal data. */
export const memoryRecordSchema = z.object({
  key: z.string(),
  description: z.string(),
  encoder: z.string(),
  /** Float32, little endian. */
  vector: z
    .custom<Uint8Array>((value) => ArrayBuffer.isView(value) && value.byteLength % 4 === 0, 'not a vector')
    .transform(toVector),
  steps: z.array(stepSchema),
  result: jsonObjectSchema,
  /** What the plan relied on: shape of the files, criteria. Only tasks of the same context may reuse it. */
  context: z.string(),
  /** Files the steps name although the task does not. */
  files: z.array(z.string()),
  /** False for plans that would not work for another task, whatever its words. */
  reusable: z.boolean(),
  /** A person gave the plan with a task. */
  shown: z.boolean().default(false),
  /** Keys of memories whose plans failed on a task before this one succeeded on it. */
  instead_of: z.array(z.string()).default([]),
  successes: z.number().default(0),
  failures: z.number().default(0),
  /** Successes without an iteration before. */
  first_tries: z.number().default(0),
  /** Failures since the last success. */
  failure_streak: z.number().default(0),
  /** The planner's own confidence, before calibration. */
  stated_confidence: z.number().nullable().default(null),
  pitfalls: z
    .array(pitfallSchema)
    .default([])
    .transform((all) => all.slice(-MAX_PITFALLS)),
  lesson: z.string().default(''),
  /** Of the last run: seconds from the task's acceptance to the subtask's end; what its models cost. */
  seconds: z.number().nullable().default(null),
  usd: z.number().nullable().default(null),
  tokens: z.number().nullable().default(null),
  /** By task: 1 to 5. */
  ratings: z.record(z.string(), z.number()).default({}),
  comment: z.string().default(''),
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Seconds since the epoch. */
  expires_at: z.number(),
});
export type MemoryRecord = z.infer<typeof memoryRecordSchema>;

export function toVector(bytes: Uint8Array): Float32Array {
  // Copied: a Float32Array must start at a multiple of four.
  return new Float32Array(new Uint8Array(bytes).buffer);
}
export const toBytes = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

/** The same request and the same steps have one record, however often they come. */
export const memoryKey = (description: string, steps: readonly Pick<Step, 'action' | 'inputs'>[]): string =>
  canonicalHash([
    description.trim().replace(/\s+/g, ' '),
    steps.map(({ action, inputs }) => [action, inputs]),
  ]).slice(0, 40);
