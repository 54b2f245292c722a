import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRuntime, type ParserMemory, type SyntaxTreeHandle } from './parser-runtime.ts';
import { SAMPLES } from './samples.ts';
import type { SyntaxNode } from './syntax-node.ts';
import { type CopiedTree, copyTree } from './syntax-tree.ts';
import { ProductionTable, readTree } from './tree-memory.ts';

export type GrammarName = 'python' | 'javascript' | 'typescript' | 'tsx' | 'go' | 'java';

/** A grammar's numbering of node types and fields. */
export interface Numbering {
  readonly types: readonly string[];
  readonly fields: readonly (string | null)[];
  /** By type: whether nodes of it are named, that is, more than a token of the text. */
  readonly named: readonly boolean[];
}

/** A ready parser. */
export interface Grammar extends Numbering {
  readonly name: GrammarName;
  parse(text: string): SyntaxTreeHandle | null;
  /** Copies a tree, the fastest way that is known to be right. */
  copy(tree: SyntaxTreeHandle): CopiedTree;
  /** Whether that is out of the parser's memory, without its cursor. */
  readonly copiesMemory: boolean;
}

const grammars = new Map<GrammarName, Promise<Grammar>>();

async function loadGrammarOnce(name: GrammarName): Promise<Grammar> {
  const runtime = await loadRuntime();
  const { module, folder, memory } = runtime;
  const language = await module.Language.load(await readFile(join(folder, `tree-sitter-${name}.wasm`)));
  const parser = new module.Parser();
  parser.setLanguage(language);
  const { types, fields } = language;
  const numbering = { types, fields, named: types.map((_, id) => language.nodeTypeIsNamed(id)) };
  const parse = (text: string): SyntaxTreeHandle | null => runtime.parse(parser, text);
  const throughCursor = (tree: SyntaxTreeHandle): CopiedTree => copyTree(numbering, tree);
  const sample = parse(SAMPLES[name]);
  const fromMemory = sample ? memoryReader(memory, language[0], numbering, sample) : null;
  sample?.delete();
  return {
    name,
    ...numbering,
    parse,
    copy: fromMemory ?? throughCursor,
    copiesMemory: fromMemory !== null,
  };
}

/** Reads trees in place, if it gives of the sample what its cursor does: another parser may keep them otherwise. */
function memoryReader(
  memory: ParserMemory,
  language: number,
  numbering: Numbering,
  sample: SyntaxTreeHandle,
): ((tree: SyntaxTreeHandle) => CopiedTree) | null {
  try {
    const table = new ProductionTable(memory, language, numbering.types.length);
    const read = (tree: SyntaxTreeHandle): CopiedTree => readTree(memory, numbering, table, tree[0]);
    const found = read(sample);
    const expected = copyTree(numbering, sample);
    return found.hasError === expected.hasError && spell(found.root) === spell(expected.root) ? read : null;
  } catch {
    // What was read made no sense as a tree: the cursor it is.
    return null;
  }
}

function spell({ type, field, start, end, children }: SyntaxNode): string {
  return `${field}:${type} ${start}-${end}(${children.map(spell).join()})`;
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
