import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attentive, type Encoder, EncoderError, unit } from '../../../../lambdas/shared/memory/encoder.ts';
import { lexicalEncoder } from '../../../../lambdas/shared/memory/lexical-encoder.ts';
import {
  createMinilmEncoder,
  minilmIsThere,
  tokenIds,
} from '../../../../lambdas/shared/memory/minilm-encoder.ts';
import { MINILM_FILES } from '../../../../lambdas/shared/memory/minilm-files.ts';
import { createModelEncoder } from '../../../../lambdas/shared/memory/model-encoder.ts';
import { createVectorMatrix } from '../../../../lambdas/shared/memory/vector-matrix.ts';

const purpose = { tenant_id: 'acme', task_id: 'task' };
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0);
const answering = (name: string, ...answers: number[][]): Encoder & { asked: number } => ({
  asked: 0,
  async encode(texts) {
    const vector = answers[Math.min(this.asked, answers.length - 1)] ?? [];
    this.asked += 1;
    return { encoder: name, vectors: texts.map(() => Float32Array.from(vector)) };
  },
});

describe('any encoder', () => {
  it('is asked once for the same text', async () => {
    const encoder = answering('e@1', [1, 0]);
    const watched = attentive(encoder);
    const first = await watched.encode(['a'], purpose);
    expect(await watched.encode(['a'], purpose)).toEqual(first);
    expect(encoder.asked).toBe(1);
  });

  it.each([
    [
      'another dimension than before',
      [
        [1, 0],
        [1, 0, 0],
      ],
      /answered 3 dimensions instead of 2/,
    ],
    [
      'no numbers',
      [
        [1, 0],
        [Number.NaN, 0],
      ],
      /not made of numbers/,
    ],
    ['nothing', [[1, 0], []], /answered 0 dimensions/],
  ])('that answers %s is refused by name', async (_what, answers, message) => {
    const watched = attentive(answering('e@1', ...answers));
    await watched.encode(['a'], purpose);
    await expect(watched.encode(['b'], purpose)).rejects.toThrow(EncoderError);
    await expect(watched.encode(['c'], purpose)).rejects.toThrow(message);
  });
});

describe('the lexical encoder', () => {
  it('finds texts of the same words alike, says what it is, and answers unit vectors', async () => {
    const { encoder, vectors } = await lexicalEncoder.encode(
      ['Sum the column total.', 'Sum the column price.', 'Fetch a web page.', ''],
      purpose,
    );
    expect(encoder).toBe('lexical-hash-384@1');
    const [a, b, c, empty] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array];
    expect(dot(a, a)).toBeCloseTo(1, 5);
    expect(dot(a, b)).toBeGreaterThan(0.4);
    expect(Math.abs(dot(a, c))).toBeLessThan(0.2);
    expect(dot(empty, empty)).toBe(0);
  });
});

describe("a model's encoder", () => {
  it("carries the model's name and the dimension; without one it is the other encoder", async () => {
    const embed = async () => ({
      vectors: [[3, 4]],
      model: 'titan-embed-v2',
      provider: 'bedrock',
      hops: [],
      cost: { usd: 0, tokens: 1 },
    });
    const answer = await createModelEncoder({ embed }, lexicalEncoder).encode(['a'], purpose);
    expect(answer.encoder).toBe('titan-embed-v2@2');
    expect([...(answer.vectors[0] ?? [])].map((x) => x.toFixed(1))).toEqual(['0.6', '0.8']);
    const none = await createModelEncoder({ embed: async () => null }, lexicalEncoder).encode(['a'], purpose);
    expect(none.encoder).toBe('lexical-hash-384@1');
  });
});

describe('the local encoder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'encoder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('refuses files that are not the pinned ones, and says what to do', async () => {
    for (const name of Object.keys(MINILM_FILES)) writeFileSync(join(folder, name), 'not a model');
    expect(minilmIsThere(folder)).toBe(true);
    const encoding = createMinilmEncoder(folder).encode(['a'], purpose);
    await expect(encoding).rejects.toThrow(EncoderError);
    await expect(encoding).rejects.toThrow(/damaged \(SHA-256 .*run "npm run encoder" again/);
  });

  it('says what is missing where there is nothing', async () => {
    expect(minilmIsThere(folder)).toBe(false);
    await expect(createMinilmEncoder(folder).encode(['a'], purpose)).rejects.toThrow(/can't be loaded/);
  });

  it('cuts texts at 256 tokens and closes them again', () => {
    const ids = Array.from({ length: 400 }, (_, at) => at + 1_000);
    const cut = tokenIds({ encode: () => ({ ids }) } as never, 'long');
    expect(cut).toHaveLength(256);
    expect(cut.at(-1)).toBe(102n);
  });
});

describe('the matrix of vectors', () => {
  it('finds the nearest exactly, whatever was replaced and deleted, in any dimension', () => {
    for (const dimensions of [1, 3, 7, 384]) {
      let seed = dimensions;
      const next = () => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed / 2_147_483_647 - 0.5;
      };
      const vector = () => unit(Float32Array.from({ length: dimensions }, next));
      const matrix = createVectorMatrix(dimensions);
      const all = new Map<string, Float32Array>();
      for (let at = 0; at < 200; at += 1) {
        const key = `k${at % 150}`;
        all.set(key, vector());
        matrix.set(key, all.get(key) as Float32Array);
        if (at % 3 === 0) {
          matrix.delete(`k${at % 50}`);
          all.delete(`k${at % 50}`);
        }
      }
      const query = vector();
      const expected = [...all]
        .map(([, v]) => dot(query, v))
        .sort((a, b) => b - a)
        .slice(0, 10);
      const found = matrix.nearest(query, 10);
      expect(matrix.size).toBe(all.size);
      expect(found).toHaveLength(10);
      for (const [at, { key, similarity }] of found.entries()) {
        expect(similarity).toBeCloseTo(expected[at] ?? 0, 5);
        expect(dot(query, all.get(key) as Float32Array)).toBeCloseTo(similarity, 5);
      }
    }
  });
});
