/**
 * Context economy: a brief that is too long for its budget loses what matters least first, and stays a valid brief.
 */
import { type Json, type JsonObject, jsonObjectSchema } from '../../../schemas/json.ts';
import type { ModelMessage } from './provider.ts';
import { estimateTokens } from './tokens.ts';

export interface Economy {
  readonly messages: readonly ModelMessage[];
  /** Estimated; when nothing had to go, the number of characters, which is more. */
  readonly tokens_before: number;
  readonly tokens_after: number;
}

/**
 * Trims the JSON brief in the last user message until the messages' text is within `budget` tokens (estimated).
 * Text that is no JSON object is left as it is: nobody knows what in it can go.
 */
export function economise(messages: readonly ModelMessage[], budget: number): Economy {
  // No text has more tokens than characters: most need no counting.
  const most = countText(messages, (text) => text.length);
  if (most <= budget) return { messages, tokens_before: most, tokens_after: most };
  const total = countText(messages);
  if (total <= budget) return { messages, tokens_before: total, tokens_after: total };
  const at = messages.findLastIndex((message) => message.role === 'user');
  const message = messages[at];
  const partAt = message?.content.findIndex((part) => part.type === 'text') ?? -1;
  const part = message?.content[partAt];
  if (!message || part?.type !== 'text') return { messages, tokens_before: total, tokens_after: total };
  const brief = parseBrief(part.text);
  if (!brief) return { messages, tokens_before: total, tokens_after: total };
  const others = total - estimateTokens(part.text);
  const text = JSON.stringify(trimBrief(brief, budget - others));
  const content = message.content.map((old, index) =>
    index === partAt ? { type: 'text' as const, text } : old,
  );
  const trimmed = messages.map((old, index) => (index === at ? { ...old, content } : old));
  return { messages: trimmed, tokens_before: total, tokens_after: countText(trimmed) };
}

function countText(
  messages: readonly ModelMessage[],
  count: (text: string) => number = estimateTokens,
): number {
  let tokens = 0;
  for (const message of messages)
    for (const part of message.content) if (part.type === 'text') tokens += count(part.text);
  return tokens;
}

function parseBrief(text: string): JsonObject | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    return jsonObjectSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** One way to make a brief shorter; null when it has nothing left to give. */
type Cut = (brief: JsonObject, words: ReadonlySet<string>) => JsonObject | null;

/**
 * Cuts in the order of what a plan loses by them: recalled plans that are least alike, heads of files that share no word
 * with the task, old feedback (summarised to its first sentence each), long outputs of steps, and files at all.
 */
export function trimBrief(brief: JsonObject, budget: number): JsonObject {
  let current = brief;
  const words = wordsOf(JSON.stringify([brief['task'] ?? '', brief['subtask'] ?? '']));
  for (const cut of cuts) {
    for (;;) {
      if (estimateTokens(JSON.stringify(current)) <= budget) return current;
      const shorter = cut(current, words);
      if (!shorter) break;
      current = shorter;
    }
  }
  return current;
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []);

/** Share of the text's words that the task uses too. */
export function relevance(text: string, words: ReadonlySet<string>): number {
  const own = wordsOf(text);
  if (own.size === 0) return 0;
  let shared = 0;
  for (const word of own) if (words.has(word)) shared += 1;
  return shared / Math.sqrt(own.size);
}

const asList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const asObject = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

const dropLeastAlike: Cut = (brief) => {
  const recalled = asList(brief['recalled']);
  if (recalled.length === 0) return null;
  const similarity = (value: Json) => Number(asObject(value)['similarity'] ?? 0);
  const least = Math.min(...recalled.map(similarity));
  const at = recalled.findLastIndex((value) => similarity(value) === least);
  return { ...brief, recalled: recalled.filter((_, index) => index !== at) };
};

/** A quarter at a time: a workspace may have thousands of files. */
function leastRelevant(
  scores: readonly { readonly index: number; readonly score: number }[],
): ReadonlySet<number> {
  const sorted = [...scores].sort((a, b) => a.score - b.score || b.index - a.index);
  return new Set(sorted.slice(0, Math.ceil(scores.length / 4)).map(({ index }) => index));
}

const dropLeastRelevantHeads: Cut = (brief, words) => {
  const files = asList(brief['workspace']).map(asObject);
  const scores = files.flatMap((file, index) =>
    typeof file['head'] === 'string'
      ? [{ index, score: relevance(`${String(file['path'])} ${file['head']}`, words) }]
      : [],
  );
  if (scores.length === 0) return null;
  const drop = leastRelevant(scores);
  return {
    ...brief,
    workspace: files.map((file, index) => {
      if (!drop.has(index)) return file;
      const { head: _, ...rest } = file;
      return rest;
    }),
  };
};

const KEPT_FEEDBACK = 2;
const SUMMARY = 'Earlier feedback, in short: ';

/** Everything but the newest two becomes one entry with the first sentence of each. */
const summariseFeedback: Cut = (brief) => {
  const feedback = asList(brief['feedback']).map(String);
  const old = feedback.slice(0, -KEPT_FEEDBACK);
  if (old.length === 0 || (old.length === 1 && old[0]?.startsWith(SUMMARY))) return null;
  const sentences = old.map((text) =>
    firstSentence(text.startsWith(SUMMARY) ? text.slice(SUMMARY.length) : text),
  );
  return { ...brief, feedback: [SUMMARY + sentences.join(' '), ...feedback.slice(-KEPT_FEEDBACK)] };
};

function firstSentence(text: string): string {
  const end = text.search(/[.!?](\s|$)/);
  const sentence = end < 0 ? text : text.slice(0, end + 1);
  return sentence.length > 160 ? `${sentence.slice(0, 159)}…` : sentence;
}

const LONG_TEXT = 400;

/** Halves the longest string among step outputs and results of prerequisites. */
const shortenLongest: Cut = (brief) => {
  let longest = LONG_TEXT;
  const measure = (value: Json): void => {
    if (typeof value === 'string') longest = Math.max(longest, value.length);
    else if (Array.isArray(value)) value.forEach(measure);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(measure);
  };
  const places = [
    'steps',
    'finished_steps',
    'failed_steps',
    'prerequisite_results',
    'proposed_result',
    'recalled',
  ];
  for (const place of places) if (brief[place] !== undefined) measure(brief[place]);
  if (longest === LONG_TEXT) return null;
  const cut = (value: Json): Json => {
    if (typeof value === 'string')
      return value.length < longest ? value : `${value.slice(0, Math.floor(longest / 2))} … (cut)`;
    if (Array.isArray(value)) return value.map(cut);
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]));
    return value;
  };
  const shorter = { ...brief };
  for (const place of places) if (brief[place] !== undefined) shorter[place] = cut(brief[place]);
  return shorter;
};

const dropLeastRelevantFiles: Cut = (brief, words) => {
  const files = asList(brief['workspace']).map(asObject);
  if (files.length <= 20) return null;
  const drop = leastRelevant(
    files.map((file, index) => ({ index, score: relevance(String(file['path']), words) })),
  );
  return { ...brief, workspace: files.filter((_, index) => !drop.has(index)) };
};

const cuts: readonly Cut[] = [
  dropLeastAlike,
  dropLeastRelevantHeads,
  summariseFeedback,
  shortenLongest,
  dropLeastRelevantFiles,
];
