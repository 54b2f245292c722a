import { OfficeError } from '../errors.ts';

/** Whom a remote encoder's call is billed to. */
export interface EncodingPurpose {
  readonly tenant_id: string;
  readonly task_id: string;
}

/** Texts as unit vectors, and the encoder they come from. */
export interface Encoded {
  /** Name and version, stored with every vector: vectors of different encoders are never compared. */
  readonly encoder: string;
  /** One vector of length one per text, all of the encoder's dimensions. */
  readonly vectors: readonly Float32Array[];
}

/** One of them. */
export interface EncodedText {
  readonly encoder: string;
  readonly vector: Float32Array;
}

export interface Encoder {
  encode(texts: readonly string[], purpose: EncodingPurpose): Promise<Encoded>;
}

/** The encoder's files are not those that are pinned, or it answered vectors of another length than before. */
export class EncoderError extends OfficeError {
  override readonly name = 'EncoderError';
}

/** The vector at length one; a vector of zeros stays. */
export function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return sum === 0 ? vector : vector.map((x) => x / Math.sqrt(sum));
}

/** Texts of the last tasks and their vectors: planner, validator and archivist ask for the same ones. */
const KEPT = 500;

/**
 * The encoder with its last answers kept and its vectors checked.
 * @throws EncoderError when an encoder answers vectors of another length than it did before
 */
export function attentive(encoder: Encoder): Encoder {
  const kept = new Map<string, EncodedText>();
  const dimensions = new Map<string, number>();

  function check({ encoder: name, vectors }: Encoded, asked: number): void {
    if (vectors.length !== asked)
      throw new EncoderError(`The encoder ${name} answered ${vectors.length} vectors for ${asked} texts.`);
    for (const vector of vectors) {
      const before = dimensions.get(name) ?? vector.length;
      if (vector.length === 0 || vector.length !== before)
        throw new EncoderError(
          `The encoder ${name} answered ${vector.length} dimensions instead of ${before}; give its new model another name.`,
        );
      if (!vector.every(Number.isFinite))
        throw new EncoderError(`The encoder ${name} answered a vector that is not made of numbers.`);
      dimensions.set(name, before);
    }
  }

  return {
    async encode(texts, purpose) {
      const known = texts.map((text) => kept.get(text));
      const name = known[0]?.encoder;
      if (name !== undefined && known.every((entry) => entry?.encoder === name))
        return { encoder: name, vectors: known.flatMap((entry) => (entry ? [entry.vector] : [])) };
      const fresh = await encoder.encode(texts, purpose);
      check(fresh, texts.length);
      for (const [at, text] of texts.entries()) {
        const vector = fresh.vectors[at];
        if (vector !== undefined) kept.set(text, { encoder: fresh.encoder, vector });
      }
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
      return fresh;
    },
  };
}
