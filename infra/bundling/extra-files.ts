import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

/** What a function ships beside its bundle, and the reason. */
export interface ExtraFiles {
  readonly reason: string;
  copy(directory: string): Promise<void>;
}

/** What CPython in WebAssembly needs at run time; not its types, consoles and source maps. */
const PYODIDE_FILES = [
  'package.json',
  'pyodide.mjs',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'pyodide-lock.json',
  'python_stdlib.zip',
];
/** The languages that the analyzer reads. */
const GRAMMARS = ['python', 'javascript', 'typescript', 'tsx', 'go', 'java'];

const extras: Readonly<Record<string, ExtraFiles>> = {
  'python-exec': {
    reason: 'CPython as WebAssembly with its standard library, and the program of the sandboxed process',
    async copy(directory) {
      const package_ = dirname(require.resolve('pyodide/package.json'));
      mkdirSync(join(directory, 'pyodide'));
      for (const file of PYODIDE_FILES) copyFileSync(join(package_, file), join(directory, 'pyodide', file));
      cpSync(join(root, 'lambdas/tools/python-exec/sandbox'), join(directory, 'sandbox'), {
        recursive: true,
      });
    },
  },
  'code-analyzer': {
    reason: 'the grammars of its languages as WebAssembly',
    async copy(directory) {
      const wasm = dirname(require.resolve('@vscode/tree-sitter-wasm'));
      mkdirSync(join(directory, 'wasm'));
      // The runtime is CommonJS; the bundle around it is an ES module.
      const files = [
        'tree-sitter.js',
        'tree-sitter.wasm',
        ...GRAMMARS.map((name) => `tree-sitter-${name}.wasm`),
      ];
      for (const file of files) copyFileSync(join(wasm, file), join(directory, 'wasm', file));
      writeFileSync(join(directory, 'wasm', 'package.json'), '{"type":"commonjs"}\n');
    },
  },
  'math-calculator': {
    reason: 'the program of the sandboxed process with mathjs in it',
    async copy(directory) {
      await build({
        entryPoints: [join(root, 'lambdas/tools/math-calculator/sandbox/calculator.mjs')],
        outfile: join(directory, 'sandbox/calculator.mjs'),
        bundle: true,
        minify: true,
        // Refusals and errors are told apart by their class's name.
        keepNames: true,
        platform: 'node',
        target: 'node20',
        format: 'esm',
        legalComments: 'none',
        logLevel: 'warning',
      });
    },
  },
};

/** Packages that read a file of theirs wherever they are used. */
const filesOfPackages: Readonly<Record<string, ExtraFiles>> = {
  '@cedar-policy/cedar-wasm': {
    reason: "Cedar's policy engine as WebAssembly",
    async copy(directory) {
      const file = 'cedar_wasm_bg.wasm';
      copyFileSync(
        join(dirname(require.resolve('@cedar-policy/cedar-wasm/nodejs')), file),
        join(directory, file),
      );
    },
  },
};

/** What a function ships besides its bundle, by its name and by the packages in it; mostly nothing. */
export const extraFilesOf = (name: string, packages: ReadonlySet<string>): readonly ExtraFiles[] => [
  ...(extras[name] === undefined ? [] : [extras[name]]),
  ...Object.entries(filesOfPackages).flatMap(([part, files]) => (packages.has(part) ? [files] : [])),
];
