import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tokenizer } from '@huggingface/tokenizers';
import { describeError } from '../errors.ts';
import { type Encoder, EncoderError, unit } from './encoder.ts';
import { MINILM_FILES } from './minilm-files.ts';

/** The version counts changes of the graph or of the texts' preparation. */
const NAME = 'all-minilm-l6-v2@1';
const DIMENSIONS = 384;
/** The model was trained on up to 256 tokens. */
const MAX_TOKENS = 256;
const END = 102n;

interface OrtTensor {
  readonly data: Float32Array;
}
/** The part of onnxruntime-web's interface that is used. */
interface OnnxRuntime {
  readonly env: { wasm: { numThreads: number; wasmBinary: Uint8Array } };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
    ): Promise<{ run(feeds: Record<string, object>): Promise<Record<string, OrtTensor>> }>;
  };
}
interface Loaded {
  readonly ort: OnnxRuntime;
  readonly session: Awaited<ReturnType<OnnxRuntime['InferenceSession']['create']>>;
  readonly tokenizer: Tokenizer;
}

/** True when `npm run encoder` has put every file into the folder. */
export const minilmIsThere = (folder: string): boolean =>
  Object.keys(MINILM_FILES).every((name) => existsSync(join(folder, name)));

async function pinned(folder: string, name: keyof typeof MINILM_FILES): Promise<Buffer> {
  const bytes = await readFile(join(folder, name));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== MINILM_FILES[name])
    throw new EncoderError(
      `${name} of the local encoder is damaged (SHA-256 ${found.slice(0, 12)}…, expected ${MINILM_FILES[name].slice(0, 12)}…); run "npm run encoder" again.`,
    );
  return bytes;
}

async function load(folder: string): Promise<Loaded> {
  const [model, tokenizerFile, config, wasm] = await Promise.all([
    pinned(folder, 'model.onnx'),
    pinned(folder, 'tokenizer.json'),
    pinned(folder, 'tokenizer_config.json'),
    pinned(folder, 'ort-wasm-simd-threaded.wasm'),
    // Imported below as code: checked first.
    pinned(folder, 'ort.wasm.bundle.min.mjs'),
  ]);
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const tokenizer = new Tokenizer(
    JSON.parse(tokenizerFile.toString('utf8')),
    JSON.parse(config.toString('utf8')),
  );
  const runtime = pathToFileURL(resolve(folder, 'ort.wasm.bundle.min.mjs')).href;
  const ort = (await import(runtime)) as OnnxRuntime;
  ort.env.wasm.wasmBinary = wasm;
  // More threads than one need workers, which outlive their use.
  ort.env.wasm.numThreads = 1;
  return { ort, session: await ort.InferenceSession.create(model), tokenizer };
}

/** WordPiece ids with [CLS] and [SEP]; longer texts are cut and closed again. */
export function tokenIds(tokenizer: Pick<Tokenizer, 'encode'>, text: string): bigint[] {
  const ids = tokenizer.encode(text).ids.map(BigInt);
  return ids.length <= MAX_TOKENS ? ids : [...ids.slice(0, MAX_TOKENS - 1), END];
}

/**
 * all-MiniLM-L6-v2 in this process: WordPiece, a BERT encoder in ONNX Runtime's WebAssembly, the mean over the tokens,
 * at length one. Loaded at the first use.
 * @throws EncoderError when a file is not the one that is pinned, or can't be loaded
 */
export function createMinilmEncoder(folder: string): Encoder {
  let loading: Promise<Loaded> | undefined;
  function loaded(): Promise<Loaded> {
    loading ??= load(folder).catch((error: unknown) => {
      loading = undefined;
      if (error instanceof EncoderError) throw error;
      throw new EncoderError(
        `The local encoder in ${folder} can't be loaded (${describeError(error)}); run "npm run encoder" again.`,
        { cause: error },
      );
    });
    return loading;
  }

  async function encodeOne({ ort, session, tokenizer }: Loaded, text: string): Promise<Float32Array> {
    const ids = tokenIds(tokenizer, text);
    const tensor = (data: BigInt64Array) => new ort.Tensor('int64', data, [1, ids.length]);
    const output = await session.run({
      input_ids: tensor(BigInt64Array.from(ids)),
      attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
      position_ids: tensor(BigInt64Array.from(ids, (_, at) => BigInt(at))),
    });
    const mean = output['mean']?.data;
    if (mean?.length !== DIMENSIONS) throw new EncoderError('The local encoder answered no vector.');
    return unit(Float32Array.from(mean));
  }

  return {
    async encode(texts) {
      const parts = await loaded();
      const vectors: Float32Array[] = [];
      // One after the other: a session runs one input at a time.
      for (const text of texts) vectors.push(await encodeOne(parts, text));
      return { encoder: NAME, vectors };
    },
  };
}
