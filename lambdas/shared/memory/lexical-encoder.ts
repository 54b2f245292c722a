import { createHash } from 'node:crypto';
import { type Encoder, unit } from './encoder.ts';

const DIMENSIONS = 384;
const NAME = 'lexical-hash-384@1';

function features(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

function vectorOf(text: string): Float32Array {
  const counts = new Map<string, number>();
  for (const feature of features(text)) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const vector = new Float32Array(DIMENSIONS);
  for (const [feature, count] of counts) {
    const digest = createHash('sha1').update(feature).digest();
    const at = digest.readUInt32LE(0) % DIMENSIONS;
    const sign = (digest[4] ?? 0) % 2 === 0 ? 1 : -1;
    vector[at] = (vector[at] ?? 0) + sign * (1 + Math.log(count));
  }
  return unit(vector);
}

/**
 * The fallback where no neural encoder is to be had: hashed words and word pairs, weighted by 1 + log(count).
 * It sees shared vocabulary, not meaning.
 */
export const lexicalEncoder: Encoder = {
  encode: async (texts) => ({ encoder: NAME, vectors: texts.map(vectorOf) }),
};
