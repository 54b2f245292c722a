import { ContentCache } from './content-cache.ts';
import type { Expression, ModuleFrame } from './engine/ast.ts';
import { newModule, Scope } from './engine/scope.ts';
import { ScopedReader } from './engine/scoped-reader.ts';
import type { Language } from './graph/call-graph.ts';
import { LineIndex } from './line-index.ts';
import type { PackageSource } from './package-source.ts';
import type { SyntaxNode } from './syntax-node.ts';
import { parseSyntax } from './syntax-tree.ts';

/** A file of a package with its place in the package's numbering. */
export interface PackageFile {
  readonly source: PackageSource;
  readonly base: number;
  readonly lines: LineIndex;
  readonly root: SyntaxNode;
  readonly hasError: boolean;
}

/** Parses the files of one package and numbers their nodes one after another. */
function openPackage(
  language: Language,
  qualified: string,
  sources: readonly PackageSource[],
): { module: ModuleFrame; files: PackageFile[] } {
  const files: PackageFile[] = [];
  let base = 0;
  for (const source of sources) {
    const { root, hasError } = parseSyntax(source.grammar, source.text);
    files.push({ source, base, lines: new LineIndex(source.text), root, hasError });
    base += source.text.length + 1;
  }
  const module = newModule(language, qualified, false, (offset) => {
    let found = files[0];
    for (const file of files) if (file.base <= offset) found = file;
    if (!found) return { file: '', line: 1 };
    return { file: found.source.path, line: found.lines.lineOf(offset - found.base) };
  });
  return { module, files };
}

/** What is known of a package whose files have not changed. */
export interface ReadPackage<Extra> {
  readonly module: ModuleFrame;
  readonly lines: number;
  readonly withErrors: readonly string[];
  readonly extra: Extra;
}

/** Weighed in characters, like the cache of parsed files. */
const CACHED_CHARACTERS = 12_000_000;

/**
 * Reads packages, each again only when one of its files has changed. `context` is what reading it depends on
 * besides its files.
 */
export class PackageCache<Extra> {
  private readonly known = new ContentCache<ReadPackage<Extra>>(CACHED_CHARACTERS);

  read(
    context: string,
    language: Language,
    qualified: string,
    sources: readonly PackageSource[],
    read: (
      module: ModuleFrame,
      files: readonly PackageFile[],
    ) => { extra: Extra; truncated: ReadonlySet<string> },
  ): ReadPackage<Extra> {
    const key = [qualified, context, ...sources.map((source) => source.hash)].join('\n');
    const known = this.known.get(key);
    if (known) return known;
    const { module, files } = openPackage(language, qualified, sources);
    const { extra, truncated } = read(module, files);
    const result = {
      module,
      lines: files.reduce((sum, file) => sum + file.lines.count, 0),
      withErrors: files.flatMap(({ source, hasError }) =>
        hasError || truncated.has(source.path) ? [source.path] : [],
      ),
      extra,
    };
    const weight = sources.reduce((sum, source) => sum + source.text.length + 200, 0);
    this.known.set(key, result, weight);
    return result;
  }
}

/** A reader that goes from file to file of one package. */
export abstract class PackageReader extends ScopedReader {
  constructor(module: ModuleFrame) {
    super('', new Scope(module, null));
  }

  /** Files that are nested too deeply to be read whole. */
  readonly truncatedFiles = new Set<string>();

  protected inFile<T>(file: PackageFile, read: () => T): T {
    const { text, base } = this;
    this.text = file.source.text;
    this.base = file.base;
    const result = read();
    if (this.truncated) this.truncatedFiles.add(file.source.path);
    this.truncated = false;
    this.text = text;
    this.base = base;
    return result;
  }

  protected constantOf(node: SyntaxNode): Expression {
    const at = this.at(node);
    const text = this.slice(node);
    if (/^["`]/.test(text)) return { k: 'constant', at, type: 'str', value: text.slice(1, -1).slice(0, 200) };
    const value = Number(text.replace(/[lL_]/g, ''));
    return { k: 'constant', at, type: 'int', value: Number.isSafeInteger(value) ? value : null };
  }
}
