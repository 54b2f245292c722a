/** What a piece of work is about, told by the tools it takes; routes and learned tiers may differ by it. */
export type TaskKind = 'code' | 'web' | 'computation' | 'writing' | 'files' | 'general';

/** The first kind whose tools are among those named decides: the harder one to judge stands first. */
const kinds: readonly (readonly [TaskKind, readonly string[]])[] = [
  ['code', ['code_analyzer']],
  ['web', ['web_search', 'http_client']],
  ['computation', ['python_exec', 'math_calculator']],
  ['writing', ['ai_tool']],
  ['files', ['file_operations']],
];

/** @param tools the tools of a plan, or those that the analyst expects a subtask to need */
export function kindOfWork(tools: readonly string[]): TaskKind {
  return kinds.find(([, names]) => names.some((name) => tools.includes(name)))?.[0] ?? 'general';
}
