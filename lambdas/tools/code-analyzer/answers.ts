import { ToolFailure } from '../../shared/tools/define-tool.ts';
import type { CallGraphOutput, CallPathOutput, CodeAnalyzerInputs, OutlineOutput } from './declaration.ts';
import type { CallGraph, GraphFunction } from './graph/call-graph.ts';
import { mermaidOf } from './graph/mermaid.ts';
import { NameTable } from './graph/names.ts';
import { CallIndex } from './graph/paths.ts';

/** How many names a "not found" lists on each side. */
const MAX_LISTED = 50;

function statisticsOf(graph: CallGraph): CallPathOutput['statistics'] {
  return {
    files: graph.files,
    lines: graph.lines,
    functions: graph.functions.filter((fn) => fn.kind !== 'module' && fn.kind !== 'class').length,
    calls: graph.calls.length,
    languages: graph.languages,
  };
}

function locate(names: NameTable, fn: GraphFunction): CallPathOutput['locations'][number] {
  return { name: names.shortest(fn.qualified), qualified: fn.qualified, file: fn.file, line: fn.line };
}

/** Places are told from the workspace's root, so names are understood from there too. */
function resolve(names: NameTable, folder: string, spoken: string, role: string): GraphFunction[] {
  const inFolder = withoutFolder(folder, spoken);
  let found = names.find(spoken);
  if (found.length === 0 && inFolder !== null) found = names.find(inFolder);
  if (found.length > 0) return found;
  const nearest = names.nearest(spoken);
  const hint = nearest.length > 0 ? ` Did you mean ${nearest.join(', ')}?` : '';
  throw new ToolFailure(
    'UnknownFunction',
    `There is no function "${spoken}" (${role}) in the folder.${hint}`,
  );
}

/** `src/main.py:f` and `src.main.f` without the analysed folder `src`; null when they do not start so. */
function withoutFolder(folder: string, spoken: string): string | null {
  if (folder === '') return null;
  const plain = spoken.trim().replace(/^\.\//, '').replaceAll('\\', '/');
  for (const prefix of [`${folder}/`, `${folder.replaceAll('/', '.')}.`]) {
    if (plain.startsWith(prefix)) return plain.slice(prefix.length);
  }
  return null;
}

/**
 * The shortest path of calls between two functions, with the place of every hop.
 * Ambiguous names are tried in every meaning; the shortest path decides and the meanings are listed.
 * @throws ToolFailure UnknownFunction
 */
export function answerCallPath(graph: CallGraph, inputs: CodeAnalyzerInputs, folder = ''): CallPathOutput {
  const names = new NameTable(graph.functions);
  const starts = resolve(names, folder, inputs.start_func ?? '', 'start_func');
  const ends = resolve(names, folder, inputs.end_func ?? '', 'end_func');
  const index = new CallIndex(
    inputs.include_external
      ? graph.calls
      : graph.calls.filter((call) => names.get(call.callee) !== undefined),
  );
  let best: string[] | null = null;
  let chosen: [GraphFunction, GraphFunction] | null = null;
  for (const start of starts) {
    for (const end of ends) {
      const path = index.shortest(start.qualified, end.qualified);
      if (path && (!best || path.length < best.length)) {
        best = path;
        chosen = [start, end];
      }
    }
  }
  const ambiguous = starts.length > 1 || ends.length > 1;
  const common = {
    operation: 'call_path' as const,
    start: inputs.start_func ?? '',
    end: inputs.end_func ?? '',
    ...(ambiguous
      ? {
          candidates: {
            start: starts.map((fn) => locate(names, fn)),
            end: ends.map((fn) => locate(names, fn)),
          },
        }
      : {}),
    statistics: statisticsOf(graph),
    skipped: graph.skipped,
  };
  if (!best || !chosen) {
    const none = inputs.all_paths ? { paths: [], paths_complete: true } : {};
    return { ...notFound(names, index, starts, ends, common), ...none };
  }
  const short = best.map((name) => names.shortest(name));
  const hops = hopsOf(best, index, names);
  const every = inputs.all_paths
    ? index.simplePaths(chosen[0].qualified, chosen[1].qualified, inputs.max_paths)
    : null;
  return {
    ...common,
    status: 'success',
    summary: summarize(short, hops, ambiguous, every?.paths.length),
    path: short,
    qualified: best,
    locations: best.flatMap((name) => {
      const fn = names.get(name);
      return fn ? [locate(names, fn)] : [];
    }),
    calls: hops,
    mermaid: mermaidOf(
      hops.map((hop) => ({ caller: hop.caller, callee: hop.callee, label: `${hop.file}:${hop.line}` })),
      short,
    ),
    ...(every
      ? {
          paths: every.paths.map((path) => path.map((name) => names.shortest(name))),
          paths_complete: every.complete,
        }
      : {}),
  };
}

function hopsOf(path: readonly string[], index: CallIndex, names: NameTable): CallPathOutput['calls'] {
  return path.slice(1).flatMap((callee, position) => {
    const caller = path[position] ?? '';
    const call = index.call(caller, callee);
    if (!call) return [];
    return [
      { caller: names.shortest(caller), callee: names.shortest(callee), file: call.file, line: call.line },
    ];
  });
}

function summarize(
  path: readonly string[],
  hops: CallPathOutput['calls'],
  ambiguous: boolean,
  paths?: number,
): string {
  const [start] = path;
  const end = path.at(-1);
  const meanings = ambiguous
    ? ' A name fits several functions; the candidates are listed and the shortest path was taken.'
    : '';
  if (path.length === 1) return `${start} is both the start and the end: no call is needed.${meanings}`;
  const steps = hops.map((hop) => `${hop.caller} calls ${hop.callee} at ${hop.file}:${hop.line}`);
  const count = path.length - 1;
  const more = paths && paths > 1 ? ` There are ${paths} paths listed in all.` : '';
  return `${start} reaches ${end} in ${count} ${count === 1 ? 'call' : 'calls'}: ${steps.join('; ')}.${more}${meanings}`;
}

function notFound(
  names: NameTable,
  index: CallIndex,
  starts: readonly GraphFunction[],
  ends: readonly GraphFunction[],
  common: Pick<CallPathOutput, 'operation' | 'start' | 'end' | 'candidates' | 'statistics' | 'skipped'>,
): CallPathOutput {
  const reachable = [...new Set(starts.flatMap((fn) => index.reachableFrom(fn.qualified)))];
  const reaching = [...new Set(ends.flatMap((fn) => index.reaching(fn.qualified)))];
  const list = (all: readonly string[]): string[] =>
    all.slice(0, MAX_LISTED).map((name) => names.shortest(name));
  const from =
    reachable.length === 0
      ? `${common.start} calls no function of the folder`
      : `${common.start} reaches ${reachable.length} ${reachable.length === 1 ? 'function' : 'functions'} (${list(reachable).slice(0, 5).join(', ')})`;
  const to =
    reaching.length === 0
      ? `nothing in the folder calls ${common.end}`
      : `${common.end} is reached from ${reaching.length} (${list(reaching).slice(0, 5).join(', ')})`;
  return {
    ...common,
    status: 'not_found',
    summary: `No calls lead from ${common.start} to ${common.end}: ${from}, and ${to}.`,
    path: [],
    qualified: [],
    locations: [...starts, ...ends].map((fn) => locate(names, fn)),
    calls: [],
    mermaid: '',
    reachable_from_start: list(reachable),
    reaching_end: list(reaching),
  };
}

/** Every function and call, or those whose names contain `search`. */
export function answerCallGraph(graph: CallGraph, inputs: CodeAnalyzerInputs): CallGraphOutput {
  const names = new NameTable(graph.functions);
  const matches = matcher(inputs.search);
  const functions = graph.functions.filter((fn) => matches(fn.qualified));
  const calls = graph.calls.filter(
    (call) =>
      (inputs.include_external || names.get(call.callee) !== undefined) &&
      (matches(call.caller) || matches(call.callee)),
  );
  const limit = inputs.max_results;
  const statistics = statisticsOf(graph);
  return {
    operation: 'call_graph',
    summary: `${statistics.functions} functions in ${statistics.files} files call each other at ${calls.length} places.`,
    functions: functions.slice(0, limit).map((fn) => ({ ...locate(names, fn), kind: fn.kind })),
    edges: calls.slice(0, limit).map((call) => ({
      caller: names.shortest(call.caller),
      callee: names.shortest(call.callee),
      file: call.file,
      line: call.line,
      caller_qualified: call.caller,
      callee_qualified: call.callee,
    })),
    truncated: functions.length > limit || calls.length > limit,
    statistics,
    skipped: graph.skipped,
  };
}

/** Functions, classes and imports with their places, or those whose names contain `search`. */
export function answerOutline(graph: CallGraph, inputs: CodeAnalyzerInputs): OutlineOutput {
  const names = new NameTable(graph.functions);
  const matches = matcher(inputs.search);
  const functions = graph.functions.filter(
    (fn) => fn.kind !== 'module' && fn.kind !== 'class' && matches(fn.qualified),
  );
  const classes = graph.classes.filter((type) => matches(type.qualified));
  const imports = graph.imports.filter((each) => matches(each.module) || each.names.some(matches));
  const limit = inputs.max_results;
  return {
    operation: 'outline',
    summary: `${graph.files} files with ${graph.lines} lines of ${graph.languages.join(', ')}: ${functions.length} functions, ${classes.length} classes and ${imports.length} imports.`,
    functions: functions.slice(0, limit).map((fn) => ({ ...locate(names, fn), kind: fn.kind })),
    classes: classes.slice(0, limit).map((type) => ({
      name: names.shortest(type.qualified),
      qualified: type.qualified,
      file: type.file,
      line: type.line,
      bases: [...type.bases],
    })),
    imports: imports.slice(0, limit).map((each) => ({ ...each, names: [...each.names] })),
    truncated: Math.max(functions.length, classes.length, imports.length) > limit,
    statistics: statisticsOf(graph),
    skipped: graph.skipped,
  };
}

function matcher(search: string | undefined): (name: string) => boolean {
  const wanted = search?.toLowerCase();
  return (name) => wanted === undefined || name.toLowerCase().includes(wanted);
}
