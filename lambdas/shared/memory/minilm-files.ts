import { join } from 'node:path';

export const MINILM_FOLDER = 'all-minilm-l6-v2';

/** What the encoder's folder holds, with the SHA-256 of each file. */
export const MINILM_FILES = {
  'model.onnx': '9fe82eebef3ee02804292e75dd122e66f3f265538b5f1227d1f23a72fb3f19e1',
  'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
  'tokenizer_config.json': 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
  'ort.wasm.bundle.min.mjs': '11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90',
  'ort-wasm-simd-threaded.wasm': '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
} as const;

/** `OFFICE_ENCODER_DIR`, e.g. a Lambda layer's `/opt/encoder`, else the office's data directory. */
export function minilmFolder(environment: NodeJS.ProcessEnv): string {
  const given = environment['OFFICE_ENCODER_DIR'];
  if (given !== undefined && given !== '') return given;
  return join(environment['OFFICE_DATA_DIR'] || '.office', 'models', MINILM_FOLDER);
}
