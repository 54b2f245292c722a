import type { TaskEvent } from '../../schemas/events.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { type Cost, costSchema, decompositionSchema } from '../../schemas/task.ts';
import { parse, safeParse } from '../shared/parse.ts';

/** A subtask's result with the place it has among the others. */
export interface SubtaskResult {
  readonly subtask_id: string;
  readonly result: JsonObject;
}

/** What the task has cost: the sum over its model calls and steps. */
export function costOf(events: readonly TaskEvent[]): Cost {
  let usd = 0;
  let tokens = 0;
  for (const event of events) {
    if (event.type !== 'model.called' && event.type !== 'step.finished') continue;
    const cost = safeParse(costSchema, event.data?.['cost']);
    if (!cost.success) continue;
    usd += cost.data.usd;
    tokens += cost.data.tokens;
  }
  return { usd, tokens };
}

/** Subtasks that no other one builds on: their results are what the task was about. */
export function lastSubtasks(events: readonly TaskEvent[]): string[] {
  const decomposed = events.findLast((event) => event.type === 'task.decomposed');
  if (decomposed === undefined) return [];
  const { subtasks } = parse(decompositionSchema, { subtasks: decomposed.data?.['subtasks'] });
  const needed = new Set(subtasks.flatMap((subtask) => subtask.prerequisites));
  return subtasks.map((subtask) => subtask.subtask_id).filter((id) => !needed.has(id));
}

const summaryOf = (result: JsonObject): string =>
  typeof result['summary'] === 'string' ? result['summary'] : '';

/**
 * `final_result`: a summary, the outputs by subtask, and, when the task comes down to one subtask, that one's
 * own fields (a call path's `path` and `locations`, for example) at the top.
 */
export function assembleResult(results: readonly SubtaskResult[], last: readonly string[]): JsonObject {
  const outputs: Record<string, Json> = {};
  for (const { subtask_id, result } of results) outputs[subtask_id] = result;
  const only = last.length === 1 ? results.find((entry) => entry.subtask_id === last[0]) : undefined;
  const summaries = results.map((entry) => summaryOf(entry.result)).filter((text) => text !== '');
  return { ...(only?.result ?? {}), summary: summaries.join('\n'), outputs };
}
