import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { roles, toolFunctions } from '../functions.ts';
import { extraFilesOf } from './extra-files.ts';
import { offlinePartsOf } from './offline-parts.ts';
import { slimming } from './slimming.ts';

export const bundleRoot = fileURLToPath(new URL('../../dist/functions/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Size limits of a role, in bytes: what a cold start has to load, and what it has to unzip. */
export const MAX_MINIFIED = 1_500_000;
export const MAX_COMPRESSED = 400_000;

export interface Bundle {
  readonly name: string;
  readonly directory: string;
  /** Bytes of all JavaScript that esbuild wrote: the entry and the chunks that are loaded on demand. */
  readonly minified: number;
  /** The part of it that every cold start loads: the entry and what it imports statically. */
  readonly atStart: number;
  /** Bytes of the same files after gzip, one by one. */
  readonly compressed: number;
  /** Why the function ships more than its bundle, such as a WebAssembly runtime. */
  readonly extra: readonly string[];
  /** Kilobytes by package or folder, largest first: where the bytes are. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

/** Everything that becomes a Lambda function: its name is its folder's. */
export const bundleSources = [...Object.values(roles), ...Object.values(toolFunctions)].map((spec) => ({
  name: basename(spec.folder),
  entry: join(root, spec.folder, 'handler.ts'),
}));

/** CommonJS packages inside an ES module expect `require` and their file's place; all files of a bundle are in one. */
const BANNER = [
  "import{createRequire as officeRequire}from'node:module'",
  'const require=officeRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join(';');

/**
 * One function's bundle: ESM, minified, tree-shaken, with source maps, dynamic imports in chunks of their own; runs
 * on Node 20 and newer.
 */
export async function bundleFunction(name: string, entry: string): Promise<Bundle> {
  const directory = join(bundleRoot, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { metafile } = await build({
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    splitting: true,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    treeShaking: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    banner: { js: BANNER },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: root,
    plugins: [...slimming, ...offlinePartsOf(name)],
  });
  dropUnreachable(metafile);
  const sizes = sizesOf(metafile);
  const extra = extraFilesOf(name, new Set(sizes.parts.map(([part]) => part)));
  for (const { copy } of extra) await copy(directory);
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n');
  return { name, directory, ...sizes, extra: extra.map(({ reason }) => reason) };
}

/** The outputs that the entry reaches: by static imports alone, or by dynamic ones too. */
function reachable(metafile: Metafile, kinds: readonly string[]): string[] {
  const found = new Set<string>();
  const follow = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { kind, path: next, external } of metafile.outputs[path]?.imports ?? []) {
      if (!external && kinds.includes(kind)) follow(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint?.endsWith('handler.ts')) follow(path);
  }
  return [...found];
}

/** esbuild makes a chunk of every `import()`, also of those in code that it then leaves out. */
function dropUnreachable(metafile: Metafile): void {
  const kept = new Set(reachable(metafile, ['import-statement', 'dynamic-import']));
  for (const path of Object.keys(metafile.outputs)) {
    if (!kept.has(path.replace(/\.map$/, ''))) rmSync(join(root, path));
  }
}

function sizesOf(metafile: Metafile): Pick<Bundle, 'minified' | 'atStart' | 'compressed' | 'parts'> {
  const paths = reachable(metafile, ['import-statement', 'dynamic-import']);
  const parts = new Map<string, number>();
  for (const path of paths) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
      const name =
        /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input.split('/').slice(0, 3).join('/');
      if (bytesInOutput > 0) parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  }
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const bytes = (path: string): number => metafile.outputs[path]?.bytes ?? 0;
  return {
    minified: sum(paths.map(bytes)),
    atStart: sum(reachable(metafile, ['import-statement']).map(bytes)),
    compressed: sum(paths.map((path) => gzipSync(readFileSync(join(root, path))).length)),
    parts: [...parts].sort((a, b) => b[1] - a[1]),
  };
}

/** All bundles. Folders of functions that are no more are removed. */
export async function bundleAll(): Promise<Bundle[]> {
  mkdirSync(bundleRoot, { recursive: true });
  const names = new Set(bundleSources.map(({ name }) => name));
  for (const folder of readdirSync(bundleRoot)) {
    if (!names.has(folder)) rmSync(join(bundleRoot, folder), { recursive: true, force: true });
  }
  return Promise.all(bundleSources.map(({ name, entry }) => bundleFunction(name, entry)));
}

/** Functions above the limits, as lines for a person. A function with a runtime beside its bundle is exempt. */
export function oversized(bundles: readonly Bundle[]): string[] {
  return bundles
    .filter(({ extra }) => extra.length === 0)
    .filter(({ minified, compressed }) => minified > MAX_MINIFIED || compressed > MAX_COMPRESSED)
    .map(
      ({ name, minified, compressed, parts }) =>
        `${name}: ${minified} bytes minified, ${compressed} compressed; largest: ${parts
          .slice(0, 5)
          .map(([part, bytes]) => `${part} ${Math.round(bytes / 1000)} kB`)
          .join(', ')}`,
    );
}
