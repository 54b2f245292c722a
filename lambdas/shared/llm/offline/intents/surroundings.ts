/** What the words around a clause leave for it to lean on. */
import type { FileGlance } from '../../../../../schemas/briefs.ts';
import type { Json } from '../../../../../schemas/json.ts';
import type { Intent, Surroundings } from './intent.ts';
import { reshapes } from './places.ts';

/** What the workspace shows: paths, and the columns of its tables. */
export function surroundingsOf(
  workspace: readonly FileGlance[],
  inherited: Readonly<Record<string, Json>> = {},
): Surroundings {
  const headers: Record<string, readonly string[]> = {};
  for (const { path, head } of workspace) {
    const columns = head === undefined ? null : columnsOf(path, head);
    if (columns !== null) headers[path] = columns;
  }
  return { files: workspace.map(({ path }) => path), headers, file: null, before: [], inherited };
}

function columnsOf(path: string, head: string): string[] | null {
  const line = head.replace(/^\uFEFF/, '').split(/\r?\n/)[0] ?? '';
  if (/\.(?:csv|tsv)$/i.test(path)) {
    const separator =
      /\.tsv$/i.test(path) || (!line.includes(',') && line.includes('\t'))
        ? '\t'
        : !line.includes(',') && line.includes(';')
          ? ';'
          : ',';
    return line.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  }
  if (/\.json$/i.test(path) && /^\s*\[\s*\{/.test(head)) {
    const first = /\{([^{}]*)/.exec(head)?.[1] ?? '';
    const keys = [...first.matchAll(/"([^"\\]+)"\s*:/g)].map((match) => match[1] ?? '');
    return keys.length > 0 ? keys : null;
  }
  return null;
}

/** What the next clause may lean on. */
export function after(around: Surroundings, intents: readonly Intent[]): Surroundings {
  const files = new Set(around.files);
  let { file } = around;
  const before = [...around.before];
  for (const intent of intents) {
    if (intent.kind === 'read' || intent.kind === 'stat') file = intent.path;
    if (intent.kind === 'write') {
      files.add(intent.path);
      if (intent.content.from === 'literal' || isDocument(before.at(-1))) file = intent.path;
    }
    if (intent.kind === 'copy' || intent.kind === 'move') {
      files.add(intent.to);
      file = intent.to;
      if (intent.kind === 'move') files.delete(intent.path);
    }
    if (intent.kind === 'delete') files.delete(intent.path);
    if (
      (intent.kind === 'table' || intent.kind === 'text' || intent.kind === 'json') &&
      intent.source.from === 'file'
    )
      file = intent.source.path;
    if (intent.kind !== 'report') before.push(intent);
  }
  return { ...around, files: [...files], file, before: [...around.before, ...intents] };
}

/** What becomes a text of its own where it is saved, so that "its words" are that file's. */
const isDocument = (intent: Intent | undefined): boolean =>
  intent !== undefined &&
  ([
    'fetch',
    'run_python',
    'list',
    'search',
    'calculate',
    'call_path',
    'call_graph',
    'callers',
    'callees',
    'outline',
  ].includes(intent.kind) ||
    (intent.kind === 'text' && intent.queries.every(reshapes)));
