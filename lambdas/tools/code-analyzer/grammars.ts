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

interface SyntaxTreeHandle {
  readonly rootNode: { readonly hasError: boolean };
  walk(): SyntaxCursor;
  delete(): void;
}

interface LanguageHandle {
  readonly types: string[];
  readonly fields: (string | null)[];
  nodeTypeIsNamed(id: number): boolean;
}

interface ParserHandle {
  setLanguage(language: LanguageHandle): unknown;
  parse(text: string): SyntaxTreeHandle | null;
  delete(): void;
}

interface TreeSitterModule {
  readonly Parser: { new (): ParserHandle; init(options: { wasmBinary: Uint8Array }): Promise<void> };
  readonly Language: { load(bytes: Uint8Array): Promise<LanguageHandle> };
}

export type GrammarName = 'python' | 'javascript' | 'typescript' | 'tsx' | 'go' | 'java';

/** A ready parser with the grammar's numbering of node types and fields. */
export interface Grammar {
  readonly name: GrammarName;
  readonly types: readonly string[];
  readonly fields: readonly (string | null)[];
  /** By type: whether nodes of it are named, that is, more than a token of the text. */
  readonly named: readonly boolean[];
  parse(text: string): SyntaxTreeHandle | null;
}

const PACKAGE = '@vscode/tree-sitter-wasm';
/** The runtime is CommonJS; a bundle whose folder says `type: module` ships it as `.cjs`. */
const RUNTIMES = ['tree-sitter.cjs', 'tree-sitter.js'];

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

let runtime: Promise<{ module: TreeSitterModule; folder: string }> | undefined;
const grammars = new Map<GrammarName, Promise<Grammar>>();

function loadRuntime(): Promise<{ module: TreeSitterModule; folder: string }> {
  runtime ??= (async () => {
    const folder = wasmFolder();
    const module = createRequire(import.meta.url)(runtimeFile(folder)) as TreeSitterModule;
    await module.Parser.init({ wasmBinary: await readFile(join(folder, 'tree-sitter.wasm')) });
    return { module, folder };
  })();
  return runtime;
}

async function loadGrammarOnce(name: GrammarName): Promise<Grammar> {
  const { module, folder } = await loadRuntime();
  const language = await module.Language.load(await readFile(join(folder, `tree-sitter-${name}.wasm`)));
  const parser = new module.Parser();
  parser.setLanguage(language);
  const { types, fields } = language;
  const named = types.map((_, id) => language.nodeTypeIsNamed(id));
  return { name, types, fields, named, parse: (text) => parser.parse(text) };
}

/**
 * The grammar of a language, loaded once per process.
 * @throws ToolFailure GrammarsMissing
 */
export function loadGrammar(name: GrammarName): Promise<Grammar> {
  let grammar = grammars.get(name);
  if (!grammar) {
    grammar = loadGrammarOnce(name);
    grammars.set(name, grammar);
  }
  return grammar;
}
