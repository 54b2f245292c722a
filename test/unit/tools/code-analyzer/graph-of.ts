import type { CallGraph } from '../../../../lambdas/tools/code-analyzer/graph/call-graph.ts';
import { analyzeProject } from '../../../../lambdas/tools/code-analyzer/project.ts';

export type Sources = Readonly<Record<string, string | Uint8Array>>;

export function graphOf(sources: Sources): Promise<CallGraph> {
  return analyzeProject(
    Object.entries(sources).map(([path, content]) => ({
      path,
      bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
    })),
  );
}

/** Every edge between functions of the project, as `caller > callee`. */
export async function edgesOf(sources: Sources): Promise<string[]> {
  const graph = await graphOf(sources);
  const own = new Set(graph.functions.map((fn) => fn.qualified));
  const edges = graph.calls
    .filter((call) => own.has(call.callee))
    .map((call) => `${call.caller} > ${call.callee}`);
  return [...new Set(edges)].sort();
}

/** Every callee of one function, also outside the project. */
export async function calleesOf(caller: string, sources: Sources): Promise<string[]> {
  const graph = await graphOf(sources);
  return [...new Set(graph.calls.filter((call) => call.caller === caller).map((call) => call.callee))].sort();
}

const TARGETS = 'def one(): pass\ndef two(): pass\ndef three(): pass\n';

/** What `probe` calls among the targets above. */
export async function probed(body: string, before = ''): Promise<string[]> {
  const indented = body.split('\n').map((line) => `    ${line}`);
  const source = `${TARGETS}${before}\ndef probe():\n${indented.join('\n')}\n`;
  const callees = await calleesOf('main.probe', { 'main.py': source });
  return callees.filter((callee) => callee.startsWith('main.')).map((callee) => callee.slice('main.'.length));
}
