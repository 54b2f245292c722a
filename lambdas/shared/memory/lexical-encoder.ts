import { createHash } from 'node:crypto';

/** Turns texts into unit vectors; vectors of different encoders are never compared. */
export interface Encoder {
  /** Name and version, stored with every vector. */
  readonly name: string;
  encode(texts: readonly string[]): Promise<Float32Array[]>;
}

const DIMENSIONS = 384;

function features(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/**
 * The fallback where no neural encoder is to be had: hashed words and word pairs, weighted by 1 + log(count).
 * It sees shared vocabulary, not meaning.
 */
export const lexicalEncoder: Encoder = {
  name: 'lexical-hash-384@1',
  encode: async (texts) =>
    texts.map((text) => {
      const counts = new Map<string, number>();
      for (const feature of features(text)) counts.set(feature, (counts.get(feature) ?? 0) + 1);
      const vector = new Float32Array(DIMENSIONS);
      for (const [feature, count] of counts) {
        const digest = createHash('sha1').update(feature).digest();
        const at = digest.readUInt32LE(0) % DIMENSIONS;
        const sign = (digest[4] ?? 0) % 2 === 0 ? 1 : -1;
        vector[at] = (vector[at] ?? 0) + sign * (1 + Math.log(count));
      }
      const length = Math.hypot(...vector);
      return length === 0 ? vector : vector.map((value) => value / length);
    }),
};
