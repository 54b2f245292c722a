import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Replaces a module by source text that is resolved as if it stood in the repository's root. */
const replacement = (
  name: string,
  filter: RegExp,
  contents: string,
  applies: (importer: string) => boolean = () => true,
): Plugin => ({
  name,
  setup(builder) {
    builder.onResolve({ filter }, ({ importer, namespace }) =>
      namespace !== name && applies(importer)
        ? { path: name, namespace: name, sideEffects: false }
        : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: name }, () => ({ contents, resolveDir: root }));
  },
});

/** CommonJS modules that esbuild would otherwise keep for side effects, of which they have none. */
const leftOutWhenUnused = (filter: RegExp): Plugin => ({
  name: 'left-out-when-unused',
  setup(builder) {
    const require = createRequire(import.meta.url);
    builder.onResolve({ filter }, ({ path }) => ({ path: require.resolve(path), sideEffects: false }));
  },
});

/** The office asks OpenAI's protocol for chats, embeddings and the list of models; the client carries every other API. */
const openAiParts: Plugin = {
  name: 'openai-parts',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]openai[\\/]resources[\\/].*\.m?js$/ }, ({ path }) => {
      const part = path.split(/[\\/]openai[\\/]resources[\\/]/).at(-1) ?? '';
      if (/^(chat|models|embeddings|shared|index)\b|index\.m?js$/.test(part)) return undefined;
      const classes = readFileSync(path, 'utf8').matchAll(/^export class (\w+)/gm);
      const contents = [...classes].map(([, name]) => `export class ${name} {}`).join('\n');
      return { contents, loader: 'js' };
    });
  },
};

/**
 * What a function in Lambda never reaches of the packages it uses. Each entry says what is lost and why that is
 * right; together they are two fifths of the bundles.
 */
export const slimming: readonly Plugin[] = [
  openAiParts,
  // Zod's messages in some fifty languages, 0.27 MB; the office speaks English.
  replacement(
    'english-only',
    /\/locales\/index\.js$/,
    "export { default as en } from 'zod/v4/locales/en.js';",
    (importer) => /[\\/]zod[\\/]/.test(importer),
  ),
  // Sign-in, shared files, instance metadata, 0.15 MB; Lambda puts a role's credentials into the environment.
  replacement(
    'lambda-credentials',
    /^@aws-sdk\/credential-provider-node$/,
    "import { fromEnv } from '@aws-sdk/credential-provider-env'; export const defaultProvider = () => fromEnv();",
  ),
  // Caches, mocks and WebSockets of undici, 0.3 MB; the office uses its agent behind the SSRF guard.
  replacement(
    'undici-agent',
    /^undici$/,
    `import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import api from 'undici/lib/api/index.js';
Object.assign(Dispatcher.prototype, api);
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as buildConnector } from 'undici/lib/core/connect.js';
export { default as errors } from 'undici/lib/core/errors.js';
import implementation from 'undici/lib/web/fetch/index.js';
export const fetch = (input, init) => implementation.fetch(input, init);`,
  ),
  leftOutWhenUnused(/^undici\/lib\//),
  // Its HTTP parser for processors without SIMD, 0.07 MB; Lambda's arm64 and x86_64 have it.
  replacement('simd-parser', /\/llhttp-wasm(\.js)?$/, "throw new Error('WebAssembly has no SIMD here.');"),
  // Reads the user agents of browsers.
  replacement('no-browser', /^bowser$/, 'export default {};'),
];
