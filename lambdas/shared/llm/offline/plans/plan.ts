/** From recognised operations to a plan. */
import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type { PlanDraft } from '../../../../../schemas/plan.ts';
import type { FileWrite, Intent } from '../intents/intent.ts';
import { planCalculation, planCallPath, planGraph, planNeighbours } from './calls.ts';
import { type Found, PlanBuilder } from './draft.ts';
import {
  planCopy,
  planDelete,
  planFetch,
  planList,
  planRead,
  planSearch,
  planStat,
  planWrite,
} from './files.ts';
import { focused, mergeTables, withoutIdleReads } from './merge.ts';
import { type Prior, planJson, planPython, planTable, planText } from './programs.ts';

export interface PlanningGround {
  readonly offered: ReadonlySet<string>;
  readonly files: readonly string[];
  readonly inherited: Readonly<Record<string, Json>>;
  /** Files whose last line has no line break at its end. */
  readonly unterminated: ReadonlySet<string>;
}

/**
 * The plan of the operations; null when one of them leans on a result that is not there.
 * @throws ToolMissingError when a tool that is needed may not be used
 */
export function planIntents(intents: readonly Intent[], ground: PlanningGround): PlanDraft | null {
  const work = mergeTables(withoutIdleReads(focused(intents)));
  if (work === null) return null;
  const plan = new PlanBuilder(ground.offered, ground.files);
  const touched = new Map<string, string>();
  const results: Found[] = inheritedResults(ground.inherited);
  const effects: Found[] = [];
  const open = new Set(ground.unterminated);
  let unsaved: Found[] = [...results];
  for (const [at, intent] of work.entries()) {
    if (intent.kind === 'report' || intent.kind === 'focus') continue;
    const prior: Prior = { last: results.at(-1) ?? null, all: results, touched };
    const next = work.slice(at + 1).find((later) => later.kind !== 'report');
    const sink = next?.kind === 'write' && next.content.from === 'result' ? next.path : null;
    const found = compile(plan, intent, prior, sink, unsaved, open);
    if (intent.kind === 'write' && intent.content.from === 'literal') {
      if (intent.mode === 'write' && intent.content.text !== '' && !intent.content.text.endsWith('\n'))
        open.add(intent.path);
      else open.delete(intent.path);
    }
    if (found === null) return null;
    for (const path of touches(intent)) touched.set(path, found.step_id);
    if (found.effect) effects.push(found);
    else {
      results.push(found);
      unsaved.push(found);
    }
    if (intent.kind === 'write' && intent.content.from === 'result') unsaved = [];
    const passedOn = next !== undefined && 'source' in next && next.source.from === 'previous';
    const savedLater = work.slice(at + 1).some(({ kind }) => kind === 'write');
    const edited = sink === null && !(passedOn && savedLater) ? editedFile(intent) : null;
    if (edited !== null) {
      const written = planWrite(plan, edited, found.text, found.needs, {
        last: found,
        all: results,
        touched,
      });
      if (written === null) return null;
      effects.push(written);
      touched.set(edited.path, written.step_id);
    }
  }
  if (plan.steps.length === 0) return null;
  const own = results.filter((found) => found.step_id !== '');
  return {
    confidence: 0.9,
    rationale: `Rule-based plan: ${plan.steps.map((step) => `${step.step_id} (${step.action})`).join(', ')}.`,
    estimated_duration_seconds: plan.steps.length * 2,
    steps: plan.steps,
    result: resultOf(own, effects),
  };
}

function touches(intent: Intent): string[] {
  if (intent.kind === 'write' || intent.kind === 'delete') return [intent.path];
  if (intent.kind === 'copy') return [intent.to];
  return intent.kind === 'move' ? [intent.path, intent.to] : [];
}

function compile(
  plan: PlanBuilder,
  intent: Intent,
  prior: Prior,
  sink: string | null,
  unsaved: readonly Found[],
  open: ReadonlySet<string>,
): Found | null {
  switch (intent.kind) {
    case 'call_path':
      return planCallPath(plan, intent, prior);
    case 'callers':
    case 'callees':
      return planNeighbours(plan, intent, prior);
    case 'call_graph':
    case 'outline':
      return planGraph(plan, intent, prior);
    case 'calculate':
      return planCalculation(plan, intent, prior);
    case 'run_python':
      return planPython(plan, intent, prior);
    case 'read':
      return planRead(plan, intent, prior);
    case 'list':
      return planList(plan, intent, prior, sink !== null);
    case 'search':
      return planSearch(plan, intent, prior, sink !== null);
    case 'delete':
      return planDelete(
        plan,
        intent,
        prior,
        // A copy is an effect and no result: what it reads must be there until it is made.
        [...prior.all.flatMap(({ needs }) => needs), ...prior.touched.values()],
      );
    case 'copy':
    case 'move':
      return planCopy(plan, intent, prior);
    case 'stat':
      return planStat(plan, intent, prior);
    case 'fetch':
      return planFetch(plan, intent);
    case 'json':
      return planJson(plan, intent, prior);
    case 'text':
      return planText(plan, intent, prior);
    case 'table':
      return planTable(plan, intent, prior, sink ?? editedFile(intent)?.path ?? null);
    case 'write': {
      if (intent.content.from === 'literal') {
        const text =
          intent.mode === 'append' ? asLine(intent.content.text, open.has(intent.path)) : intent.content.text;
        return planWrite(plan, intent, text, [], prior);
      }
      if (intent.content.from === 'template') {
        const filled = unsaved.at(-1) ?? prior.last;
        return filled === null
          ? null
          : planWrite(
              plan,
              intent,
              `${intent.content.before}${String(filled.value)}${intent.content.after}\n`,
              filled.needs,
              prior,
            );
      }
      const chosen =
        intent.content.all && unsaved.length > 1
          ? unsaved
          : [unsaved.at(-1) ?? prior.last].flatMap((found) => found ?? []);
      const needs = chosen.flatMap((found) => found.needs);
      return planWrite(
        plan,
        intent,
        chosen.length === 0 ? null : chosen.map(({ text }) => text).join(''),
        needs,
        prior,
      );
    }
    case 'report':
    case 'focus':
      return null;
  }
}

/** "Replace a with b in notes.txt" changes the file itself, when no other file is named for the result. */
function editedFile(intent: Intent): FileWrite | null {
  if (intent.kind === 'table' && intent.edits === true && intent.source.from === 'file')
    return {
      kind: 'write',
      mode: 'write',
      path: intent.source.path,
      content: { from: 'result', all: false },
    };
  if (intent.kind !== 'text' || intent.source.from !== 'file') return null;
  const query = intent.queries[0];
  if (query?.op !== 'replace' && !(query?.op === 'unique_lines' && query.edits)) return null;
  return { kind: 'write', mode: 'write', path: intent.source.path, content: { from: 'result', all: false } };
}

/** What is appended is a line of its own, unless it says itself where lines break. */
function asLine(text: string, afterOpenLine: boolean): string {
  if (/^\s/.test(text) || text.endsWith('\n')) return text;
  return `${afterOpenLine ? '\n' : ''}${text}\n`;
}

/** Results of earlier subtasks, as operations of this plan would have left them. */
function inheritedResults(inherited: PlanningGround['inherited']): Found[] {
  return Object.values(inherited).map((result): Found => {
    const object =
      result !== null && typeof result === 'object' && !Array.isArray(result) ? result : { value: result };
    const value =
      object['value'] ?? object['content'] ?? object['body'] ?? object['path'] ?? object['summary'] ?? null;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const whole = text.endsWith('\n') ? text : `${text}\n`;
    return {
      step_id: '',
      needs: [],
      value,
      text: whole,
      stdin: text,
      result: object,
      summary: null,
      effect: false,
    };
  });
}

function resultOf(found: readonly Found[], effects: readonly Found[]): JsonObject {
  const files = [
    ...new Set(effects.flatMap((effect) => (effect.result['files'] as string[] | undefined) ?? [])),
  ];
  const deleted = effects.flatMap((effect) => effect.result['deleted'] ?? []);
  const done: JsonObject = {
    ...(files.length > 0 ? { files } : {}),
    ...(deleted.length > 0 ? { deleted } : {}),
  };
  const sentences = [...found, ...effects].map(({ summary }) => summary);
  const summary: JsonObject = sentences.some((sentence) => sentence === null)
    ? {}
    : { summary: sentences.join(' ') };
  if (found.length === 0) return { ...done, ...summary };
  const last = found.at(-1);
  if (found.length === 1 && last !== undefined)
    return {
      ...last.result,
      ...(files.length > 0 ? { written: files } : {}),
      ...(deleted.length > 0 ? { deleted } : {}),
      ...summary,
    };
  const values = Object.fromEntries(
    found.map((each) => [
      each.step_id,
      { ...each.result, ...(each.summary === null ? {} : { summary: each.summary }) },
    ]),
  );
  return {
    ...(last?.result ?? {}),
    results: values,
    ...(files.length > 0 ? { written: files } : {}),
    ...(deleted.length > 0 ? { deleted } : {}),
    ...summary,
  };
}
