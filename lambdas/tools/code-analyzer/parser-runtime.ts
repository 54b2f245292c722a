import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolFailure } from '../../shared/tools/define-tool.ts';

/** The part of web-tree-sitter's cursor that the analyzer walks with. Indices are UTF-16 code units. */
export interface SyntaxCursor {
  readonly nodeTypeId: number;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete(): void;
}

/** `0` is the address of the tree in the parser's memory. */
export interface SyntaxTreeHandle {
  readonly 0: number;
  readonly rootNode: { readonly hasError: boolean };
  walk(): SyntaxCursor;
  delete(): void;
}

/** `0` is the address of the grammar's tables. */
interface LanguageHandle {
  readonly 0: number;
  readonly types: string[];
  readonly fields: (string | null)[];
  nodeTypeIsNamed(id: number): boolean;
}

interface ParserHandle {
  setLanguage(language: LanguageHandle): unknown;
  parse(text: string | (() => string)): SyntaxTreeHandle | null;
  delete(): void;
}

/** The memory that the parser's trees are in; the views are renewed when it grows. */
export interface ParserMemory {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU16: Uint16Array;
  readonly HEAPU32: Uint32Array;
}

type Imports = Readonly<Record<string, Record<string, unknown>>>;

/** What is used here of the global object, of which the compiler's library for Node knows nothing. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (module: object, imports: Imports) => object;
}
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

interface StartOptions {
  readonly wasmBinary: Uint8Array;
  instantiateWasm(imports: Imports, receive: (instance: object, module: object) => unknown): unknown;
}

interface TreeSitterModule {
  readonly Parser: { new (): ParserHandle; init(options: StartOptions): Promise<void> };
  readonly Language: { load(bytes: Uint8Array): Promise<LanguageHandle> };
}

export interface ParserRuntime {
  readonly module: TreeSitterModule;
  readonly folder: string;
  readonly memory: ParserMemory;
  /** Parses a text, which reaches the parser faster than through its `parse(text)`. */
  parse(parser: ParserHandle, text: string): SyntaxTreeHandle | null;
}

const PACKAGE = '@vscode/tree-sitter-wasm';
/** The runtime is CommonJS; a bundle whose folder says `type: module` ships it as `.cjs`. */
const RUNTIMES = ['tree-sitter.cjs', 'tree-sitter.js'];
/** The parser's buffer holds 10 KB, of which it leaves the last unit alone. */
const UNITS_PER_READ = 5 * 1024 - 1;

/**
 * Where the WebAssembly files are: OFFICE_WASM_DIR, next to this module (how a Lambda bundle ships
 * them), then the npm package.
 */
function wasmFolder(): string {
  const configured = process.env['OFFICE_WASM_DIR'];
  const own = dirname(fileURLToPath(import.meta.url));
  for (const folder of [configured, own, join(own, 'wasm')]) {
    if (folder && existsSync(join(folder, 'tree-sitter.wasm'))) return folder;
  }
  try {
    return dirname(createRequire(import.meta.url).resolve(PACKAGE));
  } catch (cause) {
    throw new ToolFailure(
      'GrammarsMissing',
      `The syntax grammars were not found; install ${PACKAGE} or set OFFICE_WASM_DIR to the folder with its .wasm files.`,
      { cause },
    );
  }
}

function runtimeFile(folder: string): string {
  const found = RUNTIMES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found) return found;
  throw new ToolFailure(
    'GrammarsMissing',
    `The folder of the syntax grammars has none of ${RUNTIMES.join(', ')}.`,
  );
}

async function startRuntime(): Promise<ParserRuntime> {
  const folder = wasmFolder();
  const module = createRequire(import.meta.url)(runtimeFile(folder)) as TreeSitterModule;
  const wasmBinary = await readFile(join(folder, 'tree-sitter.wasm'));
  const compiled = await wasm.compile(wasmBinary);
  let text = '';
  const options: StartOptions = {
    wasmBinary,
    instantiateWasm(imports, receive) {
      // The runtime's own callback takes a text unit by unit through a switch on the type of number.
      const supply = (buffer: number, from: number, _row: number, _column: number, length: number): void => {
        const count = Math.max(0, Math.min(text.length - from, UNITS_PER_READ));
        memory.HEAPU32[length >> 2] = count;
        const units = memory.HEAPU16;
        const start = (buffer >> 1) - from;
        for (let at = from; at < from + count; at += 1) units[start + at] = text.charCodeAt(at);
      };
      for (const each of Object.values(imports)) {
        if ('tree_sitter_parse_callback' in each) each['tree_sitter_parse_callback'] = supply;
      }
      return receive(new wasm.Instance(compiled, imports), compiled);
    },
  };
  // The runtime keeps the views of its memory in the object it is started with.
  const memory = options as unknown as ParserMemory;
  await module.Parser.init(options);
  return {
    module,
    folder,
    memory,
    parse(parser, given) {
      text = given;
      try {
        return parser.parse(() => '');
      } finally {
        text = '';
      }
    },
  };
}

let runtime: Promise<ParserRuntime> | undefined;

/**
 * The parser's runtime, started once per process.
 * @throws ToolFailure GrammarsMissing
 */
export function loadRuntime(): Promise<ParserRuntime> {
  runtime ??= startRuntime();
  return runtime;
}
