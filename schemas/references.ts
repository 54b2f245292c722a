import { z } from 'zod';
import { jsonSchema } from './json.ts';

/**
 * A document on its way between states: small ones travel inside the state, large ones wait in S3
 * and only their key travels, because a state may hold 256 KiB.
 */
export const claimCheckSchema = z.union([
  z.strictObject({ inline: jsonSchema }),
  z.strictObject({ s3_key: z.string().min(1), bytes: z.int().min(0) }),
]);
export type ClaimCheck = z.infer<typeof claimCheckSchema>;
