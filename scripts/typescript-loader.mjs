// The loader of typescript.mjs, in the thread where Node has its loaders.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const target = `node${process.versions.node}`;

/** Erases types; source maps give errors the lines and columns of the source. */
export async function load(url, context, next) {
  if (!/^file:[^?#]*\.ts(?:[?#]|$)/.test(url)) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const source = await readFile(sourcefile, 'utf8');
  const options = { loader: 'ts', format: 'esm', target, sourcemap: 'inline', sourcesContent: false };
  const { code } = await transform(source, { ...options, sourcefile });
  return { format: 'module', source: code, shortCircuit: true };
}
