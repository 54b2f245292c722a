import type { AnalystBrief } from '../../../../schemas/briefs.ts';
import type { Decomposition, Subtask } from '../../../../schemas/task.ts';
import type { Intent } from './intents/intent.ts';
import { inlinePython } from './intents/python.ts';
import { recognise } from './intents/recognise.ts';
import { surroundingsOf } from './intents/surroundings.ts';
import { sentencesOf } from './language/clauses.ts';
import { mask, unmask } from './language/mask.ts';

interface Part {
  readonly text: string;
  readonly intents: readonly Intent[];
  readonly prerequisites: readonly number[];
}

const MOST_PARTS = 20;

/**
 * Cuts a task into subtasks: sentences that stand alone become subtasks of their own, those that lean on one before
 * ("it", "the file") stay with it, and those that use a file or the results of others wait for them.
 * What the rules don't understand stays one subtask, for the planner may remember how it was done.
 */
export function decompose(brief: AnalystBrief): Decomposition {
  const { description, criteria } = brief.task;
  const parts = inlinePython(description) === null ? partsOf(description, brief) : null;
  if (parts === null || parts.length < 2) {
    return {
      subtasks: [
        subtask(
          'subtask-1',
          description,
          [],
          toolsOf(recognise(description, surroundingsOf(brief.workspace)) ?? []),
          criteria,
        ),
      ],
    };
  }
  return {
    subtasks: parts.map((part, at) =>
      subtask(
        `subtask-${at + 1}`,
        part.text,
        part.prerequisites.map((before) => `subtask-${before + 1}`),
        toolsOf(part.intents),
        [],
      ),
    ),
  };
}

const subtask = (
  subtask_id: string,
  description: string,
  prerequisites: string[],
  tool_hints: string[],
  criteria: string[],
): Subtask => ({
  subtask_id,
  description,
  prerequisites,
  tool_hints,
  criteria,
  critical: false,
});

function partsOf(description: string, brief: AnalystBrief): Part[] | null {
  const around = surroundingsOf(brief.workspace);
  const whole = recognise(description, around);
  // A sentence that only says where to look belongs to all the others.
  if (whole === null || whole.some((intent) => intent.kind === 'focus')) return null;
  const masked = mask(description, around.files);
  const sentences = sentencesOf(masked.text).map((sentence) => unmask(sentence, masked.slots));
  const parts: Part[] = [];
  for (const sentence of sentences) {
    const alone = recognise(sentence, withWritten(around, parts));
    const own =
      alone !== null && alone.length > 0
        ? { text: sentence, intents: alone, prerequisites: waitsFor(alone, parts) }
        : null;
    const collects =
      own === null && parts.length > 1 && plural(sentence) ? collected(sentence, around, parts) : null;
    if (own !== null && !leans(sentence)) parts.push(own);
    else if (collects !== null) parts.push(collects);
    else {
      const last = parts.pop();
      if (last === undefined) return null;
      const text = `${last.text.replace(/[.\s]*$/, '')}${/[?!]\s*$/.test(last.text) ? '' : '.'} ${sentence}`;
      const intents = recognise(text, withWritten(around, parts));
      if (intents === null) return null;
      parts.push({
        text,
        intents,
        prerequisites: [...new Set([...last.prerequisites, ...waitsFor(intents, parts)])],
      });
    }
  }
  return parts.length > MOST_PARTS ? null : parts;
}

/** Words that point to what was just said. */
const leans = (sentence: string): boolean =>
  /\b(?:it|its|them|their|that|those|this (?:file|result|value|number|list|output)|the (?:result|file|output|same|answer|value|response|content|page|body))\b/i.test(
    sentence.replace(/["'`][^"'`]*["'`]/g, ''),
  );
const plural = (sentence: string): boolean =>
  /\b(?:both|all(?: of)?|the|these|those|them)\b.*\b(?:results|values|numbers|answers|outputs|them|counts|totals|both)\b|\bthem\b|\bboth\b/i.test(
    sentence,
  );

/** "Write both results to out.txt." after independent sentences: it waits for all of them. */
function collected(
  sentence: string,
  around: ReturnType<typeof surroundingsOf>,
  parts: readonly Part[],
): Part | null {
  const inherited = Object.fromEntries(parts.map((_, at) => [`subtask-${at + 1}`, { value: 0 }]));
  const intents = recognise(sentence, { ...around, inherited });
  return intents === null || intents.length === 0
    ? null
    : { text: sentence, intents, prerequisites: parts.map((_, at) => at) };
}

function withWritten(
  around: ReturnType<typeof surroundingsOf>,
  parts: readonly Part[],
): ReturnType<typeof surroundingsOf> {
  const written = parts.flatMap((part) => part.intents.flatMap(writesOf));
  return { ...around, files: [...new Set([...around.files, ...written])] };
}

const writesOf = (intent: Intent): string[] =>
  intent.kind === 'write' || intent.kind === 'delete'
    ? [intent.path]
    : intent.kind === 'copy'
      ? [intent.to]
      : intent.kind === 'move'
        ? [intent.path, intent.to]
        : [];

function usesOf(intent: Intent): string[] {
  const written = writesOf(intent);
  if ('source' in intent)
    return intent.source.from === 'file'
      ? [
          intent.source.path,
          ...(intent.kind === 'table' && intent.join !== undefined ? [intent.join.path] : []),
        ]
      : intent.source.from === 'files'
        ? [...intent.source.paths]
        : [];
  if (intent.kind === 'copy' || intent.kind === 'move') return [intent.path, intent.to];
  if (intent.kind === 'read' || intent.kind === 'stat') return [intent.path];
  if (intent.kind === 'run_python' && 'path' in intent.program) return [intent.program.path];
  return written;
}

/** Earlier parts that change a file this one reads, or read a file this one changes. Listing depends on every change. */
function waitsFor(intents: readonly Intent[], parts: readonly Part[]): number[] {
  const broad = (intent: Intent): boolean =>
    intent.kind === 'list' || intent.kind === 'search' || 'folder' in intent || intent.kind === 'run_python';
  const uses = new Set(intents.flatMap(usesOf));
  const writes = new Set(intents.flatMap(writesOf));
  return parts.flatMap((part, at) => {
    const changes = part.intents.flatMap(writesOf);
    const meets =
      changes.some((path) => uses.has(path)) || part.intents.flatMap(usesOf).some((path) => writes.has(path));
    const all = (changes.length > 0 && intents.some(broad)) || (writes.size > 0 && part.intents.some(broad));
    return meets || all ? [at] : [];
  });
}

function toolsOf(intents: readonly Intent[]): string[] {
  const tool: Partial<Record<Intent['kind'], string>> = {
    call_path: 'code_analyzer',
    callers: 'code_analyzer',
    callees: 'code_analyzer',
    call_graph: 'code_analyzer',
    outline: 'code_analyzer',
    calculate: 'math_calculator',
    run_python: 'python_exec',
    table: 'python_exec',
    text: 'python_exec',
    json: 'python_exec',
    fetch: 'http_client',
    read: 'file_operations',
    write: 'file_operations',
    list: 'file_operations',
    search: 'file_operations',
    delete: 'file_operations',
    copy: 'file_operations',
    move: 'file_operations',
    stat: 'file_operations',
  };
  return [...new Set(intents.flatMap((intent) => tool[intent.kind] ?? []))];
}
