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

/**
 * `z` is an object with all of zod in it, which no tree-shaking can take apart; the same names imported as a namespace
 * can be.
 */
const zodByName: Plugin = {
  name: 'zod-by-name',
  setup(builder) {
    builder.onLoad({ filter: /[\\/](lambdas|schemas)[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';");
      return contents === source ? undefined : { contents, loader: 'ts' };
    });
  },
};

/**
 * The office asks OpenAI's protocol for chats, embeddings and the list of models, and reads the answers itself; the client
 * carries every other API, and helpers that run tools and gather streams.
 */
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
    builder.onLoad({ filter: /[\\/]openai[\\/]lib[\\/](ChatCompletion\w*|parser)\.mjs$/ }, ({ path }) => {
      const exported = readFileSync(path, 'utf8').matchAll(/^export (class|function) (\w+)/gm);
      const contents = [...exported].map(([, kind, name]) =>
        kind === 'class' ? `export class ${name} {}` : `export function ${name}() {}`,
      );
      return { contents: contents.join('\n'), loader: 'js' };
    });
  },
};

/**
 * The schemas of an AWS client's operations name their traits by computed keys, which might do anything, so that
 * esbuild keeps every operation. With the names themselves it keeps those that are used.
 */
const awsOperations: Plugin = {
  name: 'aws-operations',
  setup(builder) {
    builder.onLoad(
      { filter: /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ },
      ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const names = new Map(
          [...source.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name = '', text = '']) => [name, text]),
        );
        const contents = source.replace(/\[(_\w+)\]:/g, (key, name: string) =>
          names.has(name) ? `${names.get(name)}:` : key,
        );
        return { contents, loader: 'js' };
      },
    );
  },
};

/**
 * Powertools adds itself to the application's id, which AWS shortens to 50 characters: then CloudTrail would not show
 * the whole name of the function any more, and the SDK warns about it at each cold start.
 */
const functionsName: Plugin = {
  name: 'functions-name',
  setup(builder) {
    builder.onLoad(
      { filter: /[\\/]@aws-lambda-powertools[\\/]commons[\\/]lib[\\/]esm[\\/]index\.js$/ },
      ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const contents = source.replace(/^if \(!process\.env\.AWS_SDK_UA_APP_ID[\s\S]*?^\}$/m, '');
        if (contents === source) throw new Error(`${path} has changed: see "functions-name".`);
        return { contents, loader: 'js' };
      },
    );
  },
};

const ofXRay = (importer: string): boolean => /[\\/]aws-xray-sdk-core[\\/]/.test(importer);

/** Of X-Ray's SDK: what Lambda does itself, what its version 2 of the AWS SDK needed, and an older way to a context. */
const tracing: readonly Plugin[] = [
  // Lambda decides which invocations are traced, and says on which machine.
  replacement('no-sampling', /\/sampling\/(default|local)_sampler$/, 'module.exports = {};', ofXRay),
  replacement('no-machines', /\/plugins\/\w+_plugin$/, 'module.exports = {};', ofXRay),
  replacement('no-sdk-2', /\/patchers\/aws_p$/, 'module.exports = {};', ofXRay),
  // The context of an invocation by Node's own means. What is set outside of every run is that of the process: Lambda
  // initializes the SDK in another asynchronous context than it invokes the handler in.
  replacement(
    'node-context',
    /^cls-hooked\/context$/,
    `const { AsyncLocalStorage } = require('node:async_hooks');
const namespaces = new Map();
class Namespace {
  storage = new AsyncLocalStorage();
  outer = {};
  get current() { return this.storage.getStore() ?? this.outer; }
  createContext() { return Object.create(this.current); }
  enter(context) { this.outer = context; }
  get(key) { return this.current[key]; }
  set(key, value) { this.current[key] = value; return value; }
  run(work) { const context = this.createContext(); this.storage.run(context, work, context); return context; }
}
exports.getNamespace = (name) => namespaces.get(name);
exports.createNamespace = (name) => { namespaces.set(name, new Namespace()); return namespaces.get(name); };
exports.destroyNamespace = (name) => namespaces.delete(name);`,
    ofXRay,
  ),
];

/**
 * What a function in Lambda never reaches of the packages it uses. Each entry says what is lost and why that is
 * right; together they are two fifths of the bundles.
 */
export const slimming: readonly Plugin[] = [
  openAiParts,
  // 0.1 MB of every function.
  zodByName,
  // 0.06 MB of every function that keeps files, more with every further client.
  awsOperations,
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
  // How Bedrock would find a bearer token in files and by signing in, 0.04 MB; a function has its role.
  replacement(
    'no-bearer-tokens',
    /^@aws-sdk\/token-providers$/,
    'export const nodeProvider = () => async () => { throw new Error("A function signs with its role."); }; export const fromEnvSigningName = nodeProvider;',
    (importer) => /[\\/]@aws-sdk[\\/]client-/.test(importer),
  ),
  ...tracing,
  functionsName,
  // Reads the user agents of browsers.
  replacement('no-browser', /^bowser$/, 'export default {};'),
];
