import { createHash } from 'node:crypto';
import { ContentCache } from './content-cache.ts';
import { analyzeModules } from './engine/analyze.ts';
import type { ModuleFrame } from './engine/ast.ts';
import { moduleNameOf } from './engine/modules.ts';
import { readGoPackages } from './go/read-packages.ts';
import { loadGrammar } from './grammars.ts';
import type { CallGraph, Language, LanguageGraph, ProjectFile, SkippedFile } from './graph/call-graph.ts';
import { readJavaPackages } from './java/read-packages.ts';
import { readScriptModule } from './javascript/read-module.ts';
import type { PackageSource } from './package-source.ts';
import { readPythonModule } from './python/read-statements.ts';
import { decodeSource, languageOf, MAX_FILE_BYTES } from './source-files.ts';

export interface AnalysisOptions {
  /** Only files of this language. */
  readonly language?: Language;
  /** Where the files lie, such as `src/shop`: their imports may begin with the folder's own name. */
  readonly folder?: string;
}

interface ReadFile {
  readonly module: ModuleFrame;
  readonly hasError: boolean;
  readonly lines: number;
}

/** Languages that can call each other are analysed together. */
const FAMILIES: Readonly<Record<Language, string>> = {
  python: 'python',
  javascript: 'script',
  typescript: 'script',
  go: 'go',
  java: 'java',
};

/**
 * Parsed files by content, kept between calls: only what changed is parsed again. Weighed in characters,
 * each of which takes about 10 bytes parsed. A project that did not fit would find nothing of itself, so
 * this holds some 600,000 lines.
 */
const parsed = new ContentCache<ReadFile>(24_000_000);
/** Whole results by the content of all files. */
const results = new ContentCache<CallGraph>(4_000_000);

/**
 * The call graph of source files in memory: functions, calls with their places, classes and imports.
 * Files that can't be read are named in `skipped`; no code is executed.
 */
export async function analyzeProject(
  files: readonly ProjectFile[],
  options: AnalysisOptions = {},
): Promise<CallGraph> {
  const keyed = files
    .map((file) => ({ file, hash: hashOf(file) }))
    .sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
  const key = createHash('sha256')
    .update([options.language ?? '', options.folder ?? '', ...keyed.map(({ hash }) => hash)].join())
    .digest('base64');
  const known = results.get(key);
  if (known) return known;
  const skipped: SkippedFile[] = [];
  const languages = new Set<Language>();
  const families = new Map<string, ModuleFrame[]>();
  const sources: PackageSource[] = [];
  let lines = 0;
  let count = 0;
  for (const { file, hash } of keyed) {
    const kind = languageOf(file.path);
    if (!kind || (options.language && kind.language !== options.language)) continue;
    const text = textOf(file, skipped);
    if (text === null) continue;
    languages.add(kind.language);
    count += 1;
    const grammar = await loadGrammar(kind.grammar);
    if (kind.language === 'go' || kind.language === 'java') {
      sources.push({ path: file.path, text, hash, grammar });
      continue;
    }
    let read = parsed.get(hash);
    if (!read) {
      read =
        kind.language === 'python'
          ? readPythonModule(grammar, file.path, moduleNameOf(file.path), text)
          : readScriptModule(grammar, file.path, text);
      parsed.set(hash, read, text.length + 200);
    }
    if (read.hasError) skipped.push({ file: file.path, reason: PARTLY });
    lines += read.lines;
    const family = FAMILIES[kind.language];
    families.set(family, [...(families.get(family) ?? []), read.module]);
  }
  for (const language of ['go', 'java'] as const) {
    const own = sources.filter((source) => source.grammar.name === language);
    if (own.length === 0) continue;
    const read = language === 'go' ? readGoPackages(own) : readJavaPackages(own);
    families.set(language, read.modules);
    lines += read.lines;
    for (const file of read.withErrors) skipped.push({ file, reason: PARTLY });
  }
  const graphs: LanguageGraph[] = [...families.values()].map((modules) =>
    analyzeModules(modules, namesOf(options.folder ?? '')),
  );
  for (const file of graphs.flatMap((each) => each.overflowed)) {
    skipped.push({ file, reason: 'nested too deeply in places; the rest of it was analysed' });
  }
  const graph: CallGraph = {
    functions: graphs.flatMap((each) => each.functions),
    calls: graphs.flatMap((each) => each.calls),
    classes: graphs.flatMap((each) => each.classes),
    imports: graphs.flatMap((each) => each.imports),
    skipped,
    languages: [...languages],
    files: count,
    lines,
  };
  results.set(key, graph, graph.calls.length * 20 + graph.functions.length * 10);
  return graph;
}

/** The dotted names a folder may have: `src.shop` and `shop` for `src/shop`. */
function namesOf(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '');
  return parts.map((_, at) => parts.slice(at).join('.'));
}

const PARTLY = 'has syntax errors; the rest of it was analysed';

function hashOf(file: ProjectFile): string {
  return createHash('sha256').update(file.path).update('\0').update(file.bytes).digest('base64');
}

function textOf(file: ProjectFile, skipped: SkippedFile[]): string | null {
  if (file.bytes.length > MAX_FILE_BYTES) {
    skipped.push({ file: file.path, reason: `larger than ${MAX_FILE_BYTES / 1_000_000} MB` });
    return null;
  }
  const text = decodeSource(file.bytes);
  if (text === null) skipped.push({ file: file.path, reason: 'not a text file' });
  return text;
}
