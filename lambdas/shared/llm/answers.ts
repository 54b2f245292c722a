/**
 * From a model's text to a checked value. The text is data: it is parsed, validated and nothing else.
 */
import type { z } from 'zod';
import { safeParse } from '../parse.ts';

export type CheckedAnswer<Answer> =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly problem: string };

const MOST_CHARACTERS = 10_000_000;
/** Longer texts are no answer to anything the office asks; the scan below is linear, but memory is not free. */
const LONGEST = 2_000_000;

const MOST_CANDIDATES = 20;

/**
 * Finds the JSON value in an answer: bare, inside a Markdown fence, behind thoughts, or with chatter around it.
 * Of several, the largest complete object or array is meant, and of equals the last.
 */
export function findJson(
  text: string,
): { readonly found: true; readonly value: unknown } | { readonly found: false } {
  for (const value of jsonIn(text)) return { found: true, value };
  return { found: false };
}

/** The values an answer may mean, the likeliest first. */
function* jsonIn(text: string): Generator<unknown> {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '' || trimmed.length > LONGEST) return;
  const whole = tryParse(trimmed);
  if (whole.found) {
    yield whole.value;
    // A document in a string, as some models wrap it.
    const inner = typeof whole.value === 'string' ? tryParse(whole.value) : whole;
    if (inner.found && inner !== whole) yield inner.value;
    return;
  }
  // Drafts among the thoughts are not the answer; the thoughts' beginning may stand in the model's own template.
  const thought = trimmed.lastIndexOf('</think>');
  const spoken = thought < 0 ? [trimmed] : [trimmed.slice(thought + '</think>'.length), trimmed];
  for (const part of spoken) {
    const candidates = [...balancedSpans(part)].reverse().sort((a, b) => b.length - a.length);
    let any = false;
    for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
      const strict = tryParse(candidate);
      const parsed = strict.found ? strict : tryParse(mended(candidate));
      if (!parsed.found) continue;
      any = true;
      yield parsed.value;
    }
    if (any) return;
  }
}

function tryParse(text: string): { found: true; value: unknown } | { found: false } {
  try {
    return { found: true, value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { found: false };
    throw error;
  }
}

/** What small models get wrong and nobody can mistake: commas before a closing bracket, line breaks inside of strings. */
function mended(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|,(?=\s*[}\]])/g, (piece) =>
    piece === ',' ? '' : piece.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1)),
  );
}

/**
 * Outermost `{...}` and `[...]` with brackets balanced outside of strings.
 * What begins like JSON and never ends was cut off: a piece of its inside is not the answer.
 */
function* balancedSpans(text: string): Generator<string> {
  let index = 0;
  // Each scan may go to the end of the text: their lengths together are bounded, not only their number.
  let budget = MOST_CHARACTERS;
  while (index < text.length && budget > 0) {
    const character = text[index];
    if (character !== '{' && character !== '[') {
      index += 1;
      continue;
    }
    const end = endOfValue(text, index);
    budget -= typeof end === 'string' ? text.length - index : end - index;
    if (end === 'unfinished' && /^(?:\{\s*"|\[\s*[[{"])/.test(text.slice(index, index + 40))) return;
    if (typeof end === 'string') {
      index += 1;
      continue;
    }
    yield text.slice(index, end);
    index = end;
  }
}

function endOfValue(text: string, start: number): number | 'mismatched' | 'unfinished' {
  const open: string[] = [];
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') open.push('}');
    else if (character === '[') open.push(']');
    else if (character === '}' || character === ']') {
      if (open.pop() !== character) return 'mismatched';
      if (open.length === 0) return index + 1;
    }
  }
  return 'unfinished';
}

const REFUSED = 'the model refused to answer';
const CUT_OFF = 'the answer was cut off at the output limit';
/** Thoughts may take all of it. */
const emptyAnswer = (stop: Stop): string =>
  stop === 'length' ? 'the output limit was reached before the answer began' : 'the answer is empty';

type Stop = 'end' | 'length' | 'refusal';

/** What keeps a plain text from being an answer; null when nothing does. The half of one is none. */
export function textProblem(text: string, stop: Stop): string | null {
  if (stop === 'refusal') return REFUSED;
  if (text.trim() === '') return emptyAnswer(stop);
  return stop === 'length' ? CUT_OFF : null;
}

/**
 * Parses and validates an answer; of several documents in it the likeliest that fits is meant. `restore` puts redacted
 * values back before the caller's schema sees them.
 * The problem's wording goes to the model for its one repair.
 */
export function checkAnswer<Answer>(
  text: string,
  stop: Stop,
  schema: z.ZodType<Answer>,
  restore: (value: unknown) => unknown,
): CheckedAnswer<Answer> {
  if (stop === 'refusal') return { ok: false, problem: REFUSED };
  if (text.trim() === '') return { ok: false, problem: emptyAnswer(stop) };
  let problem: string | null = null;
  for (const json of jsonIn(text)) {
    const checked = safeParse(schema, restore(json));
    if (checked.success) return { ok: true, value: checked.data };
    problem ??= problemOf(checked.error);
  }
  problem ??= stop === 'length' ? CUT_OFF : 'the answer is not JSON';
  return { ok: false, problem };
}

/** A reply as the caller wants it: of the schema, or as text where there is none. */
export function readAnswer<Answer>(
  { text, stop_reason }: { readonly text: string; readonly stop_reason: Stop },
  schema: z.ZodType<Answer> | null,
  restore: (value: unknown) => unknown,
): CheckedAnswer<Answer> {
  if (schema) return checkAnswer(text, stop_reason, schema, restore);
  const problem = textProblem(text, stop_reason);
  return problem === null ? { ok: true, value: restore(text) as Answer } : { ok: false, problem };
}

function problemOf(error: z.ZodError): string {
  const issues = error.issues
    .slice(0, 20)
    .map((issue) => `${issue.path.join('.') || 'the answer'}: ${issue.message}`);
  return `the answer does not fit the schema: ${issues.join('; ')}`;
}
