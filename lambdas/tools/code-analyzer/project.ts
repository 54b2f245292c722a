import { createHash } from 'node:crypto';
import { ContentCache } from './content-cache.ts';
import { loadGrammar } from './grammars.ts';
import type { CallGraph, Language, LanguageGraph, ProjectFile, SkippedFile } from './graph/call-graph.ts';
import { analyzeModules } from './engine/analyze.ts';
import type { ModuleFrame } from './engine/ast.ts';
import { moduleNameOf } from './engine/modules.ts';
import { readPythonModule } from './python/read-statements.ts';
import { decodeSource, languageOf, MAX_FILE_BYTES } from './source-files.ts';

export interface AnalysisOptions {
  /** Only files of this language. */
  readonly language?: Language;
}

interface ReadFile<Module> {
  readonly module: Module;
  readonly hasError: boolean;
  readonly lines: number;
}

/** Parsed files by content, kept between calls: only what changed is parsed again. */
const parsed = new ContentCache<ReadFile<ModuleFrame>>(12_000_000);
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
    .map((file) => ({
      file,
      hash: createHash('sha256').update(file.path).update('\0').update(file.bytes).digest('base64'),
    }))
    .sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
  const whole = createHash('sha256').update(options.language ?? '');
  for (const { hash } of keyed) whole.update(hash);
  const key = whole.digest('base64');
  const known = results.get(key);
  if (known) return known;
  const skipped: SkippedFile[] = [];
  const languages = new Set<Language>();
  const modules: ModuleFrame[] = [];
  let lines = 0;
  let count = 0;
  for (const { file, hash } of keyed) {
    const kind = languageOf(file.path);
    if (!kind || (options.language && kind.language !== options.language)) continue;
    if (file.bytes.length > MAX_FILE_BYTES) {
      skipped.push({ file: file.path, reason: `larger than ${MAX_FILE_BYTES / 1_000_000} MB` });
      continue;
    }
    if (kind.language !== 'python') continue;
    let read = parsed.get(hash);
    if (!read) {
      const text = decodeSource(file.bytes);
      if (text === null) {
        skipped.push({ file: file.path, reason: 'not a text file' });
        continue;
      }
      const grammar = await loadGrammar(kind.grammar);
      read = readPythonModule(grammar, file.path, moduleNameOf(file.path), text);
      parsed.set(hash, read, text.length + 200);
    }
    if (read.hasError)
      skipped.push({ file: file.path, reason: 'has syntax errors; the rest of it was analysed' });
    languages.add(kind.language);
    modules.push(read.module);
    lines += read.lines;
    count += 1;
  }
  const graphs: LanguageGraph[] = [];
  if (modules.length > 0) graphs.push(analyzeModules(modules));
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
