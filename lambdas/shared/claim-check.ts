import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import type { Json } from '../../schemas/json.ts';
import type { ClaimCheck } from '../../schemas/references.ts';
import type { TaskKey } from '../../schemas/task.ts';
import { canonicalHash } from './canonical.ts';
import { parse } from './parse.ts';

/** Documents up to this many bytes of JSON travel inside the state (256 KiB); larger ones wait in S3. */
export const INLINE_BYTES = 12_288;
/** Step outputs are many (50 a plan, and again at the gate), so less of each travels. */
export const INLINE_OUTPUT_BYTES = 1_024;

export const stateDocumentKey = ({ tenant_id, task_id }: TaskKey, name: string): string =>
  `tenants/${tenant_id}/tasks/${task_id}/state/${name}.json`;

export interface ClaimChecks {
  /** Equal documents get equal keys, so checking the same one in again stores nothing new. */
  checkIn(key: TaskKey, document: unknown, inlineBytes?: number): Promise<ClaimCheck>;
  /** @throws ZodError when the document is not of the schema */
  checkOut<T>(check: ClaimCheck, schema: z.ZodType<T>): Promise<T>;
}

export function createClaimChecks(deps: { client: () => S3Client; bucket: string }): ClaimChecks {
  return {
    async checkIn(key, document, inlineBytes = INLINE_BYTES) {
      const text = JSON.stringify(document);
      const bytes = Buffer.byteLength(text);
      if (bytes <= inlineBytes) return { inline: document as Json };
      const s3_key = stateDocumentKey(key, canonicalHash(JSON.parse(text)));
      await deps.client().send(
        new PutObjectCommand({
          Bucket: deps.bucket,
          Key: s3_key,
          Body: text,
          ContentType: 'application/json',
        }),
      );
      return { s3_key, bytes };
    },

    async checkOut(check, schema) {
      if ('inline' in check) return parse(schema, check.inline);
      const answer = await deps
        .client()
        .send(new GetObjectCommand({ Bucket: deps.bucket, Key: check.s3_key }));
      const text = (await answer.Body?.transformToString('utf8')) ?? 'null';
      return parse(schema, JSON.parse(text));
    },
  };
}
