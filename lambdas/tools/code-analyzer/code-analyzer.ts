import { type Tool, ToolFailure, type ToolResult, type ToolRun } from '../../shared/tools/define-tool.ts';
import type { Workspace } from '../../shared/tools/workspace.ts';
import { answerCallGraph, answerCallPath, answerOutline } from './answers.ts';
import {
  type CodeAnalyzerInputs,
  codeAnalyzerDeclaration,
  type codeAnalyzerInputsSchema,
  type codeAnalyzerOutputSchema,
} from './declaration.ts';
import type { CallGraph, ProjectFile, SkippedFile } from './graph/call-graph.ts';
import { analyzeProject } from './project.ts';
import { isForeign, languageOf, MAX_FILE_BYTES } from './source-files.ts';

/** More files than this are more than one call can read in its time. */
const MAX_FILES = 20_000;
/** About a million lines, whose analysis takes the 2 GB a call has. */
const MAX_TOTAL_BYTES = 40_000_000;
const PARALLEL_READS = 16;

export interface CodeAnalyzerDeps {
  /** The files of the task a run belongs to. */
  workspaceFor(run: ToolRun): Workspace;
}

/**
 * The code analyzer: call paths, call graphs and outlines of source folders.
 * Fails as FolderNotFound, NoSourceFiles, UnknownFunction or TooManyFiles.
 */
export function createCodeAnalyzer(
  deps: CodeAnalyzerDeps,
): Tool<typeof codeAnalyzerInputsSchema, typeof codeAnalyzerOutputSchema> {
  return {
    declaration: codeAnalyzerDeclaration,
    async run(inputs, run): Promise<ToolResult<ReturnType<typeof answer>>> {
      const folder = normalizeFolder(inputs.folder);
      const { files, skipped } = await readSources(deps.workspaceFor(run), folder, inputs, run.signal);
      const graph = await analyzeProject(files, {
        ...(inputs.language ? { language: inputs.language } : {}),
        ...(languageOf(folder) === null ? { folder } : {}),
      });
      const placed = placeIn(folder, { ...graph, skipped: [...skipped, ...graph.skipped] });
      return { output: answer(placed, inputs, baseOf(folder)) };
    },
  };
}

function answer(graph: CallGraph, inputs: CodeAnalyzerInputs, base: string) {
  if (inputs.operation === 'call_graph') return answerCallGraph(graph, inputs);
  if (inputs.operation === 'outline') return answerOutline(graph, inputs);
  return answerCallPath(graph, inputs, base);
}

/** `./src`, `src/`, `/workspace/src` and `.` as people write them; '' is the whole workspace. */
function normalizeFolder(folder: string): string {
  const parts = folder
    .replaceAll('\\', '/')
    .replace(/^\/?workspace(\/|$)/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  for (let up = parts.indexOf('..'); up > 0; up = parts.indexOf('..')) parts.splice(up - 1, 2);
  if (parts.includes('..')) {
    throw new ToolFailure(
      'FolderNotFound',
      `The folder "${folder}" is outside the workspace; name a folder inside it.`,
    );
  }
  return parts.join('/');
}

async function readSources(
  workspace: Workspace,
  folder: string,
  inputs: CodeAnalyzerInputs,
  signal: AbortSignal,
): Promise<{ files: ProjectFile[]; skipped: SkippedFile[] }> {
  const listed = await workspace.list(folder);
  const prefix = folder === '' ? '' : `${folder}/`;
  const single = folder !== '' && languageOf(folder) ? await workspace.stat(folder) : null;
  const entries = single ? [single] : listed.filter((entry) => entry.path.startsWith(prefix));
  if (entries.length === 0) throw await folderNotFound(workspace, folder);
  const sources = entries.filter(
    (entry) => languageOf(entry.path) !== null && !isForeign(entry.path.slice(prefix.length)),
  );
  const wanted = sources.filter(
    (entry) => !inputs.language || languageOf(entry.path)?.language === inputs.language,
  );
  if (wanted.length === 0) throw noSources(folder, entries, inputs);
  if (wanted.length > MAX_FILES) {
    throw new ToolFailure(
      'TooManyFiles',
      `The folder has ${wanted.length} source files, more than ${MAX_FILES}; name a smaller folder.`,
    );
  }
  const skipped: SkippedFile[] = [];
  const files: ProjectFile[] = [];
  let total = 0;
  const readable = wanted.filter((entry) => {
    const fits = entry.size <= MAX_FILE_BYTES && total + entry.size <= MAX_TOTAL_BYTES;
    if (fits) total += entry.size;
    else
      skipped.push({
        file: entry.path.slice(single ? 0 : prefix.length),
        reason:
          entry.size > MAX_FILE_BYTES
            ? `too large (${entry.size} bytes)`
            : `left out: more than ${MAX_TOTAL_BYTES / 1_000_000} MB of sources; name a smaller folder`,
      });
    return fits;
  });
  for (let from = 0; from < readable.length; from += PARALLEL_READS) {
    signal.throwIfAborted();
    const batch = readable.slice(from, from + PARALLEL_READS);
    const read = await Promise.all(
      batch.map(async (entry) => ({ entry, bytes: (await workspace.read(entry.path)).bytes })),
    );
    for (const { entry, bytes } of read) {
      files.push({
        path: single ? (entry.path.split('/').at(-1) ?? entry.path) : entry.path.slice(prefix.length),
        bytes,
      });
    }
  }
  return { files, skipped };
}

async function folderNotFound(workspace: Workspace, folder: string): Promise<ToolFailure> {
  const all = await workspace.list('');
  const folders = [
    ...new Set(all.map((entry) => entry.path.split('/')[0] ?? '').filter((name) => name !== '')),
  ];
  const shown = folders.slice(0, 12).join(', ');
  return new ToolFailure(
    'FolderNotFound',
    all.length === 0
      ? 'The workspace is empty; upload the source files with the task.'
      : `There is no folder "${folder}" in the workspace; it has: ${shown}.`,
  );
}

function noSources(
  folder: string,
  entries: readonly { path: string }[],
  inputs: CodeAnalyzerInputs,
): ToolFailure {
  const extensions = [...new Set(entries.map((entry) => /\.\w+$/.exec(entry.path)?.[0] ?? '(none)'))].slice(
    0,
    8,
  );
  const language = inputs.language ? `${inputs.language} ` : '';
  return new ToolFailure(
    'NoSourceFiles',
    `The folder "${folder || '.'}" has no ${language}source files (found: ${extensions.join(', ')}); supported are Python, JavaScript, TypeScript, Go and Java.`,
  );
}

/** What the paths of an analysis start from: the folder, or the one around a single file. */
function baseOf(folder: string): string {
  return languageOf(folder) === null ? folder : folder.split('/').slice(0, -1).join('/');
}

/** Files named from the workspace's root instead of from the analysed folder. */
function placeIn(folder: string, graph: CallGraph): CallGraph {
  const base = baseOf(folder);
  if (base === '') return graph;
  const place = <T extends { file: string }>(item: T): T => ({ ...item, file: `${base}/${item.file}` });
  return {
    ...graph,
    functions: graph.functions.map(place),
    calls: graph.calls.map(place),
    classes: graph.classes.map(place),
    imports: graph.imports.map(place),
    skipped: graph.skipped.map(place),
  };
}
