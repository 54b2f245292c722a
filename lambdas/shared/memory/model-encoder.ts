import type { Embedder } from '../llm/embeddings.ts';
import { type Encoder, unit } from './encoder.ts';

/**
 * An encoder behind the model router, e.g. Titan Text Embeddings v2 on Bedrock: billed, budgeted and redacted as every
 * model call. The model file's name of the model, with the vectors' length, is the encoder's version.
 */
export function createModelEncoder(embedder: Pick<Embedder, 'embed'>, otherwise: Encoder): Encoder {
  return {
    async encode(texts, purpose) {
      const answer = await embedder.embed(purpose, texts);
      if (answer === null) return otherwise.encode(texts, purpose);
      const vectors = answer.vectors.map((vector) => unit(Float32Array.from(vector)));
      return { encoder: `${answer.model}@${vectors[0]?.length ?? 0}`, vectors };
    },
  };
}
