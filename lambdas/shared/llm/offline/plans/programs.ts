/** Plans of questions about tables, texts and JSON documents, and of Python given in the task. */
import type { JsonObject } from '../../../../../schemas/json.ts';
import type { JsonField, RunPython, Source, TextWork } from '../intents/intent.ts';
import type { TableWork } from '../intents/table-work.ts';
import { type Found, needTool, type PlanBuilder, ref } from './draft.ts';
import { JSON_PROGRAM } from './python/json-program.ts';
import { pythonProgram } from './python/program.ts';
import { TABLE_PROGRAM } from './python/table-program.ts';
import { TEXT_PROGRAM } from './python/text-program.ts';

/** What an operation is given of those before it. */
export interface Prior {
  readonly last: Found | null;
  /** Every result so far, oldest first. */
  readonly all: readonly Found[];
  /** Steps that wrote or removed a file, by path: who reads the file must wait for them. */
  readonly touched: ReadonlyMap<string, string>;
}

interface Place {
  readonly inputs: JsonObject;
  readonly path: string | null;
  readonly needs: readonly string[];
  readonly describes: string;
}

function placeOf(source: Source, prior: Prior): Place | null {
  const waitFor = (paths: readonly string[]): string[] =>
    paths.flatMap((path) => {
      const step = prior.touched.get(path);
      return step === undefined ? [] : [step];
    });
  switch (source.from) {
    case 'file':
      return {
        inputs: { files: [source.path] },
        path: source.path,
        needs: waitFor([source.path]),
        describes: source.path,
      };
    case 'files':
      return {
        inputs: { files: [...source.paths] },
        path: null,
        needs: waitFor(source.paths),
        describes: source.describes,
      };
    case 'literal':
      return { inputs: {}, path: null, needs: [], describes: 'the text' };
    case 'previous': {
      const { last } = prior;
      if (last === null || last.stdin === null) return null;
      return { inputs: { stdin: last.stdin }, path: null, needs: last.needs, describes: 'the document' };
    }
  }
}

/** A program whose value is `{value, summary, text, …}`. */
export function computed(
  plan: PlanBuilder,
  name: string,
  inputs: JsonObject,
  needs: readonly string[],
  more: readonly string[] = [],
): Found {
  needTool(plan, 'python_exec');
  const step_id = plan.add(name, 'python_exec', inputs, needs, 120);
  const text = ref(step_id, 'result.text');
  return {
    step_id,
    needs: [step_id],
    value: ref(step_id, 'result.value'),
    text,
    stdin: text,
    result: Object.fromEntries([
      ['value', ref(step_id, 'result.value')],
      ...more.map((key) => [key, ref(step_id, `result.${key}`)]),
    ]),
    summary: ref(step_id, 'result.summary'),
    effect: false,
  };
}

/** The form in which a table goes into a file of this name. */
export const formOf = (path: string | null): string | null =>
  path === null ? null : /\.json$/i.test(path) ? 'json' : /\.(?:csv|tsv)$/i.test(path) ? 'csv' : null;

export function planTable(
  plan: PlanBuilder,
  work: TableWork,
  prior: Prior,
  sink: string | null,
): Found | null {
  const place = placeOf(work.source, prior);
  if (place === null) return null;
  const { kind: _kind, source: _source, ...query } = work;
  const files = [
    ...((place.inputs['files'] as string[] | undefined) ?? []),
    ...(work.join === undefined ? [] : [work.join.path]),
  ];
  const spec = JSON.parse(
    JSON.stringify({ ...query, path: place.path, form: formOf(sink) ?? undefined }),
  ) as JsonObject;
  const inputs = {
    code: pythonProgram(TABLE_PROGRAM, spec),
    ...place.inputs,
    ...(files.length > 0 ? { files } : {}),
  };
  const joinStep = work.join === undefined ? undefined : prior.touched.get(work.join.path);
  const rows = work.group.length > 0 || work.ask === 'which' ? ['rows'] : [];
  return computed(
    plan,
    work.ask === 'describe' ? 'describe' : 'query',
    inputs,
    [...place.needs, ...(joinStep === undefined ? [] : [joinStep])],
    rows,
  );
}

export function planText(plan: PlanBuilder, work: TextWork, prior: Prior): Found | null {
  const place = placeOf(work.source, prior);
  if (place === null) return null;
  const paths = (place.inputs['files'] as string[] | undefined) ?? [];
  const spec: JsonObject = {
    paths,
    place: place.describes,
    queries: JSON.parse(JSON.stringify(work.queries)),
    ...(work.source.from === 'literal' ? { text: work.source.text } : {}),
  };
  return computed(
    plan,
    work.queries[0]?.op === 'summary' ? 'summarise' : 'examine',
    { code: pythonProgram(TEXT_PROGRAM, spec), ...place.inputs },
    place.needs,
  );
}

export function planJson(plan: PlanBuilder, work: JsonField, prior: Prior): Found | null {
  const place = placeOf(work.source, prior);
  if (place === null) return null;
  const spec: JsonObject = { path: place.path, place: place.describes, query: { ...work.query } };
  return computed(plan, 'extract', { code: pythonProgram(JSON_PROGRAM, spec), ...place.inputs }, place.needs);
}

const RUN_FILE = `import runpy, sys, os
path = SPEC["path"]
sys.argv = [path]
sys.path.insert(0, os.path.dirname(path) or ".")
runpy.run_path(path, run_name="__main__")
None
`;
const MOST_FILES = 100;

export function planPython(plan: PlanBuilder, work: RunPython, prior: Prior): Found {
  needTool(plan, 'python_exec');
  const { program } = work;
  const files = filesFor(work, plan.files);
  const code = 'code' in program ? program.code : pythonProgram(RUN_FILE, { path: program.path });
  const fromFile =
    work.stdinPath === undefined
      ? null
      : plan.add(
          'read_input',
          'file_operations',
          { operation: 'read', path: work.stdinPath },
          waits(prior, [work.stdinPath]),
        );
  if (fromFile !== null) needTool(plan, 'file_operations');
  const stdin = fromFile === null ? work.stdin : ref(fromFile, 'content');
  const step_id = plan.add(
    'run_python',
    'python_exec',
    { code, ...(stdin === undefined ? {} : { stdin }), ...(files.length > 0 ? { files } : {}) },
    [...(fromFile === null ? [] : [fromFile]), ...waits(prior, files)],
    300,
  );
  const prints = !('code' in program) || /\bprint\s*\(|\bstdout\b|\bpprint\b/.test(program.code);
  const output = prints ? ref(step_id, 'stdout') : `${ref(step_id, 'result')}\n`;
  return {
    step_id,
    needs: [step_id],
    value: prints ? ref(step_id, 'stdout') : ref(step_id, 'result'),
    text: output,
    stdin: output,
    printed: prints,
    result: {
      stdout: ref(step_id, 'stdout'),
      value: ref(step_id, 'result'),
      files_written: ref(step_id, 'files_written'),
    },
    summary: null,
    effect: false,
  };
}

const waits = (prior: Prior, files: readonly string[]): string[] =>
  files.flatMap((file) => {
    const step = prior.touched.get(file);
    return step === undefined ? [] : [step];
  });

/** Files that the program may open: those it names, and for a script its neighbours too. */
function filesFor({ program }: RunPython, files: readonly string[]): string[] {
  if ('code' in program) {
    const modules = files.filter(
      (file) =>
        /\.py$/i.test(file) && new RegExp(`\\b(?:import|from)\\s+${moduleOf(file)}\\b`).test(program.code),
    );
    const open = /\bopen\s*\(|\bglob\b|\blistdir\b|\bPath\s*\(|\bwalk\b/.test(program.code);
    const named = files.filter((file) => program.code.includes(file));
    const all = open && named.length === 0 ? files : [...modules, ...named];
    return [
      ...new Set(modules.length > 0 ? [...all, ...files.filter((file) => file.endsWith('.py'))] : all),
    ].slice(0, MOST_FILES);
  }
  return [...new Set([program.path, ...files])].slice(0, MOST_FILES);
}

const moduleOf = (file: string): string =>
  (file.split('/')[0] ?? '').replace(/\.py$/i, '').replace(/[^\w]/g, '.');
